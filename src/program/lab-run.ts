/** One run of a lab: what it shows first, its script, its consoles, and its end. */
import { randomInt } from "node:crypto";
import type { DebugFlag } from "../cli/services.ts";
import { Screen, type ScreenOptions } from "../cli/terminal/screen.ts";
import { isSynchronous as isLineSynchronous, lineSettings } from "../config/line-settings.ts";
import { systemClock } from "../host/clock.ts";
import { JobPool } from "../host/job-pool.ts";
import { defaultScript } from "../lab/default-script.ts";
import { type JobRunner, QUICK_JOBS, virtualJobs } from "../lab/job-runner.ts";
import { createLab, type Lab } from "../lab/lab.ts";
import { labConsoles } from "../lab/lab-consoles.ts";
import type { ScriptStep } from "../lab/lab-file.ts";
import type { LabSources } from "../lab/lab-sources.ts";
import { playScript, type Stage, scriptProblems } from "../lab/script.ts";
import { topologyLines } from "../lab/topology-text.ts";
import { runConsoles } from "./console-terminal.ts";
import { MAIN_DEBUG_FLAGS } from "./debug-words.ts";
import { debugFlags, type LabRequest } from "./lab-options.ts";
import { jsonOutput, textOutput } from "./lab-output.ts";
import { type Pace, realPace, virtualPace } from "./lab-pace.ts";
import { LabRecording } from "./lab-recording.ts";
import { PROCESS_TERMINAL, type Terminal } from "./terminal.ts";
import { softwareVersion } from "./version.ts";

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
  const surroundings = surroundingsOf(request, terminal);
  const { seed, isReal, startedAt } = surroundings;
  const outside: Outside = { lab: undefined, recording: undefined, pool: undefined, pace: undefined };
  const screen: Screen = screenOn(
    terminal,
    surroundings.hasScreen,
    sources,
    (router) => router !== screen.foreground || isSynchronous(router, outside.lab),
  );
  const output = request.json ? jsonOutput((line) => terminal.print([line])) : textOutput(screen);
  const created = createLab(sources, {
    seed,
    conditions: request.conditions,
    holdPackets: request.hold,
    debug,
    jobs: (world) => (isReal ? pooledJobs(outside) : virtualJobs(world, QUICK_JOBS, seed)),
    softwareVersion: softwareVersion(),
    ...(isReal ? { wallClockAtStart: startedAt } : {}),
    watcher: {
      onLines: output.log,
      onEvent: output.event,
      ...(request.keys === undefined ? {} : { onKeys: (_, keys) => outside.recording?.keys(keys) }),
      ...(request.pcap === undefined ? {} : { onPacket: (packet) => outside.recording?.packet(packet) }),
    },
  });
  if (created.kind === "problems") return created;
  const { lab } = created;
  outside.lab = lab;
  const consoles = labConsoles(lab, output.print);
  const script = sources.file.script ?? defaultScript(sources.routers);
  const problems = scriptProblems(script, consoles);
  if (problems.length > 0) return { kind: "problems", problems };
  const recording = openRecording(request, startedAt, terminal);
  if (typeof recording === "string") return { kind: "problems", problems: [recording] };
  outside.recording = recording;
  if (isReal) outside.pool = new JobPool();
  outside.pace = isReal ? realPace(lab.world, systemClock) : virtualPace(lab.world);
  output.say(heading(name, sources, lab, seed, request));
  try {
    await play(script, { ...output, world: lab.world, consoles }, outside.pace);
    output.finish();
    if (surroundings.hasConsoles) {
      outside.pace.stop();
      outside.pace = realPace(lab.world, systemClock);
      await runConsoles(consoles, screen, outside.pace);
    }
    output.say(closing(request, recording));
    return { kind: "ended" };
  } finally {
    outside.pace.stop();
    recording.close();
    await outside.pool?.close();
  }
}

/** What the lab drives and is driven by, there once it is sure that it will run. */
interface Outside {
  lab: Lab | undefined;
  recording: LabRecording | undefined;
  pool: JobPool | undefined;
  pace: Pace | undefined;
}

