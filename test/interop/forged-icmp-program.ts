/**
 * Tells the router at 172.16.1.1 that its packets to 172.16.2.1 are too long, about packets that it never sent: run on the
 * router between them. Raw ESP with SPIs that are not in use, ESP in UDP that shows no SPI, IKE.
 */
import { randomInt } from "node:crypto";
import { loadLibc } from "../../src/host/linux/libc.ts";
import { NativeSocket, SOCKET_OCTETS } from "../../src/host/linux/native-socket.ts";
import { isOsError } from "../../src/host/linux/os-error.ts";
import { PacketArena } from "../../src/host/linux/packet-arena.ts";
import { buildIcmp } from "../../src/net/icmp.ts";
import { ipv4 } from "../../src/net/ip-address.ts";
import { buildIpv4Packet } from "../../src/net/ipv4-packet.ts";
import { putU16, putU32 } from "../../src/net/words.ts";

const [REPORTER, TARGET, PEER] = [ipv4("172.16.1.254"), ipv4("172.16.1.1"), ipv4("172.16.2.1")];
const libc = await loadLibc();
if ("kind" in libc) throw new Error(libc.reason);
const packets = NativeSocket.open(new PacketArena(libc, SOCKET_OCTETS), { kind: "packets" });
if (isOsError(packets)) throw new Error(packets.text);

for (const protocol of [50, 17, 17])
  for (let i = 0; i < 20; i++) {
    const payload = new Uint8Array(1300);
    if (protocol === 50) putU32(payload, 0, randomInt(256, 2 ** 32));
    else for (const at of [0, 2]) putU16(payload, at, i % 2 === 0 ? 500 : 4500);
    putU32(payload, 4, 1);
    const header = { timeToLive: 255, identification: i, dontFragment: true };
    const quoted = buildIpv4Packet({ ...header, source: TARGET, destination: PEER, protocol }, payload);
    const message = buildIcmp({
      kind: "destination-unreachable",
      code: 4,
      nextHopMtu: 600,
      quoted: quoted.slice(0, protocol === 50 ? 28 : 200),
    });
    const ends = { source: REPORTER, destination: TARGET, protocol: 1 };
    packets.send(buildIpv4Packet({ ...header, ...ends }, message), { address: TARGET, port: 0 });
  }
packets.flush();
