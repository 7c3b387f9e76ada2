#!/usr/bin/env node
// Starts the compiled program; in a clone that is not built yet, says so.
import { existsSync } from "node:fs";

const program = new URL("../dist/program/main.js", import.meta.url);
if (existsSync(program)) {
  const { main } = await import(program.href);
  await main();
} else {
  console.error("skeyid is not built yet: run `npm run build` first");
  process.exitCode = 2;
}
