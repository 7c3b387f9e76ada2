import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { instant } from "../base/time.ts";
import { DeadlineHeap, type Timer } from "./deadline-heap.ts";

fc.configureGlobal({ seed: 2409 });

it("timers come up in order of time, the cancelled ones never, and those do not pile up", () => {
  type Step =
    | { readonly kind: "add"; readonly at: number }
    | { readonly kind: "cancel" | "take"; readonly pick: number };
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.nat(50).map((at) => ({ kind: "add" as const, at })),
    fc.record({ kind: fc.constantFrom("cancel" as const, "take" as const), pick: fc.nat(60) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const heap = new DeadlineHeap<number>();
      let alive: Timer<number>[] = [];
      for (const [i, one] of steps.entries()) {
        if (one.kind === "add") alive.push(heap.add(instant(one.at), i));
        else if (one.kind === "cancel") {
          const timer = alive[one.pick % Math.max(1, alive.length)];
          if (timer !== undefined) heap.cancel(timer);
          alive = alive.filter((other) => other !== timer);
        } else {
          const taken = heap.takeDue(instant(one.pick));
          // The sort is stable, and timers were added in the order of the list.
          const [earliest] = [...alive].sort((a, b) => a.at - b.at);
          assert.equal(taken, earliest !== undefined && earliest.at <= one.pick ? earliest : undefined);
          alive = alive.filter((other) => other !== taken);
        }
        assert.equal(
          heap.next()?.at,
          alive.length === 0 ? undefined : Math.min(...alive.map((timer) => timer.at)),
        );
        assert.ok(heap.size <= 2 * alive.length + 1, `${heap.size} held for ${alive.length}`);
      }
    }),
  );
});

it("cancelling a timer that has come up does nothing to the others", () => {
  const heap = new DeadlineHeap<string>();
  const first = heap.add(instant(1), "first");
  heap.add(instant(2), "second");
  assert.equal(heap.takeDue(instant(1)), first);
  heap.cancel(first);
  heap.cancel(first);
  assert.equal(heap.takeDue(instant(2))?.subject, "second");
  assert.equal(heap.next(), undefined);
});
