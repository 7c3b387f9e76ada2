/**
 * What one packet costs in the data plane: policy, SA, ESP and outer header on the way out; SA, window, ESP and selectors
 * on the way in. Run: node --import tsx bench/esp-packet.ts [rounds]
 */
import { randomBytes } from "node:crypto";
import { describeEspSuite, type EspSuite } from "../src/crypto/names.ts";
import { DataPlane } from "../src/ipsec/data-plane.ts";
import { at, keyedPair, POLICY_A, POLICY_B, udpPacket, WAN } from "../test/support/data-plane-fixtures.ts";
import { outputsOf } from "../test/support/data-plane-outputs.ts";

const ROUNDS = Number(process.argv[2] ?? 15);
const PACKETS_PER_ROUND = 2000;
/** Octets of the inner packet. */
const SIZES = [64, 512, 1400];
const SUITES: readonly EspSuite[] = [
  { encryption: "null", integrity: "sha1" },
  { encryption: "aes-128", integrity: "sha1" },
  { encryption: "aes-256", integrity: "sha256" },
  { encryption: "3des", integrity: "md5" },
  { encryption: "des", integrity: "md5" },
];

console.log(`microseconds per packet: median (fastest) of ${ROUNDS} rounds of ${PACKETS_PER_ROUND} packets`);
console.log(
  ["suite".padEnd(30), ...SIZES.map((size) => `out ${size}`.padStart(14) + `in ${size}`.padStart(14))].join(
    "",
  ),
);
for (const suite of SUITES) {
  const columns = SIZES.map((size) => {
    const { outbound, inbound } = measure(suite, size);
    return summary(outbound).padStart(14) + summary(inbound).padStart(14);
  });
  console.log(describeEspSuite(suite).padEnd(30) + columns.join(""));
}

/** Microseconds per packet, one figure a round. */
function measure(suite: EspSuite, size: number): { outbound: readonly number[]; inbound: readonly number[] } {
  const random = { bytes: (_purpose: string, length: number) => new Uint8Array(randomBytes(length)) };
  const options = { random, holdPackets: false };
  const a = new DataPlane({ ...options, policy: POLICY_A });
  const b = new DataPlane({ ...options, policy: POLICY_B });
  const pair = keyedPair({ suite, lifetimeKilobytes: 0 });
  a.install(at(0), pair.outboundA);
  b.install(at(0), pair.inboundB);
  a.drain();
  b.drain();
  const packet = udpPacket(size - 28);
  const outbound: number[] = [];
  const inbound: number[] = [];
  // The first rounds are for the compiler.
  for (let round = -3; round < ROUNDS; round++) {
    const sealStart = performance.now();
    for (let i = 0; i < PACKETS_PER_ROUND; i++) a.outbound(at(0), WAN, packet);
    const sealMilliseconds = performance.now() - sealStart;
    const sealed = outputsOf(a.drain(), "transmit");
    const openStart = performance.now();
    for (const { bytes } of sealed) b.inboundEsp(at(0), WAN, bytes);
    const openMilliseconds = performance.now() - openStart;
    if (outputsOf(b.drain(), "receive").length !== PACKETS_PER_ROUND)
      throw new RangeError("packets were lost");
    if (round < 0) continue;
    outbound.push((sealMilliseconds * 1000) / PACKETS_PER_ROUND);
    inbound.push((openMilliseconds * 1000) / PACKETS_PER_ROUND);
  }
  return { outbound, inbound };
}

function summary(figures: readonly number[]): string {
  const sorted = [...figures].sort((x, y) => x - y);
  const median = sorted[sorted.length >> 1] ?? 0;
  return `${median.toFixed(1)} (${(sorted[0] ?? 0).toFixed(1)})`;
}
