// Writes docs/transcripts by playing its situations in the lab. Run: node --import tsx scripts/generate-transcripts.ts
import { writeFileSync } from "node:fs";
import { transcriptPages } from "../test/support/transcripts.ts";

for (const [path, text] of Object.entries(transcriptPages()))
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
