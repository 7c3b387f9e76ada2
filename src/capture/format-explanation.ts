/** An explanation as lines of text for an engineer: a line for each message, its payloads below, findings beside them. */
import type { DissectionNode } from "./dissection.ts";
import type { AhEntry, Entry, EspEntry, Explanation, IsakmpEntry, Problem } from "./explanation.ts";

export interface FormatOptions {
  /** Also the fields that a payload's own line sums up: lengths, numbers, octets. */
  readonly everyField?: boolean;
}

export function formatExplanation(explanation: Explanation, options: FormatOptions = {}): string[] {
  const lines: string[] = [];
  let previousIsBlock = false;
  for (const group of groupsOf(explanation.entries)) {
    const own = entryLines(group, options);
    const isBlock = own.length > 1;
    if (lines.length > 0 && (isBlock || previousIsBlock)) lines.push("");
    lines.push(...own);
    previousIsBlock = isBlock;
  }
  if (lines.length > 0) lines.push("");
  lines.push(...summaryLines(explanation));
  return lines;
}

/** ESP packets of one SA that cannot be opened, and keepalives, are told together where nothing comes between them. */
function groupsOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const groups: Entry[][] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && saysTheSame(last, entry)) group.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

function saysTheSame(a: Entry, b: Entry): boolean {
  if (a.source !== b.source || a.destination !== b.destination) return false;
  if (a.kind === "keepalive") return b.kind === "keepalive";
  if (a.kind !== "esp" || b.kind !== "esp") return false;
  return (
    a.spi === b.spi && a.inner === undefined && b.inner === undefined && espFindings(a) === espFindings(b)
  );
}

function entryLines(group: readonly Entry[], options: FormatOptions): string[] {
  const [entry] = group;
  const last = group.at(-1);
  if (entry === undefined || last === undefined) return [];
  const count = group.length === 1 ? "" : `, ${group.length} times to #${last.frame}`;
  switch (entry.kind) {
    case "isakmp":
      return isakmpLines(entry, options);
    case "esp": {
      const numbers =
        last.kind === "esp" && last !== entry
          ? `${entry.sequenceNumber} to ${last.sequenceNumber}`
          : String(entry.sequenceNumber);
      const findings = espFindings(entry);
      return [
        `${placeOf(entry)}  ESP ${entry.spi} seq ${numbers}, ${entry.length} octets${count}  ${findings}`,
      ];
    }
    case "ah":
      return [`${placeOf(entry)}  ${ahLine(entry)}`];
    case "keepalive":
      return [`${placeOf(entry)}  NAT keepalive${count}`];
    case "malformed":
      return [`${placeOf(entry)}  malformed`, problemLine(entry.problem)];
  }
}

function espFindings({ icv, inner, innerProblem }: EspEntry): string {
  if (icv.why !== undefined && icv.why === innerProblem) return `not decrypted: ${icv.why}`;
  const checked = icv.why === undefined ? `ICV ${icv.result}` : `ICV ${icv.result}: ${icv.why}`;
  return inner === undefined ? `${checked}; ${innerProblem}` : `${checked}  ${inner}`;
}

function ahLine({ spi, sequenceNumber, length, icvLength, inner, innerProblem }: AhEntry): string {
  const packet = `AH ${spi} seq ${sequenceNumber}, ${length} octets`;
  return `${packet}  ICV of ${icvLength} octets  ${inner ?? `not read: ${innerProblem}`}`;
}

