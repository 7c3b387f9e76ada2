// After `npm ci` in a clone: builds, and puts the command where `npx skeyid` finds it without installing or asking anything.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";

const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-b", "src"], {
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);

const folder = "node_modules/.bin";
if (existsSync("node_modules")) {
  mkdirSync(folder, { recursive: true });
  rmSync(`${folder}/skeyid`, { force: true });
  if (process.platform === "win32")
    writeFileSync(`${folder}/skeyid.cmd`, '@node "%~dp0\\..\\..\\bin\\skeyid.js" %*\r\n');
  else symlinkSync("../../bin/skeyid.js", `${folder}/skeyid`);
  chmodSync("bin/skeyid.js", 0o755);
}
