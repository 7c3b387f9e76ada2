/**
 * Each method and mode of phase 1 as a user sees it, held against the transcripts beside this file (to make them anew:
 * `UPDATE_TRANSCRIPTS=1 node scripts/test.mjs test/lab/phase-1`). Main mode with pre-shared keys has a test of its own.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { skeyidLab } from "./lab-program.ts";

const { UPDATE_TRANSCRIPTS } = process.env;

for (const example of [
  "aggressive-mode",
  "rsa-signatures",
  "rsa-signatures-aggressive",
  "rsa-encrypted-nonces",
  "rsa-encrypted-nonces-aggressive",
])
  test(`${example} runs as its transcript says`, async () => {
    const { code, out, err } = await skeyidLab(example, "--seed", "13");
    assert.deepEqual([code, err], [0, []]);
    const transcript = new URL(`${example}.txt`, import.meta.url);
    if (UPDATE_TRANSCRIPTS !== undefined) writeFileSync(transcript, `${out.join("\n")}\n`);
    assert.deepEqual(out, readFileSync(transcript, "utf8").split("\n").slice(0, -1));
  });
