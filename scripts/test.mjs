// Runs every *.test.ts below src/ and test/, or those whose path contains one of the arguments.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";

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

const folder = mkdtempSync(join(tmpdir(), "skeyid-test-"));
process.exitCode = inOrder();
rmSync(folder, { recursive: true });

function inOrder() {
  // Tests with peers wait more than they work, so there is one file more under way than there are processors.
  const first = run(files, availableParallelism() + 1);
  // Peers, their kernels, pings and terminals keep their own time, and a busy machine stands still for a moment: what
  // failed with them, and nothing else, may show alone that it holds. Twice is a failure.
  const withPeers = first.failed.filter((file) => /^(test\/interop|src\/program)\//.test(file));
  if (first.status === 0 || withPeers.length < first.failed.length || withPeers.length === 0)
    return first.status;
  console.log(`failed beside others, now run again alone: ${withPeers.join(", ")}`);
  const { status } = run(withPeers, 1);
  console.log(status === 0 ? `alone nothing fails: ${withPeers.join(", ")}` : "fails alone too");
  return status;
}

/** The exit code, and the files in which something failed. */
function run(names, concurrency) {
  const destination = join(folder, "failed");
  const { status } = spawnSync(
    process.execPath,
    [
      ...["--import", "tsx", "--test", `--test-concurrency=${concurrency}`],
      ...[`--test-reporter=${process.stdout.isTTY ? "spec" : "tap"}`, "--test-reporter-destination=stdout"],
      ...["--test-reporter=./scripts/failed-files.mjs", `--test-reporter-destination=${destination}`],
      ...names,
    ],
    { stdio: "inherit" },
  );
  const failed = readFileSync(destination, "utf8").split("\n").slice(0, -1);
  return { status: status ?? 1, failed: failed.map((path) => relative(process.cwd(), path)) };
}
