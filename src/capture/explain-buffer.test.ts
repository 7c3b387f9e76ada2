import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fromHex } from "../base/octets.ts";
import { ipv4 } from "../net/ip-address.ts";
import { buildIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { buildUdp } from "../net/udp.ts";
import { explainCapture } from "./explain.ts";
import { PcapWriter } from "./pcap-writer.ts";

const [A, B] = [ipv4("192.0.2.1"), ipv4("192.0.2.2")];

/** One ISAKMP message whose header gives another length than it has, in a pcap file. */
function captureOfMalformed(): Uint8Array {
  const message = fromHex(
    "0102030405060708 0000000000000000 01 10 02 00 00000000 00000000 0000".replaceAll(" ", ""),
  );
  const udp = buildUdp({ sourcePort: 500, destinationPort: 500, payload: message }, A, B);
  const packet = buildIpv4Packet(
    { source: A, destination: B, protocol: PROTOCOL.UDP, timeToLive: 64, identification: 1 },
    udp,
  );
  return Uint8Array.from([...PcapWriter.header(), ...PcapWriter.packet(0, packet)]);
}

test("octets that come in one of Node's Buffers are explained as those in a Uint8Array", () => {
  const file = captureOfMalformed();
  // A Buffer in the middle of a larger memory, as readFileSync gives small files.
  const memory = Buffer.alloc(file.length + 100, 0x55);
  memory.set(file, 50);
  const buffer = memory.subarray(50, 50 + file.length);
  assert.deepEqual(explainCapture(buffer), explainCapture(file));
});

test("a message whose header gives another length is told with the place, and the file is not said to break off", () => {
  const { entries, problem } = explainCapture(Buffer.from(captureOfMalformed()));
  assert.equal(problem, undefined);
  const [entry] = entries;
  assert.equal(entry?.kind, "isakmp");
  assert.deepEqual(entry?.kind === "isakmp" ? entry.problems[0] : undefined, {
    reason: "says 0 octets, but the message has 30",
    path: "HDR.length",
    offset: 24,
  });
});

test("this file itself is no capture, and that is said", () => {
  assert.equal(explainCapture(readFileSync(new URL(import.meta.url))).format, undefined);
});
