/** The process itself: its exit codes, its silence when nobody reads on, and what it says before it is built. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MAIN = new URL("main.ts", import.meta.url).href;
const CAPTURE = join(ROOT, "test/captures/isakmp4500.pcap");

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `neverReads`: standard output is closed before anything comes. */
function node(args: readonly string[], neverReads = false): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    if (neverReads) child.stdout.destroy();
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

function skeyid(args: readonly string[], neverReads = false): Promise<Ended> {
  const start = `const { main } = await import(${JSON.stringify(MAIN)}); await main();`;
  // With -e no file name stands before the arguments; the first word takes its place.
  return node(["--import", "tsx", "--input-type=module", "-e", start, "--", "skeyid", ...args], neverReads);
}

test("the process ends with the command's exit code, output and complaints apart", async () => {
  const fine = await skeyid(["explain", CAPTURE]);
  assert.equal(fine.code, 0);
  assert.equal(fine.err, "");
  assert.match(fine.out, /^#3 .* MM1 /);
  const misused = await skeyid(["explain", "/nowhere/at/all.pcap"]);
  assert.equal(misused.code, 2);
  assert.equal(misused.out, "");
  assert.equal(misused.err, "skeyid explain: cannot read /nowhere/at/all.pcap: there is no such file\n");
});

test("when whoever reads the output stops, the process ends without a complaint", async () => {
  const { code, err } = await skeyid(["explain", "--json", CAPTURE], true);
  assert.equal(err, "");
  assert.equal(code, 0);
});

test("before it is built, the executable says in one line how to build it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "skeyid-"));
  try {
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    copyFileSync(join(ROOT, "bin/skeyid.js"), join(folder, "bin/skeyid.js"));
    const { code, out, err } = await node([join(folder, "bin/skeyid.js"), "lab"]);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, /^[^\n]*`npm run build`[^\n]*\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
