import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "../base/time.ts";
import { ipv4 } from "../net/ip-address.ts";
import type { EventOf } from "./entry.ts";
import { describeMismatch, explanation } from "./explanation.ts";

const ORIGIN = { file: "a.cfg", line: 7, text: "crypto isakmp key jw4ep9846804ijl address 172.16.172.20" };
const FAILED: EventOf<"negotiation-failed"> = {
  at: instant(0),
  kind: "negotiation-failed",
  sa: undefined,
  peer: ipv4("172.16.172.20"),
  exchange: "main",
  role: "initiator",
  reason: "wrong pre-shared key",
  mismatches: [],
  origin: ORIGIN,
  explanation: "its pre-shared key differs from ours",
};

test("the sentence is followed by the line concerned, without its key", () => {
  assert.equal(
    explanation(FAILED),
    'its pre-shared key differs from ours. See a.cfg:7 "crypto isakmp key ****** address 172.16.172.20".',
  );
});

test("a sentence that names the line itself is not made longer, and loses the key too", () => {
  const sentence = `Keys differ (a.cfg:7 "${ORIGIN.text}").`;
  assert.equal(
    explanation({ ...FAILED, explanation: sentence }),
    'Keys differ (a.cfg:7 "crypto isakmp key ****** address 172.16.172.20").',
  );
});

test("where the event has no line, the first difference that has one gives it", () => {
  const line = { file: "a.cfg", line: 4, text: "encr 3des" };
  const mismatch = { attribute: "encryption", offered: "des", accepted: "3des", origin: line } as const;
  const event = { ...FAILED, explanation: "Nothing matches.", origin: undefined, mismatches: [mismatch] };
  assert.equal(explanation(event), 'Nothing matches. See a.cfg:4 "encr 3des".');
  assert.equal(describeMismatch(mismatch), 'encryption: offered des, accepted 3des (a.cfg:4 "encr 3des")');
  assert.equal(
    explanation({ ...FAILED, explanation: "Nobody answers.", origin: undefined }),
    "Nobody answers.",
  );
});

test("what a peer offered stays on one line", () => {
  const text = explanation({ ...FAILED, explanation: "offers \u001b[2J\nforged" });
  assert.match(text ?? "", /^offers \\x1b\[2J\\x0aforged\. See/);
});

test("other events explain nothing", () => {
  assert.equal(explanation({ at: instant(0), kind: "bug", detail: "x" }), undefined);
});
