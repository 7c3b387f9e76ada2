// Runs every *.test.ts below src/ and test/, or those whose path contains one of the arguments.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";

const wanted = process.argv.slice(2);
const files = ["src", "test"]
  .flatMap((root) => readdirSync(root, { recursive: true }).map((name) => `${root}/${name}`))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`no test file's path contains ${wanted.join(" or ")}`);
  process.exit(2);
}
// Tests with peers wait more than they work, so there is one file more under way than there are processors.
const concurrency = `--test-concurrency=${availableParallelism() + 1}`;
const { status } = spawnSync(process.execPath, ["--import", "tsx", "--test", concurrency, ...files], {
  stdio: "inherit",
});
process.exit(status ?? 1);
