import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { DirectoryFiles } from "./directory-files.ts";

const folder = mkdtempSync(join(tmpdir(), "files-"));
after(() => rmSync(folder, { recursive: true }));

test("the startup configuration is the file that was given, others stand in a folder beside it, for their owner alone", () => {
  const path = join(folder, "router.cfg");
  writeFileSync(path, "hostname A\n", { mode: 0o644 });
  const files = new DirectoryFiles(path);
  assert.equal(files.read("startup-config"), "hostname A\n");
  assert.deepEqual(files.list(), [{ name: "startup-config", size: 11 }]);
  assert.equal(files.write("startup-config", "hostname B\n"), undefined);
  assert.equal(readFileSync(path, "utf8"), "hostname B\n");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(files.write("flash:x.cfg", "x"), undefined);
  assert.equal(statSync(join(folder, "router.flash")).mode & 0o777, 0o700);
  assert.equal(files.read("flash:x.cfg"), "x");
  assert.deepEqual(
    files.list().map(({ name }) => name),
    ["startup-config", "flash:x.cfg"],
  );
  files.remove("flash:x.cfg");
  assert.equal(files.read("flash:x.cfg"), undefined);
});

test("what cannot be written is told", () => {
  assert.match(new DirectoryFiles("-").write("startup-config", "x") ?? "", /standard input/);
  assert.match(
    new DirectoryFiles(join(folder, "no", "such.cfg")).write("startup-config", "x") ?? "",
    /ENOENT/,
  );
});
