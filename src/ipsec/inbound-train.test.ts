import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  A,
  at,
  B,
  keyedPair,
  POLICY_A,
  POLICY_B,
  seededRandom,
  udpPacket,
  WAN,
} from "../../test/support/data-plane-fixtures.ts";
import { outputsOf } from "../../test/support/data-plane-outputs.ts";
import {
  ACK,
  PLAIN_TCP,
  PSH,
  pseudoHeaderSum,
  tcpChecksumOf,
  tcpPacket,
  withTcpChecksum,
} from "../../test/support/tcp-packets.ts";
import { concat, hex } from "../base/octets.ts";
import type { EspSuite } from "../crypto/names.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { TcpTrain } from "../net/tcp-train.ts";
import { u16At } from "../net/words.ts";
import { DataPlane } from "./data-plane.ts";

fc.configureGlobal({ seed: 9294 });

/** What befalls a packet of a stream. */
type Fate =
  | "as it is"
  | "lost"
  | "pushed"
  | "short"
  | "of the other stream"
  | "no TCP"
  | "its ICV is wrong"
  | "its checksum is wrong"
  | "it comes twice";

const FATES: readonly Fate[] = [
  "as it is",
  "lost",
  "pushed",
  "short",
  "of the other stream",
  "no TCP",
  "its ICV is wrong",
  "its checksum is wrong",
  "it comes twice",
];
const SUITES = [
  { encryption: "gcm-128", integrity: undefined },
  { encryption: "aes-128", integrity: "sha1" },
] as const;

describe("a train of TCP packets that comes by an SA", () => {
  for (const suite of SUITES)
    it(`with ${suite.encryption} is what its packets are, one by one, whatever befalls them`, () => {
      const fate = fc.oneof(
        { weight: 6, arbitrary: fc.constant<Fate>("as it is") },
        fc.constantFrom(...FATES),
      );
      const fates = fc.array(fate, { minLength: 1, maxLength: 30 });
      fc.assert(
        fc.property(fates, fc.integer({ min: 2, max: 300 }), fc.nat(10), (all, length, options) => {
          const packets = sealed(suite, streams(all, length, options));
          const joining = planeB(suite, true);
          const plain = planeB(suite, false);
          for (const plane of [joining, plain]) handIn(plane, packets);
          const joined = outputsOf(joining.drain(), "receive");
          const single = outputsOf(plain.drain(), "receive");
          assert.deepEqual(
            joined.flatMap(cut),
            single.map(({ bytes }) => withoutPush(bytes)),
          );
          for (const { bytes, segmentLength } of joined)
            if (segmentLength !== undefined) assert.equal(u16At(bytes, 36), pseudoHeaderSum(bytes));
          assert.deepEqual(joining.view(at(0)), plain.view(at(0)));
        }),
      );
    });

  it("comes as one, and counts as many", () => {
    const plane = planeB(SUITES[0], true);
    handIn(plane, sealed(SUITES[0], streams(new Array<Fate>(10).fill("as it is"), 100, 0)));
    const received = outputsOf(plane.drain(), "receive");
    assert.deepEqual(
      received.map(({ bytes, segmentLength }) => [bytes.length, segmentLength]),
      [[40 + 10 * 100, 100]],
    );
    const [flow] = plane.view(at(0)).flows;
    assert.deepEqual(
      [flow?.inbound[0]?.packets, flow?.counters.decapsulated, flow?.counters.verified],
      [10, 10, 10],
    );
  });

  it("is over when what was done is asked for", () => {
    const plane = planeB(SUITES[0], true);
    const packets = sealed(SUITES[0], streams(new Array<Fate>(10).fill("as it is"), 100, 0));
    const lengths = [packets.slice(0, 4), packets.slice(4)].map((some) => {
      handIn(plane, some);
      return outputsOf(plane.drain(), "receive").map(({ bytes }) => bytes.length);
    });
    assert.deepEqual(lengths, [[440], [640]]);
  });
});

