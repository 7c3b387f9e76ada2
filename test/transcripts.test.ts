/** `docs/transcripts/` is what the lab prints today, and what it says of differences is true of it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SITUATIONS } from "./support/transcript-situations.ts";
import { play, transcriptPages } from "./support/transcripts.ts";

test("the pages are what the lab prints (scripts/generate-transcripts.ts writes them)", () => {
  for (const [path, text] of Object.entries(transcriptPages()))
    assert.equal(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"), text, path);
});

for (const situation of SITUATIONS)
  test(`differences are there, and their texts are not: ${situation.title}`, () => {
    for (const { document, output, differences } of play(situation)) {
      assert.ok(output !== "", `${document} shows something`);
      for (const { theirs, ours } of differences) {
        if (ours !== undefined) assert.ok(output.includes(ours), `${document}: ${ours}`);
        if (theirs !== undefined) assert.ok(!output.includes(theirs), `${document}: ${theirs}`);
      }
    }
  });
