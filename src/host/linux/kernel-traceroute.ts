/** IOS's traceroute through the kernel: probes leave as any packet of this machine does, into the tunnel if policy says so. */

import type { Probe, TracerouteOptions } from "../../lab/traceroute.ts";
import { ipv4 } from "../../net/ip-address.ts";
import { buildIpv4Packet, parseIpv4Packet } from "../../net/ipv4-packet.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import { putU16 } from "../../net/words.ts";
import type { Clock } from "../clock.ts";
import type { Libc } from "./libc.ts";
import { NativeSocket, SOCKET_OCTETS } from "./native-socket.ts";
import { isOsError } from "./os-error.ts";
import { PacketArena } from "./packet-arena.ts";
import { RECEIVE_OCTETS, ReceiveVector } from "./receive-vector.ts";
import { traceRun } from "./trace-run.ts";

/** Starts one; the function returned ends it early. */
export function traceThroughKernel(
  libc: Libc,
  clock: Clock,
  options: TracerouteOptions,
  print: (text: string) => void,
  done: () => void,
): () => void {
  const arena = new PacketArena(libc, 2 * SOCKET_OCTETS + RECEIVE_OCTETS);
  const sockets = [
    NativeSocket.open(arena, { kind: "raw", protocol: PROTOCOL.ICMP }),
    NativeSocket.open(arena, { kind: "packets" }),
  ].flatMap((socket) => (isOsError(socket) ? [] : [socket]));
  const [hearing, sending] = sockets;
  const send = (probe: Probe) => {
    // What the kernel cannot send is not answered either.
    sending?.send(packetOf(probe), { address: probe.destination, port: 0 });
    sending?.flush();
  };
  const trace = traceRun(options, clock, send, {
    print,
    done: () => {
      for (const socket of sockets) socket.close();
      done();
    },
  });
  hearing?.listen(
    new ReceiveVector(arena),
    (messages) => {
      for (const { bytes } of messages) {
        const packet = parseIpv4Packet(bytes, "ignored");
        if (packet !== undefined) trace.heard(packet);
      }
    },
    () => {},
  );
  return () => trace.cancel();
}

/** A source of 0.0.0.0 the kernel fills in; for a checksum it comes too late, so there is none (RFC 768). */
function packetOf({ source = ANY, destination, timeToLive, sourcePort, destinationPort }: Probe): Uint8Array {
  const datagram = new Uint8Array(UDP_LENGTH);
  putU16(datagram, 0, sourcePort);
  putU16(datagram, 2, destinationPort);
  putU16(datagram, 4, datagram.length);
  const identification = destinationPort;
  return buildIpv4Packet(
    { source, destination, timeToLive, identification, protocol: PROTOCOL.UDP },
    datagram,
  );
}

const ANY = ipv4("0.0.0.0");
/** A header and eight octets. */
const UDP_LENGTH = 16;
