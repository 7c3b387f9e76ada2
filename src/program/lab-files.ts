/** Finding the files of a lab: in a folder, among the examples that come with skeyid, or named one by one. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseLabFile } from "../lab/lab-file.ts";
import type { SourceFile } from "../lab/lab-sources.ts";
import { keyFileOf } from "./rsa-key-file.ts";

export interface LabFiles {
  /** What the lab is called: the folder. */
  readonly name: string;
  readonly configurations: readonly SourceFile[];
  readonly labFile: SourceFile | undefined;
}

export type LabFilesResult =
  | { readonly kind: "files"; readonly files: LabFiles }
  | { readonly kind: "problem"; readonly problem: string };

/** The files that `paths` mean; no path means the default example. */
export function findLabFiles(paths: readonly string[]): LabFilesResult {
  const [first = DEFAULT_EXAMPLE] = paths;
  try {
    if (paths.length > 1 || isFile(first)) return { kind: "files", files: namedFiles(paths) };
    const folder = isFolder(first) ? first : exampleFolder(first);
    if (folder === undefined) {
      const known = exampleNames().join(", ");
      return problem(`${first}: no such file or folder, and the examples are ${known}`);
    }
    return folderFiles(folder);
  } catch (error) {
    // Whatever the file system refuses concerns the operator's paths.
    if (error instanceof Error && "code" in error) return problem(error.message);
    throw error;
  }
}

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

/** The examples that come with skeyid, by name. */
export function examples(): Example[] {
  return exampleNames().map((name) => {
    const found = folderFiles(join(EXAMPLES, name));
    const labFile = found.kind === "files" ? found.files.labFile : undefined;
    const parsed = labFile === undefined ? undefined : parseLabFile(labFile.name, labFile.text);
    const { title, description } = parsed?.kind === "file" ? parsed.file : {};
    return { name, title: title ?? "", description: description ?? "" };
  });
}

function folderFiles(folder: string): LabFilesResult {
  const names = readdirSync(folder).sort();
  const configurations = names.filter((name) => /\.(cfg|conf|ios)$/i.test(name));
  if (configurations.length === 0)
    return problem(`${folder}: no IOS configuration here; a lab has one file NAME.cfg for each router`);
  const labFile = names.includes(LAB_FILE) ? source(join(folder, LAB_FILE)) : undefined;
  return {
    kind: "files",
    files: {
      name: basename(resolve(folder)),
      configurations: configurations.map((name) => source(join(folder, name))),
      labFile,
    },
  };
}

function namedFiles(paths: readonly string[]): LabFiles {
  const isLabFile = (path: string) => basename(path) === LAB_FILE;
  const labFile = paths.find(isLabFile);
  return {
    name: paths.map((path) => basename(path)).join(" "),
    configurations: paths.filter((path) => !isLabFile(path)).map(source),
    labFile: labFile === undefined ? undefined : source(labFile),
  };
}

function source(path: string): SourceFile {
  const shown = relative(process.cwd(), path);
  const keys = keyFileOf(path);
  return {
    name: shown.startsWith("..") ? path : shown,
    text: readFileSync(path, "utf8"),
    keys: isFile(keys) ? readFileSync(keys, "utf8") : undefined,
  };
}

/** `examples/` before the name is allowed, since that is where they stand in the repository. */
function exampleFolder(path: string): string | undefined {
  const name = path.replace(/^(\.\/)?examples\//, "").replace(/\/$/, "");
  return exampleNames().includes(name) ? join(EXAMPLES, name) : undefined;
}

/** Folders with a `lab.json`: other examples are not for labs. */
function exampleNames(): string[] {
  if (!isFolder(EXAMPLES)) return [];
  return readdirSync(EXAMPLES)
    .filter((name) => isFile(join(EXAMPLES, name, LAB_FILE)))
    .sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function problem(text: string): LabFilesResult {
  return { kind: "problem", problem: text };
}

/** From `src/program` and from `dist/program` alike. */
const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));
const DEFAULT_EXAMPLE = "router-to-router-psk";
const LAB_FILE = "lab.json";
