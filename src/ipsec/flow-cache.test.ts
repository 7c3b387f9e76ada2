import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MisuseError } from "../base/errors.ts";
import { FlowCache } from "./flow-cache.ts";
import type { PacketFlow } from "./packet-flow.ts";

fc.configureGlobal({ seed: 2409 });

describe("the flow cache", () => {
  it("never gives one flow what belongs to another", () => {
    fc.assert(
      fc.property(fc.array(flows(), { maxLength: 200 }), (list) => {
        const cache = new FlowCache<number>(16);
        const last = new Map<string, number>();
        for (const [i, flow] of list.entries()) {
          const known = cache.get(flow);
          if (known !== undefined) assert.equal(known, last.get(JSON.stringify(flow)));
          cache.set(flow, i);
          last.set(JSON.stringify(flow), i);
          assert.equal(cache.get(flow), i);
        }
      }),
    );
  });

  it("keeps most flows when it has room for them", () => {
    const cache = new FlowCache<number>(4096);
    const list = Array.from({ length: 400 }, (_, i) =>
      flow({ source: 0x0a010100 + i, sourcePort: 1024 + i }),
    );
    for (const [i, one] of list.entries()) cache.set(one, i);
    const kept = list.filter((one, i) => cache.get(one) === i).length;
    assert.ok(kept > 360, `${kept} of 400`);
  });

  it("knows no flow at first, not even one of zeros", () => {
    assert.equal(new FlowCache(4).get(flow({ source: 0, destination: 0, protocol: 0 })), undefined);
  });

  it("has a power of two of slots", () => {
    assert.throws(() => new FlowCache(100), MisuseError);
  });
});

function flow(fields: Partial<PacketFlow>): PacketFlow {
  const base = {
    source: 1,
    destination: 2,
    protocol: 17,
    sourcePort: 0,
    destinationPort: 0,
    isLaterFragment: false,
  };
  return { ...base, ...fields };
}

function flows(): fc.Arbitrary<PacketFlow> {
  return fc
    .record({
      source: fc.nat(3),
      destination: fc.constantFrom(0, 1, 0xffffffff),
      protocol: fc.nat(2),
      sourcePort: fc.nat(2),
      destinationPort: fc.nat(2),
      isLaterFragment: fc.boolean(),
    })
    .map(flow);
}
