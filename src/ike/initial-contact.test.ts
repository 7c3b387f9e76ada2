/** INITIAL-CONTACT (RFC 2407 §4.6.3.3) removes what the peer has lost, and nothing that both ends still have. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { behindNat, UPPER_HALF } from "../../test/support/clients-behind-nat.ts";
import { A, B, type Datagram, IkePair, policyOf, SELECTOR, SUITE } from "../../test/support/ike-pair.ts";
import { Insider, notification } from "../../test/support/insider.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import { ipv4 } from "../net/ip-address.ts";
import { blockOf, mirror, type TrafficSelector } from "../net/selector.ts";
import type { KeyedSa } from "./engine-contract.ts";
import type { IkePolicy } from "./policy.ts";

const SECOND_LINE: TrafficSelector = {
  ...SELECTOR,
  remote: blockOf(ipv4("10.1.3.0"), ipv4("255.255.255.0")),
};

test("a renewed ISAKMP SA does not remove the IPsec SAs that both ends still use", () => {
  const pair = new IkePair(
    { policy: shortLivedWithTwoLines(A, B) },
    { policy: shortLivedWithTwoLines(B, A) },
  );
  pair.negotiate("A");
  pair.runUntil(310_000);
  assert.equal(pair.engines.A.view().isakmpSas.length, 0);
  pair.negotiate("A", SECOND_LINE);
  assert.equal(pair.installed("B").length, 4);
  for (const of of ["A", "B"] as const) assert.deepEqual(removals(pair, of), []);
});

test("both ends that begin at once send on SAs that the other end has, in whatever order messages arrive", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 60, maxLength: 60 }), (picks) => {
      const pair = new IkePair();
      const underWay: Datagram[] = [];
      pair.network = (datagram) => {
        underWay.push(datagram);
        return [];
      };
      pair.negotiate("A");
      pair.runUntil(pair.now + 1);
      pair.negotiate("B");
      for (const pick of picks) {
        pair.runUntil(pair.now + 1);
        const [datagram] = underWay.splice(pick % Math.max(1, underWay.length), 1);
        if (datagram === undefined) break;
        pair.deliver(datagram);
        pair.settle();
      }
      assert.equal(underWay.length, 0, "every message has arrived");
      for (const [of, peer] of [["A", "B"] as const, ["B", "A"] as const]) {
        const newest = [...live(pair, of).values()].findLast(({ direction }) => direction === "outbound");
        if (newest !== undefined)
          assert.ok(live(pair, peer).has(`inbound ${newest.spi}`), `${of} sends on what ${peer} has not`);
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});

test("a late INITIAL-CONTACT removes what is older than the SA it is said under, and no more", () => {
  const { formerInsider, insider, older } = withAnOlderSa();
  const { pair } = insider;
  const sayInitialContact = (under: Insider): void =>
    under.inform("A", notification(NOTIFY_TYPE["INITIAL-CONTACT"], { spi: under.ownSpi }));
  sayInitialContact(formerInsider);
  assert.equal(pair.engines.B.view().isakmpSas.length, 2);
  assert.deepEqual(removals(pair, "B"), []);
  sayInitialContact(insider);
  assert.equal(pair.engines.B.view().isakmpSas.length, 1);
  assert.deepEqual(removals(pair, "B"), [older.spi]);
});

test("INITIAL-CONTACT that does not name the SA it is said under does nothing", () => {
  const { insider } = withAnOlderSa();
  const { pair } = insider;
  for (const spi of [new Uint8Array(16).fill(7), insider.ownSpi.toReversed(), new Uint8Array(0)])
    insider.inform("A", notification(NOTIFY_TYPE["INITIAL-CONTACT"], { spi }));
  assert.equal(pair.engines.B.view().isakmpSas.length, 2);
  assert.deepEqual(removals(pair, "B"), []);
});

test("INITIAL-CONTACT of one client behind a NAT leaves those of the others alone (RFC 3947 §6)", () => {
  const one = behindNat("client1", "first start");
  one.negotiate("A");
  const gateway = one.engines.B;
  const [ofOne] = one.installed("B");
  const two = behindNat("client2", "only start", gateway);
  two.negotiate("A", UPPER_HALF);
  assert.equal(two.installed("B").length, 2);
  assert.deepEqual(removals(two, "B"), []);
  assert.equal(gateway.view().isakmpSas.length, 2);
  const again = behindNat("client1", "second start", gateway);
  again.runUntil(60_000);
  again.negotiate("A");
  assert.equal(again.installed("B").length, 2);
  assert.deepEqual(removals(again, "B"), [ofOne?.spi]);
  assert.equal(gateway.view().isakmpSas.length, 2);
});

function shortLivedWithTwoLines(own: typeof A, peer: typeof A): IkePolicy {
  const base = policyOf(own, peer, { suites: [{ ...SUITE, lifetimeSeconds: 300 }] });
  const selector = own === A ? SECOND_LINE : mirror(SECOND_LINE);
  const connections = base.connections.map((connection) => ({
    ...connection,
    selectors: [...connection.selectors, { selector, origin: undefined }],
  }));
  return { ...base, connections };
}

/** Inbound SPIs whose removal an engine asked for. */
function removals(pair: IkePair, of: "A" | "B"): readonly number[] {
  return pair.outputs[of].flatMap((output) => (output.kind === "remove-ipsec-sa" ? [output.spi] : []));
}

/** A has lost an ISAKMP SA without a word and made another; B has both. `older` is B's inbound SA of the first. */
function withAnOlderSa(): {
  readonly formerInsider: Insider;
  readonly insider: Insider;
  readonly older: KeyedSa;
} {
  const formerInsider = Insider.ofNew();
  const { pair } = formerInsider;
  const { network } = pair;
  pair.network = () => [];
  pair.input("A", { kind: "clear-isakmp-sas" });
  pair.network = network;
  pair.runUntil(1_000);
  pair.negotiate("A");
  assert.equal(pair.engines.B.view().isakmpSas.length, 2);
  assert.deepEqual(removals(pair, "B"), []);
  const older = pair.installed("B").find(({ direction }) => direction === "inbound");
  assert.ok(older, "an inbound SA of the first negotiation");
  return { formerInsider, insider: new Insider(pair), older };
}

/** The SAs that an end has after all it was told to install and to remove, by direction and SPI. */
function live(pair: IkePair, of: "A" | "B"): ReadonlyMap<string, KeyedSa> {
  const sas = new Map<string, KeyedSa>();
  for (const output of pair.outputs[of]) {
    if (output.kind === "install-sa") sas.set(`${output.sa.direction} ${output.sa.spi}`, output.sa);
    if (output.kind === "abandon-sa") sas.delete(`inbound ${output.inboundSpi}`);
    if (output.kind !== "remove-ipsec-sa") continue;
    const { direction, spi } = output;
    const pairSpi = sas.get(`${direction} ${spi}`)?.pairSpi;
    sas.delete(`${direction} ${spi}`);
    sas.delete(`${direction === "inbound" ? "outbound" : "inbound"} ${pairSpi}`);
  }
  return sas;
}
