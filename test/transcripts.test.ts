/** `docs/transcripts/` is what the lab prints today, and what it says of differences is true of it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PRINTED_LISTINGS } from "./support/transcript-ledger.ts";
import { SITUATIONS } from "./support/transcript-situations.ts";
import { play, transcriptPages } from "./support/transcripts.ts";

test("the pages are what the lab prints (scripts/generate-transcripts.ts writes them)", () => {
  for (const [path, text] of Object.entries(transcriptPages()))
    assert.equal(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"), text, path);
});

test("every listing that the documents print has a page, or a reason why not", () => {
  const pages = new Set(SITUATIONS.map(({ name }) => name));
  for (const { caption, page, why } of PRINTED_LISTINGS)
    assert.ok(page === undefined ? why !== undefined : pages.has(page), caption);
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
