import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { few, itemsOf } from "./few.ts";

fc.configureGlobal({ seed: 2409 });

it("the items come back as they were, arrays too", () => {
  const item = fc.oneof(fc.nat(), fc.string(), fc.array(fc.nat()));
  fc.assert(
    fc.property(fc.array(item, { maxLength: 4 }), (items) => assert.deepEqual(itemsOf(few(items)), items)),
  );
});
