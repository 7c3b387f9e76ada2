/**
 * Sends rubbish to the router at 172.16.172.10 in the name of its peer, run in the peer's namespace: the captures of this
 * repository, malformed ones and genuine ones altered, and pure chance; to UDP 500 and 4500, and as protocol 50 with the SPIs
 * given as arguments.
 */
import { randomBytes, randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readFrames } from "../../src/capture/capture-file.ts";
import { TrafficFinder } from "../../src/capture/traffic.ts";
import { loadLibc } from "../../src/host/linux/libc.ts";
import { NativeSocket, SOCKET_OCTETS } from "../../src/host/linux/native-socket.ts";
import { isOsError } from "../../src/host/linux/os-error.ts";
import { PacketArena } from "../../src/host/linux/packet-arena.ts";
import { ipv4 } from "../../src/net/ip-address.ts";
import { buildIpv4Packet } from "../../src/net/ipv4-packet.ts";
import { PROTOCOL } from "../../src/net/protocols.ts";
import { buildUdp } from "../../src/net/udp.ts";

const [SOURCE, TARGET] = [ipv4("172.16.172.20"), ipv4("172.16.172.10")];
const ROUNDS = 60;
const SPIS = process.argv.slice(2).map((digits) => Number.parseInt(digits, 16));

const libc = await loadLibc();
if ("kind" in libc) throw new Error(libc.reason);
const socket = NativeSocket.open(new PacketArena(libc, SOCKET_OCTETS), { kind: "packets" });
if (isOsError(socket)) throw new Error("no socket");

const messages = genuineMessages();
for (let round = 0; round < ROUNDS; round++) {
  for (const message of messages) sendEverywhere(round === 0 ? message : altered(message));
  for (let i = 0; i < 40; i++) sendEverywhere(randomBytes(randomInt(0, 600)));
  for (const spi of SPIS)
    for (let length = 0; length < 80; length++) {
      const esp = randomBytes(8 + length);
      esp.writeUInt32BE(spi);
      // Sequence numbers that would be new, if the ICV were right.
      esp.writeUInt32BE(0x01000000 + round * 80 + length, 4);
      send(PROTOCOL.ESP, esp);
    }
  socket.flush();
}

/** ISAKMP messages and ESP packets of the captures, for UDP: without a marker. */
function genuineMessages(): readonly Uint8Array[] {
  const folder = fileURLToPath(new URL("../captures/", import.meta.url));
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".pcap"))
    .flatMap((name) => {
      const finder = new TrafficFinder();
      return [...readFrames(new Uint8Array(readFileSync(`${folder}/${name}`)))].flatMap((frame) => {
        const traffic = finder.find(frame);
        return traffic?.kind === "isakmp" || traffic?.kind === "esp" ? [traffic.bytes.slice(0, 1400)] : [];
      });
    });
}

/** Cut short, or a few octets changed, most of them to what lengths and types go wrong with. */
function altered(message: Uint8Array): Uint8Array {
  const copy = message.slice(0, randomInt(4) === 0 ? randomInt(message.length + 1) : message.length);
  for (let i = randomInt(4); i >= 0 && copy.length > 0; i--)
    copy[randomInt(copy.length)] = [0, 1, 0x7f, 0x80, 0xff, randomInt(256)][randomInt(6)] ?? 0;
  return copy;
}

function sendEverywhere(octets: Uint8Array): void {
  sendDatagram(500, octets);
  sendDatagram(4500, octets);
  sendDatagram(4500, Buffer.concat([Buffer.alloc(4), octets]));
  send(PROTOCOL.ESP, octets);
}

function sendDatagram(port: number, payload: Uint8Array): void {
  send(PROTOCOL.UDP, buildUdp({ sourcePort: port, destinationPort: port, payload }, SOURCE, TARGET));
}

function send(protocol: number, payload: Uint8Array): void {
  const fields = { source: SOURCE, destination: TARGET, protocol, timeToLive: 64, identification: 0 };
  if (isOsError(socket)) return;
  socket.send(buildIpv4Packet(fields, payload), { address: TARGET, port: 0 });
}
