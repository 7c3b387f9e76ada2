/** The command line of `skeyid lab`: one table from which it is read and from which its help is made. */
import type { Milliseconds } from "../base/time.ts";
import { milliseconds } from "../base/time.ts";
import type { DebugFlag } from "../cli/services.ts";
import { LINK_MTU_MAX, LINK_MTU_MIN } from "../lab/lab-file.ts";
import type { LinkConditions } from "../lab/link.ts";

export interface LabOptionsRead {
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
  readonly help: boolean;
}

export type LabOptionsResult =
  | { readonly kind: "options"; readonly options: LabOptionsRead }
  | { readonly kind: "problem"; readonly problem: string };

export function readLabOptions(args: readonly string[]): LabOptionsResult {
  const read = new OptionsBeingRead();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!arg.startsWith("-") || arg === "-") {
      read.paths.push(arg);
      continue;
    }
    const [name = "", inline] = arg.startsWith("--") ? splitOnce(arg.slice(2)) : [SHORT[arg] ?? arg];
    const option = OPTIONS.find((each) => each.name === name);
    if (option === undefined) return problem(`unknown option ${arg}; see skeyid lab --help`);
    let value = inline ?? "";
    if (option.value === undefined && inline !== undefined) return problem(`--${name} takes no value`);
    if (option.value !== undefined && inline === undefined) {
      const next = rest.shift();
      if (next === undefined) return problem(`--${name} needs ${option.value}`);
      value = next;
    }
    const fault = option.take(read, value, rest);
    if (fault !== undefined) return problem(`--${name} ${fault}`);
  }
  return { kind: "options", options: read };
}

/** The lines of the help about options, in columns. */
export function optionsHelp(): string[] {
  const left = OPTIONS.map(({ name, value }) => `  --${name}${value === undefined ? "" : ` ${value}`}`);
  const width = Math.max(...left.map((text) => text.length)) + 2;
  return OPTIONS.flatMap(({ help }, i) =>
    help.map((line, row) => `${(row === 0 ? (left[i] ?? "") : "").padEnd(width)}${line}`),
  );
}

class OptionsBeingRead implements LabOptionsRead {
  readonly paths: string[] = [];
  debug: Set<DebugFlag> | undefined;
  pcap: string | undefined;
  keys: string | undefined;
  seed: number | undefined;
  conditions: Partial<LinkConditions> = {};
  hold = false;
  time: "virtual" | "real" | undefined;
  consoles = true;
  json = false;
  list = false;
  help = false;
}

interface Option {
  readonly name: string;
  /** What its value is called; undefined if it takes none. */
  readonly value?: string;
  readonly help: readonly string[];
  /** Takes the value, and from `rest` what else belongs to it; what is returned says what is wrong. */
  readonly take: (read: OptionsBeingRead, value: string, rest: string[]) => string | undefined;
}

