/** Memory of tunnels that carry nothing, on the gateway that has thousands of them. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Benchmark, median } from "./benchmark.ts";
import type { IdleTunnelReport } from "./idle-tunnel-program.ts";

const TUNNELS = 10_000;

export const idleTunnels: Benchmark = {
  name: "idle-tunnels",
  title: `Memory of an idle tunnel, of ${TUNNELS}`,
  whyNot: () => undefined,
  async run(runs) {
    const reports = Array.from({ length: runs }, measure);
    const of = (figure: keyof IdleTunnelReport): number => median(reports.map((report) => report[figure]));
    return [
      {
        subject: "policy entry, ISAKMP SA and pair of IPsec SAs: live objects",
        unit: "octets",
        ours: of("heap"),
        aim: { of: "ours", bound: "at most", value: 3000 },
      },
      {
        subject: "the same by what the process grows (RSS)",
        unit: "octets",
        ours: of("resident"),
      },
      { subject: "of the live objects, the policy entry", unit: "octets", ours: of("policyHeap") },
      {
        subject: "beside them, the lines of its configuration",
        unit: "octets",
        ours: of("configurationHeap"),
      },
    ];
  },
};

/**
 * A process of its own for each run: a heap that has grown before tells little. New objects get little room: V8 lets that room
 * grow by tens of megabytes while tunnels come up, which would be counted as theirs.
 */
function measure(): IdleTunnelReport {
  const program = fileURLToPath(new URL("./idle-tunnel-program.ts", import.meta.url));
  const { stdout, status } = spawnSync(
    process.execPath,
    ["--expose-gc", "--max-semi-space-size=1", ...process.execArgv, program, `${TUNNELS}`],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  if (status !== 0) throw new RangeError(`${program} ends with ${status}`);
  return JSON.parse(stdout);
}
