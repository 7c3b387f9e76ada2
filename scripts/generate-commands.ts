// Writes the pages about the command language from its sentences. Run: node --import tsx scripts/generate-commands.ts
import { writeFileSync } from "node:fs";
import { commandReference } from "../src/cli/reference.ts";
import { pageOfNamedCommands } from "../test/support/standing-of-commands.ts";

const PAGES = {
  "docs/commands.md": commandReference(),
  "docs/commands-of-the-documents.md": pageOfNamedCommands(),
};

for (const [path, text] of Object.entries(PAGES)) writeFileSync(new URL(`../${path}`, import.meta.url), text);
