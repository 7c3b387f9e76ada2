/** What RIP believes, and for how long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { instant } from "../base/time.ts";
import { ipv4, ipv4FromNumber } from "../net/ip-address.ts";
import { NET_LIMITS } from "../net/limits.ts";
import { blockOf } from "../net/selector.ts";
import { RipTable, type RipWay } from "./rip-table.ts";

fc.configureGlobal({ seed: 2409 });

const TIMERS = { update: 30, invalid: 180, holddown: 180, flush: 240 };
const NEAR = way("10.4.1.2", 1);
const FAR = way("10.4.2.2", 4);

test("the shortest way counts, and what its own neighbour says of it, better or worse", () => {
  const table = new RipTable(TIMERS);
  assert.equal(table.hear(at(0), FAR), true);
  assert.equal(table.hear(at(1), NEAR), true);
  assert.deepEqual(metrics(table), [1]);
  assert.equal(table.hear(at(2), FAR), false, "a longer one changes nothing");
  assert.equal(table.hear(at(3), { ...NEAR, metric: 9 }), true);
  assert.deepEqual(metrics(table), [9]);
  assert.equal(table.hear(at(4), FAR), true);
  assert.deepEqual(metrics(table), [4]);
});

test("a way as short takes the place of one that is half forgotten (RFC 2453 §3.9.2)", () => {
  const table = new RipTable(TIMERS);
  table.hear(at(0), NEAR);
  assert.equal(table.hear(at(89), { ...FAR, metric: 1 }), false);
  assert.equal(table.hear(at(90), { ...FAR, metric: 1 }), true);
});

test("what is not told again is no way after the time for that, and later forgotten", () => {
  const table = new RipTable(TIMERS);
  table.hear(at(0), NEAR);
  assert.equal(table.nextDeadline(), at(180));
  assert.equal(table.expire(at(179)), false);
  assert.equal(table.expire(at(180)), true);
  assert.deepEqual(metrics(table), [16]);
  assert.equal(table.hear(at(200), FAR), false, "held down");
  assert.equal(table.nextDeadline(), at(240));
  table.expire(at(240));
  assert.deepEqual(metrics(table), []);
  assert.equal(table.hear(at(241), FAR), true);
});

test("without a hold-down another way is taken at once", () => {
  const table = new RipTable({ ...TIMERS, holddown: 0 });
  table.hear(at(0), NEAR);
  assert.equal(table.hear(at(10), { ...NEAR, metric: 16 }), true, "its neighbour says that it is lost");
  assert.equal(table.hear(at(11), { ...NEAR, metric: 16 }), false);
  assert.equal(table.hear(at(12), FAR), true);
  assert.deepEqual(metrics(table), [4]);
});

test("with an interface everything that is reached by it is lost, and its own network is told to be", () => {
  const table = new RipTable(TIMERS);
  table.hear(at(0), NEAR);
  const own = { ...NEAR, prefix: blockOf(ipv4("10.4.1.0"), ipv4("255.255.255.0")), metric: 16 };
  table.loseInterface(at(5), NEAR.interfaceName, own);
  assert.deepEqual(metrics(table), [16, 16]);
  assert.equal(table.hear(at(6), FAR), true, "that is no rumour, so another way is believed at once");
});

test("neighbours cannot make it hold more than its limit", () => {
  const table = new RipTable(TIMERS);
  for (let i = 0; i < NET_LIMITS.ripRoutesMax + 10; i++)
    table.hear(at(0), {
      ...NEAR,
      prefix: blockOf(ipv4FromNumber(0x0a000000 + 256 * i), ipv4("255.255.255.0")),
    });
  assert.equal(table.entries.length, NET_LIMITS.ripRoutesMax);
});

test("whatever is heard, when asked in time nothing is believed for longer than its timers say", () => {
  const heard = fc.record({
    after: fc.integer({ min: 0, max: 100 }),
    neighbour: fc.constantFrom("10.4.1.2", "10.4.2.2", "10.4.3.2"),
    metric: fc.integer({ min: 1, max: 16 }),
  });
  fc.assert(
    fc.property(fc.array(heard, { maxLength: 40 }), (told) => {
      const table = new RipTable(TIMERS);
      let now = 0;
      for (const { after, neighbour, metric } of told) {
        now += after;
        table.expire(at(now));
        table.hear(at(now), way(neighbour, metric));
        for (const entry of table.entries) {
          assert.ok(entry.metric >= 1 && entry.metric <= 16, `metric ${entry.metric}`);
          if (entry.metric < 16) assert.ok(now - entry.heardAt / 1000 < TIMERS.invalid, "believed too long");
          assert.ok(entry.flushAt > at(now), "kept too long");
        }
      }
    }),
  );
});

function way(neighbour: string, metric: number): RipWay {
  return {
    prefix: blockOf(ipv4("10.1.2.0"), ipv4("255.255.255.0")),
    interfaceName: `Tunnel${neighbour.split(".")[2]}`,
    neighbour: ipv4(neighbour),
    nextHop: ipv4(neighbour),
    metric,
  };
}

function at(seconds: number) {
  return instant(seconds * 1000);
}

function metrics(table: RipTable): number[] {
  return table.entries.map(({ metric }) => metric);
}
