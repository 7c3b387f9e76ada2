import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { COMMAND_NAMES } from "./commands.ts";
import { manPage } from "./man-page.ts";

const WRITTEN = readFileSync(new URL("../../man/skeyid.1", import.meta.url), "utf8");

test("the manual page is as the commands are now, and the package brings it", () => {
  assert.equal(WRITTEN, manPage(), "run: node --import tsx scripts/generate-commands.ts");
  const manifest: { readonly man?: string; readonly files?: readonly string[] } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  assert.equal(manifest.man, "man/skeyid.1");
  assert.ok(manifest.files?.includes("man"), "it is among the files of the package");
});

test("every subcommand has a section, and no line of text is taken for a request", () => {
  for (const name of COMMAND_NAMES) assert.match(WRITTEN, new RegExp(`^\\.SS skeyid ${name}`, "m"), name);
  const requests = new Set(WRITTEN.match(/^[.'][^ \n]*/gm));
  assert.deepEqual(
    [...requests].sort(),
    [".B", ".PP", ".SH", ".SS", ".TH", ".TP", '.\\"', ".br", ".fi", ".nf"].sort(),
  );
});