interface Surroundings {
  /** Output goes to a terminal. */
  readonly hasScreen: boolean;
  /** Somebody sits at it, and wants consoles. */
  readonly hasConsoles: boolean;
  readonly isReal: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly seed: number;
}

function surroundingsOf(request: LabRequest, terminal: Terminal): Surroundings {
  const hasScreen = terminal === PROCESS_TERMINAL && process.stdout.isTTY === true && !request.json;
  const isAttended = hasScreen && process.stdin.isTTY === true;
  const isReal = request.time === undefined ? isAttended : request.time === "real";
  return {
    hasScreen,
    hasConsoles: isAttended && request.consoles,
    isReal,
    startedAt: isReal ? Date.now() : VIRTUAL_EPOCH,
    seed: request.seed ?? randomInt(SEED_LIMIT),
  };
}

async function play(script: readonly ScriptStep[], stage: Stage, pace: Pace): Promise<void> {
  let isPlayed = false;
  playScript(script, stage, () => {
    isPlayed = true;
  });
  await pace.until(() => isPlayed);
}

/** From the command line, else from `lab.json`, else everything; a text says what is wrong. */
function debugOf({ debug }: LabRequest, { file }: LabSources): ReadonlySet<DebugFlag> | string {
  if (debug !== undefined) return debug;
  // An empty list is a choice too.
  const flags = file.debug === undefined ? undefined : debugFlags(["none", ...file.debug]);
  if (typeof flags === "string") return `lab.json: ${flags}`;
  return flags ?? new Set(MAIN_DEBUG_FLAGS);
}

function openRecording(
  { pcap, keys }: LabRequest,
  startedAt: number,
  terminal: Terminal,
): LabRecording | string {
  try {
    return new LabRecording(pcap, keys, startedAt, (sentence) => terminal.complain([sentence]));
  } catch (error) {
    if (error instanceof Error && "code" in error) return `cannot write: ${error.message}`;
    throw error;
  }
}

/** `logging synchronous` of a router's console; who is none has nothing to tear. */
function isSynchronous(console: string | undefined, lab: Lab | undefined): boolean {
  const router = lab?.routers.find(({ name }) => name === console);
  return router === undefined || isLineSynchronous(lineSettings(router.configuration().lines, "con", 0));
}

function screenOn(
  terminal: Terminal,
  isTerminal: boolean,
  { routers }: LabSources,
  isSynchronous: NonNullable<ScreenOptions["isSynchronous"]>,
): Screen {
  const { stdout } = process;
  return new Screen({
    // Where nothing can be taken back the screen writes whole lines only.
    write: (text) => (isTerminal ? void stdout.write(text) : terminal.print([text.slice(0, -1)])),
    columns: () => (isTerminal ? stdout.columns : undefined),
    useColor: isTerminal && stdout.hasColors(),
    names: routers.map(({ shape }) => shape.name),
    isSynchronous,
  });
}

/** The pace is told before and after the world hears of a result, so that it is heard at the right time. */
function pooledJobs(outside: Outside): JobRunner {
  let count = 0;
  return (job, done) => {
    count += 1;
    const id = count;
    outside.pool?.start(id, job, (_, result) => {
      outside.pace?.poke();
      done(result);
      outside.pace?.poke();
    });
    return () => outside.pool?.cancel(id);
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

/** How to read what was written. */
function closing({ pcap }: LabRequest, { keysFile }: LabRecording): string[] {
  if (pcap === undefined) return [];
  const withKeys = keysFile === undefined ? "" : ` --keys ${keysFile}`;
  return ["", `To read the capture: skeyid explain ${pcap}${withKeys}`];
}

/** Where virtual time is 0: the date an IOS router without a clock starts from, 1 March 1993. */
const VIRTUAL_EPOCH = Date.UTC(1993, 2, 1);

/** Seeds that are made up stay short enough to be typed. */
const SEED_LIMIT = 1_000_000;
