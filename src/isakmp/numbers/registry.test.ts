import assert from "node:assert/strict";
import { test } from "node:test";
import { NOTIFY_TYPE } from "./notify-type.ts";
import { PAYLOAD_TYPE } from "./payload-type.ts";
import { assignedName, nameOf } from "./registry.ts";

test("numbers are named as their registry spells them, and unknown ones say so", () => {
  assert.equal(nameOf(NOTIFY_TYPE, 14), "NO-PROPOSAL-CHOSEN");
  assert.equal(nameOf(NOTIFY_TYPE, 4711), "unknown (4711)");
  assert.equal(assignedName(PAYLOAD_TYPE, 99), undefined);
});

test("where two names share a number the first is printed", () => {
  assert.equal(nameOf({ first: 1, second: 1 }, 1), "first");
});
