/** The command line of `skeyid lab`: what may be written, and what it then asks for. */
import { milliseconds } from "../base/time.ts";
import type { DebugFlag } from "../cli/services.ts";
import { LINK_MTU_MAX, LINK_MTU_MIN } from "../lab/lab-file.ts";
import type { LinkConditions } from "../lab/link.ts";
import { type CommandSyntax, readArguments } from "./arguments.ts";
import { DEBUG_WORDS } from "./debug-words.ts";

export const LAB_SYNTAX: CommandSyntax = {
  name: "lab",
  operands: "[EXAMPLE | FOLDER | CONFIG...]",
  operandsMin: 0,
  operandsMax: Infinity,
  summary: [
    "Runs a router for each IOS configuration (NAME.cfg) in a folder, on a virtual network in this process. Interfaces in",
    "one subnet share a link; one alone in its subnet gets a LAN with a host. What a lab.json in the folder says comes",
    "first: names of hosts, behaviour of links, and what is typed at which router. Without an operand: the case study of",
    "two routers with a pre-shared key. On a terminal the consoles of all routers follow; without one it ends.",
  ],
  options: {
    list: { help: "show the examples that come with skeyid" },
    debug: {
      value: "WHAT",
      help: "isakmp, ipsec, engine, key-exchange, pki, session (with commas), all or none; else as lab.json says, or the first three",
    },
    hold: { help: "packets wait for their tunnel instead of being lost, as they are on IOS" },
    pcap: { value: "FILE", help: "write what crosses the links between routers to a capture file" },
    keys: { value: "FILE", help: "write the keys for that capture; into a folder: as Wireshark's two files" },
    seed: { value: "N", help: "repeat a run: cookies, keys and the fate of packets follow from the seed" },
    loss: { value: "PERCENT", help: "lose packets between routers" },
    duplicate: { value: "PERCENT", help: "deliver packets twice" },
    reorder: { value: "PERCENT", help: "hold packets back, so that others overtake them" },
    corrupt: { value: "PERCENT", help: "invert a bit of packets" },
    delay: { value: "MS", help: "delay packets by this many milliseconds (1)" },
    jitter: { value: "MS", help: "delay them by up to this much more (0)" },
    mtu: { value: "OCTETS", help: "the largest packet between routers (1500)" },
    "real-time": { help: "by the clock, a lost ping's two seconds too: the default on a terminal" },
    "virtual-time": { help: "everything at once: the default without a terminal" },
    "no-console": { help: "end after what lab.json types, on a terminal too" },
    json: { help: "an object a line for every event and every line of a console, instead of text" },
  },
  examples: [
    "skeyid lab",
    "skeyid lab wrong-pre-shared-key --debug isakmp",
    "skeyid lab my/folder --loss 20 --seed 7 --pcap wire.pcap --keys wire.keys",
  ],
};

export interface LabRequest {
  /** A folder, an example's name, or configuration files; empty for the default. */
  readonly paths: readonly string[];
  /** Undefined: as `lab.json` says, or everything. */
  readonly debug: ReadonlySet<DebugFlag> | undefined;
  readonly pcap: string | undefined;
  readonly keys: string | undefined;
  readonly seed: number | undefined;
  readonly conditions: Partial<LinkConditions>;
  readonly hold: boolean;
  /** Undefined: real on a terminal, virtual otherwise. */
  readonly time: "virtual" | "real" | undefined;
  readonly consoles: boolean;
  readonly json: boolean;
  readonly list: boolean;
}

export type LabRequestRead =
  | { readonly kind: "request"; readonly request: LabRequest }
  | { readonly kind: "help" }
  | { readonly kind: "problem"; readonly problem: string };

export function readLabRequest(args: readonly string[]): LabRequestRead {
  const read = readArguments(LAB_SYNTAX, args);
  if (read.kind !== "read") return read;
  const { given, operands } = read;
  const last = (name: string) => read.values.get(name)?.at(-1);
  const debug = debugFlags(read.values.get("debug") ?? []);
  const seed = last("seed");
  const { conditions, faults } = conditionsOf(last);
  if (typeof debug === "string") faults.push(debug);
  if (seed !== undefined && !isWhole(seed, 0, Number.MAX_SAFE_INTEGER))
    faults.push(`--seed must be a whole number, not ${JSON.stringify(seed)}`);
  if (given.has("real-time") && given.has("virtual-time"))
    faults.push("--real-time and --virtual-time exclude each other");
  const [fault] = faults;
  if (fault !== undefined || typeof debug === "string") return { kind: "problem", problem: fault ?? "" };
  const time = given.has("real-time") ? "real" : given.has("virtual-time") ? "virtual" : undefined;
  return {
    kind: "request",
    request: {
      paths: operands,
      debug,
      pcap: last("pcap"),
      keys: last("keys"),
      seed: seed === undefined ? undefined : Number(seed),
      conditions,
      hold: given.has("hold"),
      time,
      consoles: !given.has("no-console"),
      json: given.has("json"),
      list: given.has("list"),
    },
  };
}

/** What words of `--debug`, or of `lab.json`, mean; a text says what is wrong with them. */
export function debugFlags(texts: readonly string[]): ReadonlySet<DebugFlag> | undefined | string {
  if (texts.length === 0) return undefined;
  const flags = new Set<DebugFlag>();
  for (const word of texts.flatMap((text) => text.split(","))) {
    const meant = Object.hasOwn(LAB_DEBUG_WORDS, word) ? LAB_DEBUG_WORDS[word] : undefined;
    if (meant === undefined)
      return `debug knows ${Object.keys(LAB_DEBUG_WORDS).join(", ")}, not ${JSON.stringify(word)}`;
    for (const flag of meant) flags.add(flag);
  }
  return flags;
}

const LAB_DEBUG_WORDS: Readonly<Record<string, readonly DebugFlag[]>> = { ...DEBUG_WORDS, none: [] };

function conditionsOf(last: (name: string) => string | undefined): {
  readonly conditions: Partial<LinkConditions>;
  readonly faults: string[];
} {
  const faults: string[] = [];
  const number = (name: string, least: number, most: number, isFit: typeof isNumber): number | undefined => {
    const text = last(name);
    if (text === undefined) return undefined;
    if (isFit(text, least, most)) return Number(text);
    faults.push(`--${name} must be a number from ${least} to ${most}, not ${JSON.stringify(text)}`);
    return undefined;
  };
  const asked = {
    lossPercent: number("loss", 0, 100, isNumber),
    duplicatePercent: number("duplicate", 0, 100, isNumber),
    reorderPercent: number("reorder", 0, 100, isNumber),
    corruptPercent: number("corrupt", 0, 100, isNumber),
    delay: number("delay", 0, DELAY_MAX, isNumber),
    jitter: number("jitter", 0, DELAY_MAX, isNumber),
    mtu: number("mtu", LINK_MTU_MIN, LINK_MTU_MAX, isWhole),
  };
  const { delay, jitter, ...others } = asked;
  const spans = {
    ...(delay === undefined ? {} : { delay: milliseconds(delay) }),
    ...(jitter === undefined ? {} : { jitter: milliseconds(jitter) }),
  };
  const present = Object.entries(others).filter(([, value]) => value !== undefined);
  return { conditions: { ...Object.fromEntries(present), ...spans }, faults };
}

function isNumber(text: string, least: number, most: number): boolean {
  return /^\d+(\.\d+)?$/.test(text) && Number(text) >= least && Number(text) <= most;
}

function isWhole(text: string, least: number, most: number): boolean {
  return /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
}

/** Milliseconds. */
const DELAY_MAX = 60_000;
