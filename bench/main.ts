/**
 * `npm run bench [-- names…] [--runs=N] [--markdown | --json]`: runs benchmarks one after the other and says how their
 * figures compare with their aims. Whatever the figures, it ends with 0: they depend on the machine.
 */
import type { Benchmark } from "./benchmark.ts";
import { diffieHellman } from "./diffie-hellman.ts";
import { espPacket } from "./esp-packet.ts";
import { espThroughput } from "./esp-throughput.ts";
import { handshakes } from "./handshakes.ts";
import { idleTunnels } from "./idle-tunnels.ts";
import { policyLookUp } from "./policy-look-up.ts";
import { machineLine, render, STYLES } from "./report.ts";

const BENCHMARKS: readonly Benchmark[] = [
  handshakes,
  espThroughput,
  espPacket,
  idleTunnels,
  policyLookUp,
  diffieHellman,
];
/** An odd number has a median of its own. */
const RUNS = 3;

// What was made goes at exit, also where somebody will not wait for the end.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const args = process.argv.slice(2);
const names = args.filter((arg) => !arg.startsWith("--"));
const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(
    `there is no benchmark ${unknown.join(", ")}: ${BENCHMARKS.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}
const style = STYLES.find((each) => args.includes(`--${each}`)) ?? "text";
const runs = Number(args.find((arg) => arg.startsWith("--runs="))?.slice(7) ?? RUNS);

if (style === "json") console.log(JSON.stringify({ machine: machineLine(), runs }));
else console.log(`${machineLine()}; medians of ${runs} runs\n`);
for (const benchmark of BENCHMARKS) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue;
  const rows = benchmark.whyNot() ?? (await benchmark.run(runs));
  console.log(render(style, { benchmark, rows }));
}