function isakmpLines(entry: IsakmpEntry, options: FormatOptions): string[] {
  const words = [`${entry.label}  ${entry.exchange}`, `${entry.length} octets`];
  if (entry.repeats !== undefined) words.push(`repeats #${entry.repeats}`);
  if (entry.assembledFrom.length > 0)
    words.push(`put together from ${entry.assembledFrom.map((n) => `#${n}`).join(" ")}`);
  if (entry.protection.kind === "decrypted") words.push(`decrypted with ${entry.protection.cipher}`);
  const lines = [`${placeOf(entry)}  ${words.join(", ")}`];
  for (const node of entry.nodes) lines.push(...nodeLines(node, 0, options));
  if (entry.protection.kind === "closed") lines.push(`${INDENT}not decrypted: ${entry.protection.why}`);
  if (entry.missing > 0) lines.push(`${INDENT}${entry.missing} octets of it were not captured`);
  lines.push(...entry.problems.map(problemLine));
  return lines;
}

function nodeLines(node: DissectionNode, depth: number, options: FormatOptions): string[] {
  if (node.isFraming && options.everyField !== true) return [];
  const name = ("  ".repeat(depth) + node.name).padEnd(NAME_WIDTH);
  const words = [`${String(node.offset).padStart(OFFSET_WIDTH)}  ${name}`];
  if (node.value !== undefined) words.push(clipped(node.value));
  if (needsOctets(node)) words.push(shortened(node.octets ?? ""));
  if (node.note !== undefined) words.push(`(${node.note})`);
  return [
    words.join("  ").trimEnd(),
    ...node.children.flatMap((child) => nodeLines(child, depth + 1, options)),
  ];
}

function clipped(text: string): string {
  return text.length <= TEXT_SHOWN ? text : `${text.slice(0, TEXT_SHOWN)}... (${text.length} characters)`;
}

/** Octets are shown where no words stand for them. */
function needsOctets({ value, octets, isFraming }: DissectionNode): boolean {
  return octets !== undefined && (value === undefined || isFraming);
}

function shortened(octets: string): string {
  const count = octets.length / 2;
  return count <= OCTETS_SHOWN ? octets : `${octets.slice(0, OCTETS_SHOWN * 2)}... (${count} octets)`;
}

function problemLine({ reason, path, offset }: Problem): string {
  return `${INDENT}MALFORMED at byte ${offset}, ${path}: ${reason}`;
}

function placeOf({ frame, timeMicroseconds, source, destination }: Entry): string {
  const time = (timeMicroseconds / 1e6).toFixed(6);
  return `#${frame}  ${time}  ${source} > ${destination}`;
}

function summaryLines({ format, frameCount, entries, notes, problem }: Explanation): string[] {
  const lines =
    format === undefined ? [] : [`${format}, ${counted(frameCount, "frame")}: ${contents(entries)}`];
  lines.push(...notes);
  if (problem !== undefined) {
    const { reason, path, offset } = problem;
    const what = format === undefined ? "not a capture" : "the file breaks off";
    lines.push(`${what}: ${reason} at ${path} (byte ${offset})`);
  }
  return lines;
}

function contents(entries: readonly Entry[]): string {
  const messages = entries.filter((entry) => entry.kind === "isakmp");
  const packets = entries.filter((entry) => entry.kind === "esp");
  const covered = entries.filter((entry) => entry.kind === "ah").length;
  const checks = messages.flatMap((message) => message.checks);
  const parts = [
    counted(messages.length, "ISAKMP message"),
    some(messages.filter(({ protection }) => protection.kind === "decrypted").length, "decrypted"),
    some(messages.filter(({ protection }) => protection.kind === "closed").length, "not decrypted"),
    some(checks.filter(({ result }) => result === "verified").length, "HASH verified"),
    some(checks.filter(({ result }) => result === "does not verify").length, "HASH wrong"),
    counted(packets.length, "ESP packet"),
    some(packets.filter(({ icv }) => icv.result === "verified").length, "ICV verified"),
    some(packets.filter(({ icv }) => icv.result === "does not verify").length, "ICV wrong"),
    covered === 0 ? "" : counted(covered, "AH packet"),
    some(
      entries.filter(
        (entry) => entry.kind === "malformed" || (entry.kind === "isakmp" && entry.problems.length > 0),
      ).length,
      "malformed",
    ),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function some(count: number, what: string): string {
  return count === 0 ? "" : `${count} ${what}`;
}

const OFFSET_WIDTH = 7;
const NAME_WIDTH = 32;
/** A SHA-1 hash whole. */
const OCTETS_SHOWN = 20;
const TEXT_SHOWN = 160;
const INDENT = " ".repeat(OFFSET_WIDTH + 2);
