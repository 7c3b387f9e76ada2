/**
 * A thousand seeds of the case study over a network that loses a fifth of all packets and duplicates and reorders others,
 * with SAs so short-lived that each run renews them. `FIRST_SEED=17 SEEDS=1 node scripts/test.mjs lossy` runs one of them;
 * a failure prints the seed and the ladder of what the two routers said.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds } from "../../src/base/time.ts";
import { BULK_PORT } from "../../src/lab/bulk.ts";
import { GOOD_LINK, type LinkConditions } from "../../src/lab/link.ts";
import { Ladder } from "../../src/observe/ladder.ts";
import type { PolicyChanges } from "../support/ike-pair.ts";
import { CaseStudy, HOST_1, HOST_2 } from "./case-study.ts";
import {
  agreementViolations,
  deliveryViolations,
  keyViolations,
  stateViolations,
  wireViolations,
} from "./invariants.ts";

const FIRST_SEED = Number(process.env.FIRST_SEED ?? 1);
const SEEDS = Number(process.env.SEEDS ?? 1000);

const STORM: Partial<LinkConditions> = {
  delay: milliseconds(20),
  jitter: milliseconds(30),
  lossPercent: 20,
  duplicatePercent: 10,
  reorderPercent: 10,
};
const STORM_SECONDS = 60;
/** By then whoever lost the last word of an exchange has repeated itself or given up, and tried again. */
const CALM_SECONDS = 150;

/** One run; the sentences say what went wrong. */
function run(
  seed: number,
  storm: Partial<LinkConditions>,
  changes: PolicyChanges = {},
): { readonly study: CaseStudy; readonly violations: string[] } {
  const study = new CaseStudy({ seed, transit: storm, changes: { lifetimeSeconds: 45, ...changes } });
  const stream = {
    count: (STORM_SECONDS + CALM_SECONDS) / 2,
    interval: milliseconds(2000),
    size: 64,
    stream: 1,
  };
  study.hosts.A.sendBulk({ ...stream, remote: { address: HOST_2, port: BULK_PORT } });
  study.hosts.B.sendBulk({ ...stream, remote: { address: HOST_1, port: BULK_PORT } });
  const violations: string[] = [];
  for (let second = 10; second <= STORM_SECONDS; second += 10) {
    study.runUntilSecond(second);
    violations.push(...stateViolations(study));
  }
  study.transit.setConditions({ ...GOOD_LINK, delay: milliseconds(20) });
  study.runUntilSecond(STORM_SECONDS + CALM_SECONDS - 20);
  const before = [study.hosts.A, study.hosts.B].map((host) => host.bulkReport(1).received);
  study.runUntilSecond(STORM_SECONDS + CALM_SECONDS);
  const after = [study.hosts.A, study.hosts.B].map((host) => host.bulkReport(1).received);
  for (const [i, host] of [study.hosts.A, study.hosts.B].entries()) {
    const got = (after[i] ?? 0) - (before[i] ?? 0);
    if (got < 9)
      violations.push(`in the last twenty seconds of calm ${host.name} got ${got} of 10 datagrams`);
  }
  violations.push(
    ...wireViolations(study),
    ...keyViolations(study),
    ...stateViolations(study),
    ...deliveryViolations(study, 1),
    ...agreementViolations(study),
  );
  return { study, violations };
}

function explain(seed: number, study: CaseStudy, violations: readonly string[]): string {
  const ladder = new Ladder();
  for (const { router, event } of study.events) ladder.add(event, router);
  return [`FIRST_SEED=${seed} SEEDS=1:`, ...violations.slice(0, 10), ...ladder.lines().slice(-80)].join("\n");
}

test(`${SEEDS} seeds at 20 % loss with duplication and reordering keep every invariant and converge`, () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const { study, violations } = run(seed, STORM);
    if (violations.length > 0) assert.fail(explain(seed, study, violations));
  }
});

test("a hundred seeds with a damaged packet in fifty besides do too", () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + Math.min(SEEDS, 100); seed++) {
    const { study, violations } = run(seed, { ...STORM, corruptPercent: 2 });
    if (violations.length > 0) assert.fail(explain(seed, study, violations));
  }
});

test("a hundred seeds with aggressive mode begun by either end do too", () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + Math.min(SEEDS, 100); seed++) {
    const { study, violations } = run(seed, STORM, {
      clientEndpoint: { kind: "user-fqdn", name: "somebody@example.com" },
    });
    if (violations.length > 0) assert.fail(explain(seed, study, violations));
  }
});

test("the same seed gives the same run, event by event", () => {
  const text = (): string => JSON.stringify(run(FIRST_SEED, STORM).study.events);
  assert.equal(text(), text());
});
