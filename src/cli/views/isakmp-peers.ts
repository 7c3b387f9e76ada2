/** `show crypto isakmp peers` and `show crypto isakmp key`: who has an ISAKMP SA with us, and whose key we know. */
import type { Configuration, KeySettings } from "../../config/configuration.ts";
import { passwordText } from "../../config/password.ts";
import type { GatewayView } from "../../gateway/contract.ts";
import type { IpAddress } from "../../net/ip-address.ts";
import { maskOf } from "../../net/selector.ts";

/** Each peer once, however many SAs it has. */
export function showIsakmpPeers({ ike }: GatewayView, only?: IpAddress): string[] {
  const lines = new Map<string, string[]>();
  for (const { sa, identity, state } of ike.isakmpSas) {
    if (state === "DELETED" || (only !== undefined && sa.remote.address !== only)) continue;
    const { local, remote } = sa;
    lines.set(`${remote.address} ${remote.port} ${local.address}`, [
      `Peer: ${remote.address} Port: ${remote.port} Local: ${local.address}`,
      ...(identity === "" ? [] : [` Phase1 id: ${identity}`]),
    ]);
  }
  return [...lines.values()].flat();
}

/** Keys as they were entered: this is for those who may read the configuration. */
export function showIsakmpKeys({ isakmp }: Configuration): string[] {
  return [row("Keyring", "Hostname/Address", "Preshared Key"), "", ...isakmp.keys.map(keyLine)];
}

function keyLine({ peer, key }: KeySettings): string {
  const text = passwordText(key);
  if (peer.kind === "hostname") return row("default", peer.name, text);
  const { address, wildcard } = peer.block;
  const mask = wildcard === "0.0.0.0" ? "" : ` [${maskOf(peer.block) ?? wildcard}]`;
  return row("default", `${address}${mask}`, text);
}

function row(keyring: string, peer: string, key: string): string {
  return `${keyring.padEnd(12)} ${peer.padEnd(43)} ${key}`;
}