const OPTIONS: readonly Option[] = [
  {
    name: "debug",
    value: "WHAT",
    help: [
      "isakmp, ipsec, engine (several: with commas), all or none: what every router debugs",
      "from the start; by default what lab.json says, else all",
    ],
    take: takeDebug,
  },
  {
    name: "hold",
    help: ["packets wait for their tunnel; by default the one that asks for it is lost, as on IOS"],
    take: (read) => {
      read.hold = true;
      return undefined;
    },
  },
  {
    name: "pcap",
    value: "FILE",
    help: ["write what crosses the links between routers to a capture file"],
    take: (read, value) => {
      read.pcap = value;
      return undefined;
    },
  },
  {
    name: "keys",
    value: "FILE",
    help: ["write the keys with which Wireshark decrypts that capture (secrets of this lab)"],
    take: (read, value) => {
      read.keys = value;
      return undefined;
    },
  },
  {
    name: "seed",
    value: "N",
    help: ["repeat a run: cookies, keys and the fate of packets follow from the seed"],
    take: (read, value) => {
      read.seed = Number(value);
      return isWhole(value, 0, Number.MAX_SAFE_INTEGER) ? undefined : "must be a whole number from 0 on";
    },
  },
  condition("loss", "PERCENT", "lose packets between routers", percent("lossPercent")),
  condition("duplicate", "PERCENT", "deliver packets twice", percent("duplicatePercent")),
  condition(
    "reorder",
    "PERCENT",
    "hold packets back, so that others overtake them",
    percent("reorderPercent"),
  ),
  condition("corrupt", "PERCENT", "invert a bit of packets", percent("corruptPercent")),
  condition("delay", "MS", "delay packets, in milliseconds (1)", span("delay")),
  condition("jitter", "MS", "delay them by up to this much more", span("jitter")),
  condition("mtu", "OCTETS", "largest packet between routers (1500)", (value) =>
    isWhole(value, LINK_MTU_MIN, LINK_MTU_MAX) ? { mtu: Number(value) } : undefined,
  ),
  time("virtual-time", "virtual", "everything at once; the default without a terminal"),
  time("real-time", "real", "by the clock, the lost ping's two seconds too; the default on a terminal"),
  {
    name: "no-console",
    help: ["end after the script, on a terminal too"],
    take: (read) => {
      read.consoles = false;
      return undefined;
    },
  },
  {
    name: "json",
    help: ["one JSON object a line for every event and every line of a console, instead of text"],
    take: (read) => {
      read.json = true;
      return undefined;
    },
  },
  {
    name: "list",
    help: ["show the examples that come with skeyid"],
    take: (read) => {
      read.list = true;
      return undefined;
    },
  },
  {
    name: "help",
    help: ["show this"],
    take: (read) => {
      read.help = true;
      return undefined;
    },
  },
];

const SHORT: Readonly<Record<string, string>> = { "-h": "help" };

const DEBUG_WORDS: Readonly<Record<string, readonly DebugFlag[]>> = {
  isakmp: ["isakmp"],
  ipsec: ["ipsec"],
  engine: ["engine"],
  all: ["isakmp", "ipsec", "engine"],
  none: [],
};

function takeDebug(read: OptionsBeingRead, value: string, rest: string[]): string | undefined {
  const words = value.split(",");
  // `--debug isakmp ipsec` is what somebody used to IOS would write.
  while (rest[0] !== undefined && DEBUG_WORDS[rest[0]] !== undefined) words.push(rest.shift() ?? "");
  read.debug ??= new Set();
  for (const word of words) {
    const flags = DEBUG_WORDS[word];
    if (flags === undefined)
      return `knows ${Object.keys(DEBUG_WORDS).join(", ")}, not ${JSON.stringify(word)}`;
    for (const flag of flags) read.debug.add(flag);
  }
  return undefined;
}

function condition(
  name: string,
  value: string,
  help: string,
  parse: (value: string) => Partial<LinkConditions> | undefined,
): Option {
  return {
    name,
    value,
    help: [help],
    take: (read, text) => {
      const parsed = parse(text);
      if (parsed === undefined) return `cannot be ${JSON.stringify(text)}`;
      read.conditions = { ...read.conditions, ...parsed };
      return undefined;
    },
  };
}

function percent(key: "lossPercent" | "duplicatePercent" | "reorderPercent" | "corruptPercent") {
  return (value: string): Partial<LinkConditions> | undefined =>
    isNumber(value, 0, 100) ? { [key]: Number(value) } : undefined;
}

function span(key: "delay" | "jitter") {
  return (value: string): Partial<LinkConditions> | undefined => {
    const parsed: Milliseconds | undefined = isNumber(value, 0, 60_000)
      ? milliseconds(Number(value))
      : undefined;
    return parsed === undefined ? undefined : { [key]: parsed };
  };
}

function time(name: string, kind: "virtual" | "real", help: string): Option {
  return {
    name,
    help: [help],
    take: (read) => {
      if (read.time !== undefined && read.time !== kind) return `contradicts --${read.time}-time`;
      read.time = kind;
      return undefined;
    },
  };
}

function isNumber(text: string, least: number, most: number): boolean {
  return /^\d+(\.\d+)?$/.test(text) && Number(text) >= least && Number(text) <= most;
}

function isWhole(text: string, least: number, most: number): boolean {
  return /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function problem(text: string): LabOptionsResult {
  return { kind: "problem", problem: text };
}
