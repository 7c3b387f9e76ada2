import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromBase64 } from "./base64.ts";
import { plain } from "./octets.ts";

fc.configureGlobal({ seed: 2409 });

test("what others have written in base64 is read, padded or not", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom("base64" as const, "unpadded" as const),
      (octets, form) => {
        const text = Buffer.from(octets).toString("base64");
        const written = form === "base64" ? text : text.replace(/=+$/, "");
        assert.deepEqual(fromBase64(written), plain(octets));
      },
    ),
  );
});

test("what is no base64 is refused", () => {
  for (const text of ["A", "AB-_", "A===", "AA=A", "ssh-rsa AAAA"])
    assert.equal(fromBase64(text), undefined, text);
});
