/**
 * A week of virtual time over a network that loses a tenth of all packets: keys are renewed every hour, phase 1 every six
 * hours, and now and then one of the routers restarts without a word. `FIRST_SEED=5 node scripts/test.mjs week` runs another
 * week; a failure prints what the two routers said last.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds } from "../../src/base/time.ts";
import { BULK_PORT } from "../../src/lab/bulk.ts";
import { SeededRandom } from "../../src/lab/seeded-random.ts";
import { Ladder } from "../../src/observe/ladder.ts";
import { SUITE } from "../support/ike-pair.ts";
import { CaseStudy, HOST_1, HOST_2 } from "./case-study.ts";
import { agreementViolations, keyViolations, stateViolations, wireViolations } from "./invariants.ts";

const SEED = Number(process.env.FIRST_SEED ?? 1);
const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];
const DAYS = 7;
/** Seconds between two datagrams of a host. */
const EVERY = 30;
/** After a restart: until the other end has noticed, or has been told. */
const RECOVERY = 10 * MINUTE;

test("a week of loss, renewals and restarts: always converging, never in clear", () => {
  const study = new CaseStudy({
    seed: SEED,
    transit: { delay: milliseconds(20), jitter: milliseconds(20), lossPercent: 10 },
    changes: {
      suites: [{ ...SUITE, lifetimeSeconds: 6 * HOUR }],
      lifetimeSeconds: HOUR,
      deadPeerDetection: { seconds: 60, retrySeconds: 5, mode: "on-demand" },
      invalidSpiRecovery: true,
    },
  });
  const stream = {
    count: (DAYS * DAY) / EVERY,
    interval: milliseconds(EVERY * 1000),
    size: 64,
    stream: 1,
  };
  study.hosts.A.sendBulk({ ...stream, remote: { address: HOST_2, port: BULK_PORT } });
  study.hosts.B.sendBulk({ ...stream, remote: { address: HOST_1, port: BULK_PORT } });
  const chance = new SeededRandom(SEED, "restarts");
  const violations: string[] = [];
  let restartedAt = Number.NEGATIVE_INFINITY;
  let restarts = 0;
  const received = () => [study.hosts.A, study.hosts.B].map((host) => host.bulkReport(1).received);
  let before = received();
  for (let now = RECOVERY; now <= DAYS * DAY && violations.length === 0; now += RECOVERY) {
    study.runUntilSecond(now);
    const after = received();
    violations.push(...stateViolations(study));
    if (now - restartedAt > RECOVERY)
      for (const [i, name] of (["A", "B"] as const).entries()) {
        const got = (after[i] ?? 0) - (before[i] ?? 0);
        // Of twenty, a tenth of which is lost.
        if (got < 11) violations.push(`${now / MINUTE} minutes: host ${name} got ${got} of 20 datagrams`);
      }
    before = after;
    const [dice = 0] = chance.bytes("jitter", 1);
    if (dice >= 8 || now - restartedAt < HOUR) continue;
    study.routers[dice % 2 === 0 ? "A" : "B"].restart();
    restartedAt = now;
    restarts += 1;
  }
  violations.push(...wireViolations(study), ...keyViolations(study), ...agreementViolations(study));
  if (violations.length > 0) {
    const ladder = new Ladder();
    for (const { router, event } of study.events.slice(-4000)) ladder.add(event, router);
    assert.fail([`FIRST_SEED=${SEED}:`, ...violations.slice(0, 10), ...ladder.lines().slice(-80)].join("\n"));
  }
  assert.ok(restarts >= 10, `${restarts} restarts`);
  const renewals = study.events.filter(({ event }) => event.kind === "ipsec-sas-created").length;
  assert.ok(renewals >= 2 * 24 * DAYS, `${renewals} pairs were made`);
});
