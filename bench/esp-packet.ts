/**
 * What one packet costs in the data plane: policy, SA, ESP and outer header on the way out; SA, window, ESP and selectors
 * on the way in. Beside it OpenSSL's own speed for the octets alone.
 */
import { randomBytes } from "node:crypto";
import { describeEspSuite, type EspSuite } from "../src/crypto/names.ts";
import { DataPlane } from "../src/ipsec/data-plane.ts";
import { at, keyedPair, POLICY_A, POLICY_B, udpPacket, WAN } from "../test/support/data-plane-fixtures.ts";
import { outputsOf } from "../test/support/data-plane-outputs.ts";
import { alternating, type Benchmark, median, processorTime, type Row } from "./benchmark.ts";
import { opensslMicroseconds } from "./openssl-speed.ts";

const ROUNDS = 15;
const PACKETS_PER_ROUND = 2000;
/** The first rounds are for the compiler. */
const WARM_UP_ROUNDS = 5;
/** Octets of the inner packet. */
const SIZES = [64, 512, 1400];

interface Subject {
  readonly suite: EspSuite;
  /** Arguments of `openssl speed` for the ciphers of both directions, and for what authenticates. */
  readonly seal: readonly (readonly string[])[];
  readonly open: readonly (readonly string[])[];
}

const SUBJECTS: readonly Subject[] = [
  {
    suite: { encryption: "aes-128", integrity: "sha1" },
    seal: [
      ["-evp", "aes-128-cbc"],
      ["-hmac", "sha1"],
    ],
    open: [
      ["-decrypt", "-evp", "aes-128-cbc"],
      ["-hmac", "sha1"],
    ],
  },
  {
    suite: { encryption: "aes-256", integrity: "sha256" },
    seal: [
      ["-evp", "aes-256-cbc"],
      ["-hmac", "sha256"],
    ],
    open: [
      ["-decrypt", "-evp", "aes-256-cbc"],
      ["-hmac", "sha256"],
    ],
  },
  {
    suite: { encryption: "3des", integrity: "md5" },
    seal: [
      ["-evp", "des-ede3-cbc"],
      ["-hmac", "md5"],
    ],
    open: [
      ["-decrypt", "-evp", "des-ede3-cbc"],
      ["-hmac", "md5"],
    ],
  },
];

export const espPacket: Benchmark = {
  name: "esp-packet",
  title: "One ESP packet through the data plane",
  whyNot: () => undefined,
  async run(runs) {
    const rows: Row[] = [];
    for (const subject of SUBJECTS)
      for (const size of SIZES) rows.push(...(await rowsOf(subject, size, runs)));
    return rows;
  },
};

async function rowsOf({ suite, seal, open }: Subject, size: number, runs: number): Promise<readonly Row[]> {
  let opened = Number.NaN;
  const figures = await alternating(runs, {
    seal: () => {
      const { outbound, inbound } = measure(suite, size);
      opened = inbound;
      return outbound;
    },
    // Measured together with the sealing, as its packets are what is opened.
    open: () => opened,
    sealLimit: () => limitOf(seal, size),
    openLimit: () => limitOf(open, size),
  });
  const row = (what: "seal" | "open"): Row => ({
    subject: `${describeEspSuite(suite)}, ${what} ${size} octets`,
    unit: "us",
    ours: figures[what],
    other: otherOf(figures[`${what}Limit`]),
    aim: size === 1400 ? { of: "ratio", bound: "at most", value: 1.5 } : undefined,
  });
  return [row("seal"), row("open")];
}

function otherOf(figure: number): Row["other"] {
  return Number.isNaN(figure) ? undefined : { name: "openssl speed", figure };
}

function limitOf(algorithms: readonly (readonly string[])[], size: number): number {
  const each = algorithms.map((algorithm) => opensslMicroseconds(size, ...algorithm) ?? Number.NaN);
  return each.reduce((sum, figure) => sum + figure, 0);
}

/** Microseconds a packet, medians over rounds. */
function measure(suite: EspSuite, size: number): { readonly outbound: number; readonly inbound: number } {
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
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const sealMilliseconds = processorTime(() => {
      for (let i = 0; i < PACKETS_PER_ROUND; i++) a.outbound(at(0), WAN, packet);
    });
    const sealed = outputsOf(a.drain(), "transmit");
    const openMilliseconds = processorTime(() => {
      for (const { bytes } of sealed) b.inboundEsp(at(0), WAN, bytes);
    });
    if (outputsOf(b.drain(), "receive").length !== PACKETS_PER_ROUND)
      throw new RangeError("packets were lost");
    if (round < 0) continue;
    outbound.push((sealMilliseconds * 1000) / PACKETS_PER_ROUND);
    inbound.push((openMilliseconds * 1000) / PACKETS_PER_ROUND);
  }
  return { outbound: median(outbound), inbound: median(inbound) };
}
