/** Sends rubbish to the router at 172.16.172.10, run in the other router's namespace: to UDP 500 and 4500, and as protocol 50. */
import { randomBytes, randomInt } from "node:crypto";
import { loadLibc } from "../../src/host/linux/libc.ts";
import { NativeSocket, SOCKET_OCTETS } from "../../src/host/linux/native-socket.ts";
import { isOsError } from "../../src/host/linux/os-error.ts";
import { PacketArena } from "../../src/host/linux/packet-arena.ts";
import { ipv4 } from "../../src/net/ip-address.ts";
import { buildIpv4Packet } from "../../src/net/ipv4-packet.ts";

const [SOURCE, TARGET] = [ipv4("172.16.172.20"), ipv4("172.16.172.10")];
const libc = await loadLibc();
if ("kind" in libc) throw new Error(libc.reason);
const arena = new PacketArena(libc, 2 * SOCKET_OCTETS);
const datagrams = NativeSocket.open(arena, { kind: "udp", local: { address: SOURCE, port: 500 } });
const packets = NativeSocket.open(arena, { kind: "packets" });
if (isOsError(datagrams) || isOsError(packets)) throw new Error("no sockets");

for (let i = 0; i < 6000; i++) {
  const length = randomInt(0, 600);
  const octets = randomBytes(length);
  // A third looks like IKE at first sight, a third like IKE behind the marker of port 4500.
  const looks = i % 3;
  if (looks > 0 && length > 40) {
    const at = looks === 1 ? 0 : 4;
    if (looks === 2) octets.fill(0, 0, 4);
    octets.fill(0, at + 8, at + 16);
    octets.set([1, 0x10, 2, 0, 0, 0, 0, 0], at + 16);
    octets.writeUInt32BE(length - at, at + 24);
  }
  datagrams.send(octets, { address: TARGET, port: i % 2 === 0 ? 500 : 4500 });
  const fields = {
    source: SOURCE,
    destination: TARGET,
    protocol: 50,
    timeToLive: 64,
    identification: i & 0xffff,
  };
  packets.send(buildIpv4Packet(fields, octets), { address: TARGET, port: 0 });
}
datagrams.flush();
packets.flush();
