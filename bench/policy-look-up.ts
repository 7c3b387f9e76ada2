/**
 * What finding the crypto map entry of a leaving packet costs, by the number of entries: for the first packet of a flow,
 * which is held against the policy, and for a later one, which the flow cache knows.
 */
import { DATA_PLANE_LIMITS } from "../src/ipsec/limits.ts";
import type { PacketFlow } from "../src/ipsec/packet-flow.ts";
import type { CryptoMapEntry } from "../src/ipsec/policy.ts";
import { decide, type InterfacePolicy, ProtectedPolicy } from "../src/ipsec/protected-policy.ts";
import { ipv4FromNumber } from "../src/net/ip-address.ts";
import { blockOf } from "../src/net/selector.ts";
import { mapEntry, NET_A, POLICY_A, rule, WAN } from "../test/support/data-plane-fixtures.ts";
import { alternating, type Benchmark, median, processorTime, type Row } from "./benchmark.ts";

const ENTRIES = [10, 1000, 10_000] as const;
const FLOWS = 1 << 16;
const CACHED_FLOWS = 256;
const ROUNDS = 15;

export const policyLookUp: Benchmark = {
  name: "policy-look-up",
  title: "Outbound policy look-up by number of crypto map entries",
  whyNot: () => undefined,
  async run(runs) {
    const policies = ENTRIES.map(policyOf);
    const rows: Row[] = [];
    for (const [packet, flows] of [
      ["first packet of a flow", FLOWS],
      ["later packets", CACHED_FLOWS],
    ] as const) {
      const [few = 0, ...more] = Object.values(
        await alternating(runs, {
          a: () => nanoseconds(policies[0], ENTRIES[0], flows),
          b: () => nanoseconds(policies[1], ENTRIES[1], flows),
          c: () => nanoseconds(policies[2], ENTRIES[2], flows),
        }),
      );
      rows.push({ subject: `${packet}, ${ENTRIES[0]} entries`, unit: "ns", ours: few });
      for (const [i, ours] of more.entries())
        rows.push({
          subject: `${packet}, ${ENTRIES[i + 1]} entries`,
          unit: "ns",
          ours,
          other: { name: `with ${ENTRIES[0]}`, figure: few },
          aim: i + 2 === ENTRIES.length ? { of: "ratio", bound: "at most", value: 2 } : undefined,
        });
    }
    return rows;
  },
};

/** One site of 256 hosts behind every entry, as a hub has them. */
function policyOf(count: number): InterfacePolicy | undefined {
  const entries = Array.from({ length: count }, (_, i): CryptoMapEntry => {
    const site = blockOf(ipv4FromNumber(siteOf(i)), ipv4FromNumber(0xffffff00));
    return mapEntry([rule("permit", NET_A, site)], { id: `vpn ${i} ${WAN}`, sequence: i });
  });
  const policy = { interfaces: POLICY_A.interfaces.map((each) => ({ ...each, entries })) };
  return new ProtectedPolicy(policy, DATA_PLANE_LIMITS).interfaces.get(WAN);
}

function siteOf(entry: number): number {
  return 0x0b000000 + entry * 256;
}

/** A look-up, median over rounds. Every round sees all flows, in an order that no cache of the processor guesses. */
function nanoseconds(policy: InterfacePolicy | undefined, entries: number, flows: number): number {
  if (policy === undefined) throw new RangeError("no policy");
  const asked = Array.from({ length: flows }, (_, i): PacketFlow => {
    const scattered = Math.imul(i, 0x9e3779b1) >>> 0;
    return {
      source: NET_A_FIRST + (scattered % 250),
      destination: siteOf(scattered % entries) + 1 + (i % 250),
      protocol: 17,
      sourcePort: 1024 + (i % 60_000),
      destinationPort: 53,
      isLaterFragment: false,
    };
  });
  const figures: number[] = [];
  const repeats = Math.max(1, FLOWS / flows / 4);
  for (let round = -3; round < ROUNDS; round++) {
    let found = 0;
    const milliseconds = processorTime(() => {
      for (let repeat = 0; repeat < repeats; repeat++)
        for (const flow of asked) if (decide(policy, flow).line !== undefined) found++;
    });
    if (found !== flows * repeats) throw new RangeError(`${flows * repeats - found} flows find no entry`);
    if (round >= 0) figures.push((milliseconds * 1e6) / (flows * repeats));
  }
  return median(figures);
}

const NET_A_FIRST = 0x0a010101;