/** The packets of two streams, one of which comes now and then; each before and after it was sealed. */
function streams(fates: readonly Fate[], length: number, optionWords: number): readonly Sent[] {
  const next = [1000, 5000];
  let identification = 0xfff0;
  return fates.map((fate) => {
    const stream = fate === "of the other stream" ? 1 : 0;
    const sequenceNumber = next[stream] ?? 0;
    const data = new Uint8Array(fate === "short" ? length - 1 : length).fill(sequenceNumber);
    // What comes between two packets of a stream does not belong to it.
    if (fate !== "no TCP") next[stream] = sequenceNumber + data.length;
    identification = (identification + 1) & 0xffff;
    const packet = tcpPacket({
      ...PLAIN_TCP,
      ...{ sourcePort: 1024 + stream, sequenceNumber, data, identification, dontFragment: stream === 0 },
      options: new Uint8Array(optionWords * 4).fill(1),
      flags: fate === "pushed" ? ACK | PSH : ACK,
    });
    if (fate === "its checksum is wrong") packet[37] = (packet[37] ?? 0) ^ 1;
    return { fate, packet: fate === "no TCP" ? udpPacket(length) : packet };
  });
}

interface Sent {
  readonly fate: Fate;
  readonly packet: Uint8Array;
}

/** The ESP packets that A makes of them, those that arrive. */
function sealed(suite: EspSuite, sent: readonly Sent[]): readonly Uint8Array[] {
  const plane = new DataPlane({ random: seededRandom(1), holdPackets: false, policy: POLICY_A });
  plane.install(at(0), keyedPair({ suite }).outboundA);
  plane.drain();
  return sent.flatMap(({ fate, packet }) => {
    plane.outbound(at(0), WAN, packet);
    const [esp] = outputsOf(plane.drain(), "transmit").map(({ bytes }) => bytes.slice(20));
    if (esp === undefined || fate === "lost") return [];
    if (fate === "its ICV is wrong") esp[20] = (esp[20] ?? 0) ^ 1;
    return fate === "it comes twice" ? [esp, esp] : [esp];
  });
}

function planeB(suite: EspSuite, joinsTcp: boolean): DataPlane {
  const random = seededRandom(2);
  const plane = new DataPlane({ random, holdPackets: false, policy: POLICY_B, joinsTcp });
  const { inboundB, outboundB } = keyedPair({ suite });
  for (const sa of [inboundB, outboundB]) plane.install(at(0), sa);
  plane.drain();
  return plane;
}

/** In the same octets, as the system hands over datagrams that came at once. */
function handIn(plane: DataPlane, packets: readonly Uint8Array[]): void {
  const octets = concat(...packets);
  const arrival = { source: A, destination: B, protocol: 50, typeOfService: 0, sourcePort: 4500 };
  let start = 0;
  for (const { length } of packets) {
    plane.inboundEncapsulated(at(0), WAN, arrival, octets, start, start + length);
    start += length;
  }
}

/** The packets that a host would see. */
function cut({
  bytes,
  segmentLength,
}: {
  readonly bytes: Uint8Array;
  readonly segmentLength?: number;
}): readonly string[] {
  if (segmentLength === undefined) return [withoutPush(bytes)];
  const train = TcpTrain.of(bytes, segmentLength);
  assert.ok(train, "it carries data");
  return Array.from({ length: train.count }, (_, i) => withoutPush(train.packet(i)));
}

/** A train that one packet has pushed is pushed as a whole. */
function withoutPush(packet: Uint8Array): string {
  const own = packet.slice();
  if (own[9] !== PROTOCOL.TCP) return hex(own);
  own[33] = (own[33] ?? 0) & ~PSH;
  // Its checksum may have been wrong, and is to stay so.
  return `${tcpChecksumOf(packet)} ${hex(withTcpChecksum(own))}`;
}
