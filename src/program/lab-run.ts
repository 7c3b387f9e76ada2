/** One run of a lab: what it shows first, its script, its consoles, and its end. */
import { randomInt } from "node:crypto";
import type { DebugFlag } from "../cli/services.ts";
import { systemClock } from "../host/clock.ts";
import { JobPool } from "../host/job-pool.ts";
import { defaultScript } from "../lab/default-script.ts";
import { type JobRunner, QUICK_JOBS, virtualJobs } from "../lab/job-runner.ts";
import { createLab, type Lab } from "../lab/lab.ts";
import { labConsoles } from "../lab/lab-consoles.ts";
import type { LabSources } from "../lab/lab-sources.ts";
import { playScript, scriptProblems } from "../lab/script.ts";
import { topologyLines } from "../lab/topology-text.ts";
import { Screen } from "./console-screen.ts";
import { runConsoles } from "./console-terminal.ts";
import { ALL_DEBUG_FLAGS, debugFlags, type LabRequest } from "./lab-options.ts";
import { jsonOutput, textOutput } from "./lab-output.ts";
import { type Pace, realPace, virtualPace } from "./lab-pace.ts";
import { LabRecording } from "./lab-recording.ts";
import type { Terminal } from "./terminal.ts";

export type LabEnded =
  | { readonly kind: "ended" }
  /** It did not run. */
  | { readonly kind: "problems"; readonly problems: readonly string[] };

export async function runLab(
  request: LabRequest,
  name: string,
  sources: LabSources,
  terminal: Terminal,
): Promise<LabEnded> {
  const debug = debugOf(request, sources);
  if (typeof debug === "string") return { kind: "problems", problems: [debug] };
  const hasTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true && !request.json;
  const isReal = request.time === undefined ? hasTerminal : request.time === "real";
  const startedAt = isReal ? Date.now() : VIRTUAL_EPOCH;
  const recording = openRecording(request, startedAt);
  if (typeof recording === "string") return { kind: "problems", problems: [recording] };
  const seed = request.seed ?? randomInt(SEED_LIMIT);
  const screen = screenOn(terminal, sources);
  const output = request.json ? jsonOutput((line) => terminal.print([line])) : textOutput(screen);
  const pool = isReal ? new JobPool() : undefined;
  let pace: Pace | undefined;
  const created = createLab(sources, {
    seed,
    conditions: request.conditions,
    holdPackets: request.hold,
    debug,
    jobs: (world) =>
      pool === undefined ? virtualJobs(world, QUICK_JOBS, seed) : pooledJobs(pool, () => pace?.poke()),
    ...(isReal ? { wallClockAtStart: startedAt } : {}),
    watcher: {
      onLines: output.log,
      onEvent: output.event,
      ...(request.keys === undefined ? {} : { onKeys: (_, keys) => recording.keys(keys) }),
      ...(request.pcap === undefined ? {} : { onPacket: (packet) => recording.packet(packet) }),
    },
  });
  try {
    if (created.kind === "problems") return created;
    const { lab } = created;
    const consoles = labConsoles(lab, output.print);
    const script = sources.file.script ?? defaultScript(sources.routers);
    const problems = scriptProblems(script, consoles);
    if (problems.length > 0) return { kind: "problems", problems };
    output.say(heading(name, sources, lab, seed, request));
    pace = isReal ? realPace(lab.world, systemClock) : virtualPace(lab.world);
    let isPlayed = false;
    playScript(script, { ...output, world: lab.world, consoles }, () => {
      isPlayed = true;
    });
    await pace.until(() => isPlayed);
    output.finish();
    if (hasTerminal && request.consoles) {
      pace.stop();
      pace = realPace(lab.world, systemClock);
      await runConsoles(consoles, screen, pace);
    }
    return { kind: "ended" };
  } finally {
    pace?.stop();
    recording.close();
    await pool?.close();
  }
}

/** From the command line, else from `lab.json`, else everything; a text says what is wrong. */
function debugOf({ debug }: LabRequest, { file }: LabSources): ReadonlySet<DebugFlag> | string {
  if (debug !== undefined) return debug;
  // An empty list is a choice too.
  const flags = file.debug === undefined ? undefined : debugFlags(["none", ...file.debug]);
  if (typeof flags === "string") return `lab.json: ${flags}`;
  return flags ?? new Set(ALL_DEBUG_FLAGS);
}

function openRecording({ pcap, keys }: LabRequest, startedAt: number): LabRecording | string {
  try {
    return new LabRecording(pcap, keys, startedAt);
  } catch (error) {
    if (error instanceof Error && "code" in error) return `cannot write: ${error.message}`;
    throw error;
  }
}

function screenOn(terminal: Terminal, { routers }: LabSources): Screen {
  const { stdout } = process;
  const isTerminal = stdout.isTTY === true;
  return new Screen({
    // Where nothing can be taken back the screen writes whole lines only.
    write: (text) => (isTerminal ? void stdout.write(text) : terminal.print([text.slice(0, -1)])),
    columns: () => (isTerminal ? stdout.columns : undefined),
    useColor: isTerminal && stdout.hasColors(),
    names: routers.map(({ shape }) => shape.name),
  });
}

/** `tell` is called before and after the world hears of a result, so that it is heard at the right time. */
function pooledJobs(pool: JobPool, tell: () => void): JobRunner {
  let id = 0;
  return (job, done) => {
    id += 1;
    const own = id;
    pool.start(own, job, (_, result) => {
      tell();
      done(result);
      tell();
    });
    return () => pool.cancel(own);
  };
}

function heading(
  name: string,
  { file, remarks }: LabSources,
  lab: Lab,
  seed: number,
  { seed: asked }: LabRequest,
) {
  const title = file.title ?? name;
  const repeat = asked === undefined ? [`Seed ${seed}: --seed ${seed} repeats this run.`] : [];
  return [
    title,
    ...(file.description === undefined ? [] : [file.description]),
    "",
    ...topologyLines(lab).map((line) => `  ${line}`),
    "",
    ...lab.topology.notes,
    ...remarks,
    ...repeat,
  ];
}

/** Where virtual time is 0: the date an IOS router without a clock starts from, 1 March 1993. */
const VIRTUAL_EPOCH = Date.UTC(1993, 2, 1);

/** Seeds that are made up stay short enough to be typed. */
const SEED_LIMIT = 1_000_000;
