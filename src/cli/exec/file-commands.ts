/** `copy`, `write`, `erase`, `dir`, `more`, `delete`: configurations and other files. */

import { differenceLines } from "../files/configuration-difference.ts";
import { linesOf, mergeWith, noSuchFile, readFile } from "../files/configuration-files.ts";
import { bareName, FLASH, parseFileName, RUNNING, STARTUP } from "../files/file-store.ts";
import { optional, value } from "../sentence.ts";
import type { RouterServices } from "../services.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, type Console, privileged } from "./command.ts";
import { confirmation, type DialogueStep, question } from "./dialogue.ts";
import { filePart, PLACE } from "./file-names.ts";

export const FILE_COMMANDS: readonly Command[] = [
  ...["write", "write memory"].map((words) =>
    privileged(phrase(words, "Write to NV memory"), (console) => save(console)),
  ),
  ...["write erase", "erase startup-config", "erase nvram:"].map((words) =>
    privileged(phrase(words, "Erase NV memory"), ({ follow }) => follow(erasing())),
  ),
  privileged(
    [
      ...phrase("copy", "Copy from one file to another"),
      filePart("from", "Copy from this file"),
      filePart("to", "Copy to this file"),
    ],
    ({ follow, services, print }, { from, to }) => {
      if (readFile(services, from) === undefined) print([noSuchFile(from), ""]);
      else follow(copying(from, to));
    },
  ),
  privileged(
    [
      ...phrase("dir", "List files on a filesystem"),
      optional(value("place", PLACE, "Directory or file name")),
    ],
    ({ services, print }, { place }) => print(directory(services, place ?? FLASH)),
  ),
  privileged(
    [...phrase("more", "Display the contents of a file"), filePart("file", "File to display")],
    ({ services, print }, { file }) => show(services, print, file),
  ),
  privileged(
    [...phrase("delete", "Delete a file"), filePart("file", "File to be deleted")],
    ({ services, follow, print }, { file }) => {
      if (!file.startsWith(FLASH)) print([`%Error deleting ${file} (Use "erase startup-config")`, ""]);
      else if (services.files().read(file) === undefined) print([noSuchFile(file), ""]);
      else follow(deleting(file));
    },
  ),
  privileged(phrase("show startup-config", "Contents of startup configuration"), showStartup),
  privileged(phrase("show configuration", "Contents of startup configuration"), showStartup),
  privileged(
    [
      ...phrase("show archive config differences", "Display differences between configurations"),
      optional(filePart("from", "Configuration to compare"), optional(filePart("to", "With this one"))),
    ],
    ({ services, print }, { from = STARTUP, to = RUNNING }) => {
      const [before, after] = [readFile(services, from), readFile(services, to)];
      if (before === undefined || after === undefined)
        return print([noSuchFile(before === undefined ? from : to), ""]);
      const lines = differenceLines(linesOf(before), linesOf(after));
      print(["!Contextual Config Diffs:", ...(lines.length === 0 ? ["!No changes were found"] : lines)]);
    },
  ),
];

function showStartup({ services, print }: Console): void {
  const text = services.files().read(STARTUP);
  if (text === undefined) print(["startup-config is not present", ""]);
  else print([`Using ${text.length} out of ${NVRAM_SIZE} bytes`, ...linesOf(text)]);
}

/** `write memory`; false where it could not be written. */
export function save({ services, print }: Pick<Console, "services" | "print">): boolean {
  const problem = services.files().write(STARTUP, readFile(services, RUNNING) ?? "");
  print(["Building configuration...", ...(problem === undefined ? ["[OK]"] : [`% ${problem}`, ""])]);
  return problem === undefined;
}

function copying(from: string, to: string): DialogueStep {
  return {
    kind: "asks",
    lines: [],
    dialogue: question(`Destination filename [${bareName(to)}]? `, (answer): DialogueStep => {
      // What is answered for a file is a file, whatever it is called.
      const wanted = answer === "" ? to : parseFileName(answer);
      return wanted === undefined
        ? { kind: "ends", lines: [`%Error opening ${answer} (Invalid file name)`, ""] }
        : { kind: "does", lines: [], act: (console) => copy(console, from, wanted) };
    }),
  };
}

function copy(console: Console, from: string, to: string): void {
  const { services, print } = console;
  if (from === RUNNING && to === STARTUP) {
    save(console);
    return;
  }
  const text = readFile(services, from);
  if (text === undefined) return print([noSuchFile(from), ""]);
  const wrong = to === RUNNING ? mergeWith(services, from) : problemLines(services.files().write(to, text));
  print(wrong.length > 0 ? [...wrong, ""] : [`${text.length} bytes copied`, ""]);
}

function erasing(): DialogueStep {
  return {
    kind: "asks",
    lines: [],
    dialogue: confirmation(
      "Erasing the nvram filesystem will remove all configuration files! Continue?",
      ({ services, print }) => {
        const wrong = problemLines(services.files().remove(STARTUP));
        print(wrong.length > 0 ? wrong : ["[OK]", "Erase of nvram: complete"]);
      },
    ),
  };
}

function deleting(file: string): DialogueStep {
  return {
    kind: "asks",
    lines: [],
    dialogue: confirmation(`Delete ${file}?`, ({ services, print }) =>
      print(problemLines(services.files().remove(file))),
    ),
  };
}

function show(services: RouterServices, print: Console["print"], file: string): void {
  const text = readFile(services, file);
  print(text === undefined ? [noSuchFile(file), ""] : linesOf(text));
}

function directory(services: RouterServices, place: "flash:" | "nvram:"): string[] {
  const files = services
    .files()
    .list()
    .filter(({ name }) => name.startsWith(FLASH) === (place === FLASH))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return [
    `Directory of ${place}/`,
    "",
    ...(files.length === 0 ? ["No files in directory"] : []),
    ...files.map(
      ({ name, size }, i) =>
        `${String(i + 1).padStart(5)}  -rw-  ${String(size).padStart(10)}  ${bareName(name)}`,
    ),
    "",
  ];
}

function problemLines(problem: string | undefined): string[] {
  return problem === undefined ? [] : [`% ${problem}`, ""];
}

/** Octets, of routers that had some. Nothing here is limited by it. */
const NVRAM_SIZE = 262_144;
