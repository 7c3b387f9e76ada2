/**
 * A week of the case study in virtual time: a tenth of all packets is lost, SAs are renewed every hour, and now and then
 * either router loses its memory without a word. `FIRST_SEED=17 HOURS=24 node scripts/test.mjs long-run` runs a day of another.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds } from "../../src/base/time.ts";
import { BULK_PORT } from "../../src/lab/bulk.ts";
import { Dice } from "../../src/lab/seeded-random.ts";
import { CaseStudy, HOST_1, HOST_2 } from "./case-study.ts";
import { agreementViolations, keyViolations, stateViolations, wireViolations } from "./invariants.ts";

const SEED = Number(process.env.FIRST_SEED ?? 1);
const HOURS = Number(process.env.HOURS ?? 7 * 24);
const DATAGRAM_SECONDS = 20;
const WINDOW_SECONDS = 600;
/** Of 30 datagrams 3 are lost on average; of fewer than these, something else is the reason. */
const DELIVERED_MIN = 18;

test(`${HOURS} hours of loss, renewals and restarts: the tunnel always comes back, and nothing crosses in clear`, () => {
  const study = new CaseStudy({
    seed: SEED,
    transit: { delay: milliseconds(20), jitter: milliseconds(30), lossPercent: 10 },
    changes: {
      lifetimeSeconds: 3600,
      deadPeerDetection: { seconds: 10, retrySeconds: 2, mode: "on-demand" },
    },
  });
  const stream = {
    count: (HOURS * 3600) / DATAGRAM_SECONDS,
    interval: milliseconds(DATAGRAM_SECONDS * 1000),
    size: 64,
    stream: 1,
  };
  study.hosts.A.sendBulk({ ...stream, remote: { address: HOST_2, port: BULK_PORT } });
  study.hosts.B.sendBulk({ ...stream, remote: { address: HOST_1, port: BULK_PORT } });
  const dice = new Dice(`restarts ${SEED}`);
  const violations: string[] = [];
  const installed = { A: 0, B: 0 };
  let restarts = 0;
  let isRecovering = true;
  let before = delivered(study);
  for (let second = WINDOW_SECONDS; second <= HOURS * 3600; second += WINDOW_SECONDS) {
    study.runUntilSecond(second);
    const now = delivered(study);
    const got = now.map((count, i) => count - (before[i] ?? 0));
    before = now;
    if (!isRecovering && Math.min(...got) < DELIVERED_MIN)
      violations.push(`before second ${second} the hosts got ${got.join(" and ")} of 30 datagrams`);
    violations.push(...wireViolations(study), ...stateViolations(study));
    if (!isRecovering) violations.push(...agreementViolations(study));
    for (const { router, event } of study.events)
      if (event.kind === "sa-installed") installed[router === "Initiator" ? "A" : "B"]++;
    // What was looked at need not be kept.
    study.events.length = 0;
    study.onTransit.length = 0;
    if (violations.length > 0) break;
    isRecovering = dice.happens(8);
    if (!isRecovering) continue;
    restarts++;
    study.routers[dice.happens(50) ? "A" : "B"].restart();
  }
  violations.push(...keyViolations(study));
  assert.deepEqual(violations.slice(0, 5), [], `FIRST_SEED=${SEED}`);
  assert.ok(restarts > HOURS / 6, `${restarts} restarts`);
  // Two directions an hour at least.
  assert.ok(Math.min(installed.A, installed.B) >= 2 * HOURS, `${installed.A} and ${installed.B} SAs`);
});

function delivered({ hosts }: CaseStudy): readonly number[] {
  return [hosts.A, hosts.B].map((host) => host.bulkReport(1).received);
}
