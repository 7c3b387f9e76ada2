/** `configure`: line by line, from a file, and back again. */
import { seconds } from "../../base/time.ts";
import { differenceLines } from "../files/configuration-difference.ts";
import { linesOf, mergeWith, noSuchFile, readFile, replaceBy } from "../files/configuration-files.ts";
import { RUNNING, STARTUP } from "../files/file-store.ts";
import { confirm, revert, scheduleRevert, timeLeft } from "../files/pending-changes.ts";
import { anyOrder, flag, value, word } from "../sentence.ts";
import type { RouterServices } from "../services.ts";
import { integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, type Console, privileged } from "./command.ts";
import { type DialogueStep, question, yesOrNo } from "./dialogue.ts";
import { filePart } from "./file-names.ts";

const MINUTES = integer(1, 120);

export const CONFIGURE_COMMANDS: readonly Command[] = [
  privileged(phrase("configure"), ({ follow }) =>
    follow({
      kind: "asks",
      lines: [],
      dialogue: question(
        "Configuring from terminal, memory, or network [terminal]? ",
        (answer): DialogueStep =>
          "terminal".startsWith(answer.toLowerCase())
            ? { kind: "does", lines: [], act: ({ configure }) => configure() }
            : "memory".startsWith(answer.toLowerCase())
              ? { kind: "does", lines: [], act: fromMemory }
              : { kind: "ends", lines: ['?Must be "terminal", "memory" or "network"'] },
      ),
    }),
  ),
  privileged(phrase("configure terminal", "Configure from the terminal"), ({ configure }) => configure()),
  privileged(
    [
      ...phrase("configure terminal revert", "Parameters for reverting the configuration"),
      word("timer", "Time to wait for confirmation"),
      value("minutes", MINUTES, "Time in minutes"),
    ],
    ({ services, print, configure }, { minutes }) => {
      if (isWaiting(services, print)) return;
      scheduleRevert(services, services.configuration(), seconds(minutes * 60));
      print([TO_CONFIRM]);
      configure();
    },
  ),
  privileged(phrase("configure memory", "Configure from NV memory"), fromMemory),
  privileged(
    [
      ...phrase("configure replace", "Replace the running-config with a new config file"),
      filePart("file", "The configuration to take its place"),
      anyOrder(
        0,
        [flag("list", "list", "List the lines that differ")],
        [flag("force", "force", "Do not prompt for confirmation")],
        [word("time", "Time to wait for confirmation"), value("minutes", MINUTES, "Time in minutes")],
      ),
    ],
    (console, { file, force, list, minutes }) => {
      const { services, print, follow } = console;
      const replacement = { file, isListed: list === true, minutes };
      if (minutes !== undefined && isWaiting(services, print)) return;
      if (readFile(services, file) === undefined) print([noSuchFile(file), ""]);
      else if (force === true) replace(console, replacement);
      else follow(replacing(replacement));
    },
  ),
  privileged(phrase("configure confirm", "Confirm the running-config"), ({ services, print }) => {
    if (!confirm(services)) print([NONE_WAITS]);
  }),
  privileged(
    phrase("configure revert now", "Cancel the timer and revert immediately"),
    ({ services, print }) => print([revert(services) ? "Rollback Done" : NONE_WAITS, ""]),
  ),
  privileged(
    [
      ...phrase("configure revert timer", "Time to wait for confirmation"),
      value("minutes", MINUTES, "Time in minutes"),
    ],
    ({ services, print }, { minutes }) => {
      const waiting = services.pending().revert;
      if (waiting === undefined) return print([NONE_WAITS]);
      scheduleRevert(services, waiting.before, seconds(minutes * 60));
    },
  ),
];

function fromMemory({ services, print }: Pick<Console, "services" | "print">): void {
  print(mergeWith(services, STARTUP));
}

interface Replacement {
  readonly file: string;
  /** Whether the lines that differ are shown. */
  readonly isListed: boolean;
  /** Until it is taken back unless somebody confirms it. */
  readonly minutes: number | undefined;
}

function replacing(replacement: Replacement): DialogueStep {
  return {
    kind: "asks",
    lines: [
      "This will apply all necessary additions and deletions",
      "to replace the current running configuration with the",
      "contents of the specified configuration file, which is",
      "assumed to be a complete configuration, not a partial",
      "configuration.",
    ],
    dialogue: yesOrNo(
      "Enter Y if you are sure you want to proceed. ?",
      () => ({ kind: "does", lines: [], act: (console) => replace(console, replacement) }),
      () => ({ kind: "ends", lines: [] }),
    ),
  };
}

function replace({ services, print }: Console, { file, isListed, minutes }: Replacement): void {
  const before = services.configuration();
  const old = linesOf(readFile(services, RUNNING) ?? "");
  const wrong = replaceBy(services, file);
  if (wrong.length > 0) return print([...wrong, "% Nothing was replaced.", ""]);
  if (minutes !== undefined) scheduleRevert(services, before, seconds(minutes * 60));
  if (isListed) print(differenceLines(old, linesOf(readFile(services, RUNNING) ?? "")));
  print(["Total number of passes: 1", "Rollback Done", ...(minutes === undefined ? [] : [TO_CONFIRM]), ""]);
}

/** One at a time: the configuration of before is that of before the first. */
function isWaiting(services: RouterServices, print: Console["print"]): boolean {
  const { revert: waiting } = services.pending();
  if (waiting !== undefined)
    print([
      `% A change waits to be confirmed already, for ${timeLeft(services, waiting)}: configure confirm, or configure revert now`,
    ]);
  return waiting !== undefined;
}

const TO_CONFIRM =
  'Rollback Confirmed Change: enter "configure confirm" if you wish to keep what you\'ve configured';
const NONE_WAITS = "% No Rollback Confirmed Change pending";
