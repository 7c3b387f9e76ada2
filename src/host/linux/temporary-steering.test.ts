import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ipv4 } from "../../net/ip-address.ts";
import { host } from "../../net/selector.ts";
import { type SteeringRule, TABLES, THE_END, type UnplacedRule } from "./steering-plan.ts";
import { placeTemporary } from "./temporary-steering.ts";

fc.configureGlobal({ seed: 2409 });

describe("rules for temporary entries", () => {
  it("are those that are wanted, whatever came and went, and what stays keeps its place", () => {
    const wishes = fc.uniqueArray(fc.nat(30), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(wishes, { maxLength: 8 }), (history) => {
        let present: readonly SteeringRule[] = [];
        for (const wish of history) {
          const wanted = wish.map(rule);
          const { kept, removed, added, unplaced } = placeTemporary(present, wanted);
          assert.deepEqual(new Set([...kept, ...removed]), new Set(present), "each stays or goes");
          present = [...kept, ...added];
          assert.equal(unplaced, 0);
          assert.deepEqual(new Set(present.map(textOf)), new Set(wanted.map(textOfUnplaced)));
          assert.equal(new Set(present.map(({ priority }) => priority)).size, present.length);
        }
      }),
    );
  });

  it("are each there once, those for what comes in first, and all before the end", () => {
    const wanted = [rule(1), rule(2), rule(1)];
    const { added } = placeTemporary([], wanted);
    assert.deepEqual(
      added.map(({ priority }) => priority),
      [30_300, 28_000],
    );
    assert.ok(
      added.every(({ priority }) => priority < THE_END.priority),
      "jumps to the end pass them",
    );
  });

  it("are not more than there are places, and the others are counted", () => {
    const flood = Array.from({ length: 10_000 }, (_, i) => rule(i));
    const { added, unplaced } = placeTemporary([], flood);
    assert.equal(added.length, 4600);
    assert.equal(unplaced, 5400);
    assert.ok(
      added.every(({ priority }) => priority < THE_END.priority),
      "none is beyond",
    );
    assert.deepEqual(placeTemporary(added, flood).added, [], "those that are there stay");
  });
});

function rule(n: number): UnplacedRule {
  const to = host(ipv4(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`));
  return { match: { to }, table: n % 2 === 0 ? TABLES.check : TABLES.protect };
}

function textOfUnplaced({ match, table }: UnplacedRule): string {
  return `${match.to?.address} ${table}`;
}

function textOf({ match, action }: SteeringRule): string {
  return `${match.to?.address} ${action.kind === "table" ? action.table : action.kind}`;
}
