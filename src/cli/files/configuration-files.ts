/** Configurations from files and to files. */
import type { Configuration } from "../../config/configuration.ts";
import type { Problem } from "../../config/problem.ts";
import { formatProblem } from "../check.ts";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";
import type { RouterServices } from "../services.ts";
import { type FileName, RUNNING, STARTUP } from "./file-store.ts";

/** The text of a file; that of the running configuration is made now. */
export function readFile(services: RouterServices, name: FileName): string | undefined {
  return name === RUNNING ? textOf(services.configuration()) : services.files().read(name);
}

function textOf(configuration: Configuration): string {
  return runningConfig(configuration)
    .map((line) => `${line}\n`)
    .join("");
}

/** Lines without what ends them. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The running configuration becomes that of the file, and nothing of it is left; lines about what is wrong: nothing changes then. */
export function replaceBy(services: RouterServices, name: FileName): readonly string[] {
  return apply(services, name, undefined);
}

/** The lines of the file are entered one after the other. */
export function mergeWith(services: RouterServices, name: FileName): readonly string[] {
  return apply(services, name, services.configuration());
}

function apply(services: RouterServices, name: FileName, onto: Configuration | undefined): readonly string[] {
  const text = readFile(services, name);
  if (text === undefined) return [noSuchFile(name)];
  const { configuration, problems } = loadConfiguration(text, name, onto);
  const errors = problems.filter(isError);
  const wrong = errors.length > 0 ? errors : services.commit(configuration).filter(isError);
  return wrong.flatMap((problem) => formatProblem(problem, name)).map((line) => `% ${line}`);
}

/** The router as it starts; lines about what is wrong: it then goes on as it was. */
export function restart(services: RouterServices): readonly string[] {
  const text = services.files().read(STARTUP);
  const { configuration, problems } = loadConfiguration(text ?? "", STARTUP);
  const errors = problems.filter(isError);
  const wrong = errors.length > 0 ? errors : services.restart(configuration).filter(isError);
  return wrong.flatMap((problem) => formatProblem(problem, STARTUP)).map((line) => `% ${line}`);
}

/** Whether what runs is not what the router would start with. */
export function isModified(services: RouterServices): boolean {
  const startup = services.files().read(STARTUP);
  const saved = loadConfiguration(startup ?? "", STARTUP).configuration;
  return textOf(saved) !== textOf(services.configuration());
}

export function noSuchFile(name: FileName): string {
  return `%Error opening ${name} (No such file or directory)`;
}

function isError({ severity }: Problem): boolean {
  return severity === "error";
}
