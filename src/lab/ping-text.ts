/** What IOS prints of a ping. */
import type { PingOptions } from "../cli/services.ts";
import { echoCount, type PingResult, type PingWatcher } from "./ping.ts";

/** Starts a ping by `start` and prints all of it; `done` is called after the last line. What is returned ends it early. */
export function printedPing(
  start: (options: PingOptions, watcher: PingWatcher) => () => void,
  options: PingOptions,
  print: (text: string) => void,
  done: () => void,
): () => void {
  print(`${pingHeading(options).join("\n")}\n`);
  let marks = 0;
  return start(options, {
    onMark: (mark) => {
      marks += 1;
      print(marks % MARKS_PER_LINE === 0 ? `${mark}\n` : mark);
    },
    onDone: (result) => {
      print(`${marks % MARKS_PER_LINE === 0 ? "" : "\n"}${pingSummary(result)}\n`);
      done();
    },
  });
}

/** The lines before the first mark. IOS 12.2 does not repeat the extended choices here. */
export function pingHeading(options: PingOptions): string[] {
  const { size, sweep, destination, timeoutSeconds } = options;
  const sizes = sweep === undefined ? size : `[${sweep.minimum}..${sweep.maximum}]`;
  return [
    "Type escape sequence to abort.",
    `Sending ${echoCount(options)}, ${sizes}-byte ICMP Echos to ${destination}, timeout is ${timeoutSeconds} seconds:`,
  ];
}

/** `Success rate is 80 percent (4/5), round-trip min/avg/max = 4/4/4 ms`. */
export function pingSummary({ sent, received, roundTrips }: PingResult): string {
  const percent = sent === 0 ? 0 : Math.floor((received * 100) / sent);
  const rate = `Success rate is ${percent} percent (${received}/${sent})`;
  if (roundTrips.length === 0) return rate;
  const least = Math.min(...roundTrips);
  const most = Math.max(...roundTrips);
  const average = roundTrips.reduce((sum, each) => sum + each, 0) / roundTrips.length;
  return `${rate}, round-trip min/avg/max = ${whole(least)}/${whole(average)}/${whole(most)} ms`;
}

/** IOS's clock ticks in milliseconds, and nothing takes none. */
function whole(span: number): number {
  return Math.max(1, Math.round(span));
}

/** Marks stand this many to a line. */
const MARKS_PER_LINE = 70;
