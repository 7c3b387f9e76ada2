// Writes the pages about the command language from its sentences. Run: node --import tsx scripts/generate-commands.ts
import { writeFileSync } from "node:fs";
import { commandReference } from "../src/cli/reference.ts";
import { manPage } from "../src/program/man-page.ts";
import { documentsBySentence, pageOfNamedCommands } from "../test/support/standing-of-commands.ts";

const PAGES = {
  "docs/commands.md": commandReference(documentsBySentence()),
  "docs/commands-of-the-documents.md": pageOfNamedCommands(),
  "man/skeyid.1": manPage(),
};

for (const [path, text] of Object.entries(PAGES)) writeFileSync(new URL(`../${path}`, import.meta.url), text);
