// Writes docs/commands.md from the sentences of the command language. Run: node --import tsx scripts/generate-commands.ts
import { writeFileSync } from "node:fs";
import { commandReference } from "../src/cli/reference.ts";

writeFileSync(new URL("../docs/commands.md", import.meta.url), commandReference());
