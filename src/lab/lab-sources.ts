/** The files of a lab, read: one router for each configuration, and the optional `lab.json`. */
import { formatProblem, unreadableKeys } from "../cli/check.ts";
import { loadConfiguration } from "../cli/load.ts";
import { compile, type Problem, type RouterPolicy } from "../config/compile.ts";
import { routerName } from "../config/compile-ike.ts";
import type { Configuration } from "../config/configuration.ts";
import { sortedByLine } from "../config/problem.ts";
import type { RsaKeyPair } from "../config/rsa-key-pair.ts";
import { readRsaKeys } from "../config/rsa-key-text.ts";
import { type LabFile, NO_LAB_FILE, parseLabFile } from "./lab-file.ts";
import { shapeOf } from "./router-shape.ts";
import { type RouterShape, TRANSIT_NAME } from "./topology.ts";

export interface SourceFile {
  /** As problems are to call it. */
  readonly name: string;
  readonly text: string;
  /** The text of the file with the router's RSA keys, where there is one. */
  readonly keys?: string | undefined;
}

export interface SourceRouter {
  readonly shape: RouterShape;
  readonly configuration: Configuration;
  /** As its file has it. */
  readonly text: string;
  readonly policy: RouterPolicy;
  readonly rsaKeys: readonly RsaKeyPair[];
}

export interface LabSources {
  readonly routers: readonly SourceRouter[];
  readonly file: LabFile;
  /** Warnings and notes of the configurations, a line each; what several lines share is said once. */
  readonly remarks: readonly string[];
}

export type LabSourcesResult =
  | { readonly kind: "sources"; readonly sources: LabSources }
  /** Whole lines. */
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** Reads and compiles everything. One error anywhere, and nothing of it runs, unless the lab's file wants it as printed. */
export function readLab(
  configurations: readonly SourceFile[],
  labFile: SourceFile | undefined,
): LabSourcesResult {
  const parsed = labFile === undefined ? undefined : parseLabFile(labFile.name, labFile.text);
  if (parsed?.kind === "problem") return { kind: "problems", problems: [parsed.problem] };
  const file = parsed?.file ?? NO_LAB_FILE;
  const read = configurations.map((each) => readRouter(each, file.asPrinted));
  const names = namesOf(read);
  const routers = read.flatMap(({ configuration, text, policy, rsaKeys }, i) => {
    const name = names[i];
    if (policy === undefined || name === undefined) return [];
    return [{ shape: shapeOf(name, configuration, policy), configuration, text, policy, rsaKeys }];
  });
  const errors = read.flatMap(({ problems, file: name }) =>
    problems.filter(isError).flatMap((problem) => formatProblem(problem, name)),
  );
  const isRunnable = file.asPrinted ? routers.length === read.length : errors.length === 0;
  if (!isRunnable) return { kind: "problems", problems: errors };
  return { kind: "sources", sources: { routers, file, remarks: [...errors, ...remarksOf(read)] } };
}

function isError({ severity }: Problem): boolean {
  return severity === "error";
}

/** `a.cfg:5, b.cfg:7: warning: What is wrong. What to do.` */
function remarksOf(routers: readonly ReadRouter[]): string[] {
  const places = new Map<string, string[]>();
  for (const { file, problems } of routers)
    for (const { severity, message, advice, origin } of problems) {
      if (severity === "error") continue;
      const remark = `${severity}: ${message} ${advice}`;
      const place = origin === undefined ? file : `${origin.file}:${origin.line}`;
      places.set(remark, [...(places.get(remark) ?? []), place]);
    }
  return Array.from(places, ([remark, where]) => `${where.join(", ")}: ${remark}`);
}

interface ReadRouter {
  readonly file: string;
  readonly text: string;
  readonly configuration: Configuration;
  readonly policy: RouterPolicy | undefined;
  readonly rsaKeys: readonly RsaKeyPair[];
  readonly problems: readonly Problem[];
}

function readRouter({ name, text, keys = "" }: SourceFile, asPrinted: boolean): ReadRouter {
  const { configuration, problems: ofLines } = loadConfiguration(text, name);
  const read = readRsaKeys(keys, routerName(configuration));
  const rsaKeys = typeof read === "string" ? [] : read;
  const { policy, problems } = compile(configuration, {
    rsaKeys,
    incompleteEntries: asPrinted ? "disabled" : "refused",
  });
  const all = [...ofLines, ...problems, ...(typeof read === "string" ? [unreadableKeys(read)] : [])];
  return { file: name, text, configuration, policy, rsaKeys, problems: sortedByLine(all) };
}

/** The hostname; where two have the same, the name of the file. */
function namesOf(routers: readonly ReadRouter[]): string[] {
  const hostnames = [...routers.map(({ configuration }) => configuration.hostname.value), TRANSIT_NAME];
  return routers.map(({ configuration, file }) => {
    const hostname = configuration.hostname.value;
    const isUnique = hostnames.filter((each) => each.toLowerCase() === hostname.toLowerCase()).length === 1;
    return isUnique ? hostname : file.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, "");
  });
}
