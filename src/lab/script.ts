/** Plays the steps of a script: types lines at consoles as a person would, each when the last is done. */
import { seconds } from "../base/time.ts";
import type { LabConsole } from "./lab-console.ts";
import type { ScriptStep } from "./lab-file.ts";
import type { World } from "./world.ts";

export interface Stage {
  readonly world: World;
  readonly consoles: readonly LabConsole[];
  /** Text as it appears at a console, the line typed included. */
  readonly print: (console: string, text: string) => void;
  readonly say: (lines: readonly string[]) => void;
}

/** What a script asks for that the lab does not have. */
export function scriptProblems(steps: readonly ScriptStep[], consoles: readonly LabConsole[]): string[] {
  const names = consoles.map(({ name }) => name);
  return steps.flatMap((step) => {
    const wanted = step.kind === "type" ? step.router : step.kind === "ping" ? step.host : undefined;
    if (wanted === undefined || names.includes(wanted)) return [];
    return [`lab.json: script: there is no ${wanted}; there are ${names.join(", ")}`];
  });
}

export function playScript(steps: readonly ScriptStep[], stage: Stage, done: () => void): void {
  let lastAt: string | undefined;
  const play = (index: number): void => {
    const step = steps[index];
    if (step === undefined) return done();
    const next = () => play(index + 1);
    switch (step.kind) {
      case "type":
        return typeAt(step.router, step.lines, next);
      case "ping": {
        const count = step.repeat === 5 ? "" : ` ${step.repeat}`;
        return typeAt(step.host, [`ping ${step.destination}${count}`], next);
      }
      case "wait":
        stage.world.after(seconds(step.seconds), next);
        return;
      case "say":
        stage.say(["", step.text]);
        lastAt = undefined;
        return next();
    }
  };
  const typeAt = (name: string, lines: readonly string[], next: () => void): void => {
    const seat = stage.consoles.find((each) => each.name === name);
    if (seat === undefined) return next();
    if (lastAt !== name) stage.say([""]);
    lastAt = name;
    typeLines(seat, lines, stage, next);
  };
  play(0);
}

function typeLines(seat: LabConsole, lines: readonly string[], stage: Stage, done: () => void): void {
  const [line, ...rest] = lines;
  if (line === undefined) return done();
  stage.print(seat.name, `${seat.prompt()}${seat.hidesInput() ? "" : line}\n`);
  // What ends a line may be in the middle of the router's work, before which nothing new is done.
  seat.enter(line, () => stage.world.after(seconds(0), () => typeLines(seat, rest, stage, done)));
}
