/** What a lab shows: as text on a screen, or as JSON, an object a line. */

import type { Screen } from "../cli/terminal/screen.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import { jsonLine } from "../observe/json-log.ts";

export interface LabOutput {
  /** Lines a router says of its own accord. */
  readonly log: (router: string, lines: readonly string[]) => void;
  readonly event: (router: string, event: GatewayEvent) => void;
  /** What a console prints. */
  readonly print: (console: string, text: string) => void;
  /** Lines of the lab itself. */
  readonly say: (lines: readonly string[]) => void;
  readonly finish: () => void;
}

export function textOutput(screen: Screen): LabOutput {
  return {
    log: (router, lines) => screen.log(router, lines),
    event: () => {},
    print: (console, text) => screen.print(text, console),
    say: (lines) => screen.say(lines),
    finish: () => screen.finish(),
  };
}

/** Events as they are told anywhere else; console lines as `{"console":…,"line":…}`. */
export function jsonOutput(write: (line: string) => void): LabOutput {
  const unfinished = new Map<string, string>();
  const tell = (value: object) => write(JSON.stringify(value));
  return {
    // What routers log is a reading of their events.
    log: () => {},
    event: (router, event) => write(jsonLine(event, router)),
    print: (console, text) => {
      const lines = ((unfinished.get(console) ?? "") + text).split("\n");
      unfinished.set(console, lines.pop() ?? "");
      for (const line of lines) tell({ console, line });
    },
    say: (lines) => {
      for (const line of lines) if (line !== "") tell({ lab: line });
    },
    finish: () => {
      for (const [console, line] of unfinished) if (line !== "") tell({ console, line });
      unfinished.clear();
    },
  };
}
