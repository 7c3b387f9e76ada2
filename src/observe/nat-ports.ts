/**
 * The ports beside a packet, in the words of those versions of IOS that traverse NATs. Where both are IKE's own they say
 * nothing, and are left out as in IOS 12.2.
 */
import type { SaReference } from "../ike/events.ts";

/** ` dport 4500 sport 1024`. */
export function portsReceived({ local, remote }: SaReference): string {
  return isPlain(local.port, remote.port) ? "" : ` dport ${local.port} sport ${remote.port}`;
}

/** ` my_port 4500 peer_port 1024`. */
export function portsSent({ local, remote }: SaReference): string {
  return isPlain(local.port, remote.port) ? "" : ` my_port ${local.port} peer_port ${remote.port}`;
}

function isPlain(localPort: number, remotePort: number): boolean {
  return localPort === IKE_PORT && remotePort === IKE_PORT;
}

const IKE_PORT = 500;
