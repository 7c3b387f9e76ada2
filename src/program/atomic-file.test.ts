import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { MisuseError } from "../base/errors.ts";
import { type Disk, NODE_DISK, writeAtomically } from "./atomic-file.ts";

const folder = mkdtempSync(join(tmpdir(), "atomic-"));
after(() => rmSync(folder, { recursive: true }));

test("a file is replaced, and for its owner alone", () => {
  const path = join(folder, "router.cfg");
  writeFileSync(path, "old", { mode: 0o644 });
  writeFileSync(`${path}.new`, "left over from a crash", { mode: 0o666 });
  assert.equal(writeAtomically(path, "new"), undefined);
  assert.equal(readFileSync(path, "utf8"), "new");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(existsSync(`${path}.new`), false);
});

test("whichever step fails, or is the last before a crash, the file is the old one or the new one", () => {
  const path = join(folder, "crash.cfg");
  for (const isCrash of [false, true])
    for (const step of ["open", "write", "sync", "close", "rename", "syncFolder"] as const)
      for (const isHalfDone of [false, true]) {
        writeFileSync(path, "old");
        let hasCrashed = false;
        const told = writeAtomically(path, "the new one", faulty());
        const found = readFileSync(path, "utf8");
        assert.ok(["old", "the new one"].includes(found), `${step}: ${found}`);
        assert.match(told ?? "", /no space/, step);
        // After the crash the next write goes through.
        assert.equal(writeAtomically(path, "the next one"), undefined, step);
        assert.equal(readFileSync(path, "utf8"), "the next one", step);

        function faulty(): Disk {
          const during =
            <A extends unknown[], R>(name: string, act: (...args: A) => R) =>
            (...args: A): R => {
              if (hasCrashed) throw new MisuseError("no space: crashed before");
              if (name !== step) return act(...args);
              if (isHalfDone) act(...args);
              hasCrashed = isCrash;
              throw new MisuseError("no space");
            };
          return {
            open: during("open", NODE_DISK.open),
            write: during("write", (file, octets) => NODE_DISK.write(file, octets.subarray(0, 4))),
            sync: during("sync", NODE_DISK.sync),
            close: during("close", NODE_DISK.close),
            rename: during("rename", NODE_DISK.rename),
            remove: during("remove", NODE_DISK.remove),
            syncFolder: during("syncFolder", NODE_DISK.syncFolder),
          };
        }
      }
});

test("what cannot be written is told", () => {
  assert.match(writeAtomically(join(folder, "no", "such"), "x") ?? "", /ENOENT/);
});
