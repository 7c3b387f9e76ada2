import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "../../base/time.ts";
import { compile } from "../../config/compile.ts";
import { NO_REQUESTS } from "../../ike/admission.ts";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";
import { showCallAdmission } from "../views/call-admission.ts";

const LINES = [
  "crypto call admission limit ike sa 25",
  "crypto call admission limit ike in-negotiation-sa 10",
];

function entered(...lines: string[]) {
  const { configuration, problems } = loadConfiguration(lines.join("\n"), "test.cfg");
  assert.deepEqual(problems, []);
  const admission = compile(configuration).policy?.ike.admission;
  return {
    limits: [admission?.maximumSas?.value, admission?.maximumInNegotiation?.value],
    printed: runningConfig(configuration).filter((line) => /admission/.test(line)),
  };
}

test("both limits take effect, print, and are taken back; 0 is no limit", () => {
  assert.deepEqual(entered(), { limits: [undefined, undefined], printed: [] });
  assert.deepEqual(entered(...LINES), { limits: [25, 10], printed: LINES });
  const back = LINES.map((line) => `no ${line.replace(/ \d+$/, "")}`);
  assert.deepEqual(entered(...LINES, ...back), { limits: [undefined, undefined], printed: [] });
  const none = "crypto call admission limit ike sa 0";
  assert.deepEqual(entered(none), { limits: [undefined, undefined], printed: [none] });
});

test("what IOS refuses changes nothing and has its words", () => {
  const text = "crypto call admission limit ike in-negotiation-sa 9\ncrypto call admission limit ike sa";
  const { configuration, problems } = loadConfiguration(text, "test.cfg");
  assert.deepEqual(
    problems.map(({ message }) => message.split("\n").at(-1)),
    ["% Invalid input detected at '^' marker.", "% Incomplete command."],
  );
  assert.equal(configuration.isakmp.maximumInNegotiation, undefined);
});

test("the statistics stand in IOS's columns", () => {
  const { configuration } = loadConfiguration(LINES.join("\n"), "test.cfg");
  const admission = {
    ...NO_REQUESTS,
    accepted: { initiator: 3, responder: 1200 },
    rejected: { initiator: 1, responder: 40 },
    rejectedBy: { "ike sa": 1, "in-negotiation sa": 38, resources: 2 },
    dropped: 7,
  };
  const ike = { isakmpSas: [], halfOpen: 0, jobsRunning: 0, admission, failures: [] };
  assert.deepEqual(showCallAdmission(configuration, { now: instant(0), ike, ipsec: { flows: [] } }), [
    "---------------------------------------------------------------------",
    "              Crypto Call Admission Control Statistics",
    "---------------------------------------------------------------------",
    "System Resource Limit:         0 Max IKE SAs:    25 Max in nego:    10",
    "Total IKE SA Count:            0 active:          0 negotiating:     0",
    "Incoming IKE Requests:      1240 accepted:     1200 rejected:       40",
    "Outgoing IKE Requests:         4 accepted:        3 rejected:        1",
    "Rejected IKE Requests:        41 rsrc low:        2 Active SA limit: 1",
    "                                                    In-neg SA limit: 38",
    "IKE packets dropped at dispatch:       7",
  ]);
});
