import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { ipv4FromNumber } from "../net/ip-address.ts";
import { ANY_PORT, type TrafficSelector } from "../net/selector.ts";
import { compileSelector, flowMatches, type PacketFlow } from "./packet-flow.ts";
import { TemporaryLines } from "./temporary-lines.ts";

fc.configureGlobal({ seed: 2409 });

describe("the flows of temporary entries", () => {
  it("are found as by looking at all of them: one of the narrowest, and for the same addresses the newest", () => {
    fc.assert(
      fc.property(fc.array(changes(), { maxLength: 12 }), flows(), (list, flow) => {
        const lines = new TemporaryLines<number>();
        let known: { readonly selector: TrafficSelector; readonly order: number }[] = [];
        for (const [order, { selector, removes }] of list.entries()) {
          const compiled = compileSelector(selector);
          lines.add(compiled, order);
          known.push({ selector, order });
          if (removes) {
            lines.remove(compiled, order);
            known = known.filter((each) => each.order !== order);
          }
        }
        const matching = known.filter(({ selector }) => flowMatches(compileSelector(selector), flow));
        const found = matching.find(({ order }) => order === lines.lookUp(flow));
        assert.equal(found === undefined, matching.length === 0);
        const isBetter = (other: (typeof matching)[number], one: NonNullable<typeof found>) =>
          widthOf(other.selector) < widthOf(one.selector) ||
          (isDeepStrictEqual(ends(other.selector), ends(one.selector)) && other.order > one.order);
        if (found !== undefined) assert.ok(!matching.some((other) => isBetter(other, found)), "a better one");
      }),
      { numRuns: 2000 },
    );
  });

  it("ask for whole packets where one of them has ports", () => {
    const lines = new TemporaryLines<string>();
    const flow = { ...FLOW, protocol: 17, isLaterFragment: true };
    lines.add(compileSelector({ ...ALL, protocol: 6, localPorts: { low: 80, high: 80 } }), "http");
    assert.equal(lines.dependsOnPorts(flow), false);
    assert.equal(lines.dependsOnPorts({ ...flow, protocol: 6 }), true);
  });
});

const ALL: TrafficSelector = {
  protocol: 0,
  local: { address: ipv4FromNumber(0), wildcard: ipv4FromNumber(0xffffffff) },
  localPorts: ANY_PORT,
  remote: { address: ipv4FromNumber(0), wildcard: ipv4FromNumber(0xffffffff) },
  remotePorts: ANY_PORT,
};

const FLOW: PacketFlow = {
  source: 1,
  destination: 2,
  protocol: 1,
  sourcePort: 0,
  destinationPort: 0,
  isLaterFragment: false,
};

/** Addresses from few bits, so that blocks meet. */
function blocks() {
  return fc.tuple(fc.nat(7), fc.constantFrom(0, 1, 3, 7)).map(([address, wildcard]) => ({
    address: ipv4FromNumber(address & ~wildcard),
    wildcard: ipv4FromNumber(wildcard),
  }));
}

function changes() {
  return fc.record({
    selector: fc
      .tuple(blocks(), blocks(), fc.constantFrom(0, 1, 17))
      .map(([local, remote, protocol]) => ({ ...ALL, local, remote, protocol })),
    removes: fc.boolean(),
  });
}

function flows() {
  return fc
    .tuple(fc.nat(7), fc.nat(7), fc.constantFrom(1, 17))
    .map(([source, destination, protocol]) => ({ ...FLOW, source, destination, protocol }));
}

function ends({ local, remote }: TrafficSelector) {
  return [local, remote];
}

/** How many bits of both ends do not count. */
function widthOf({ local, remote }: TrafficSelector): number {
  return [local, remote].reduce(
    (sum, { wildcard }) => sum + Number(wildcard.split(".")[3]).toString(2).replaceAll("0", "").length,
    0,
  );
}
