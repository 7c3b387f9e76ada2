/** `skeyid explain CAPTURE`: what others recorded, read and told message by message. */
import { explainCapture } from "../capture/explain.ts";
import { formatExplanation } from "../capture/format-explanation.ts";
import { type CaptureKeys, type IsakmpKeys, NO_KEYS, parseKeyFile } from "../capture/key-file.ts";
import { type CommandSyntax, commandHelp, readArguments } from "./arguments.ts";
import { EXIT, type Terminal } from "./terminal.ts";

export const EXPLAIN_SYNTAX: CommandSyntax = {
  name: "explain",
  operands: "CAPTURE",
  operandsMin: 1,
  operandsMax: 1,
  summary: [
    "Reads a pcap or pcapng file (`-` is standard input), finds ISAKMP on UDP ports 500 and 4500, ESP and AH, and tells every",
    "message payload by payload: what it says, what is malformed and at which byte. With keys it also decrypts and checks.",
  ],
  options: {
    keys: {
      value: "FILE",
      help: "keys as Wireshark keeps them (ikev1_decryption_table, esp_sa) or as `skeyid lab --keys` writes them; may be repeated",
    },
    fields: { help: "every field, with its octets, not only what a payload says" },
    json: { help: "as one JSON value, every field included" },
  },
  examples: ["skeyid explain tunnel.pcap", "skeyid explain tunnel.pcapng --keys tunnel.keys --json"],
};

/** 0: the capture was read, whatever is in it; 2: it was not, or the command line is wrong. */
export async function explainCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const read = readArguments(EXPLAIN_SYNTAX, args);
  if (read.kind === "help") {
    terminal.print(commandHelp(EXPLAIN_SYNTAX));
    return EXIT.fine;
  }
  if (read.kind === "problem") return refuse(terminal, `${read.problem}; see skeyid explain --help`);
  const [path = ""] = read.operands;
  const capture = terminal.readFile(path);
  if (capture.kind === "problem") return refuse(terminal, capture.problem);
  let keys = NO_KEYS;
  for (const keyPath of read.values.get("keys") ?? []) {
    const more = readKeys(keyPath, terminal);
    if (more === undefined) return EXIT.misused;
    keys = withKeys(keys, more);
  }
  const explanation = explainCapture(capture.bytes, keys);
  const { format, problem } = explanation;
  if (format === undefined)
    return refuse(terminal, `${path} is no capture${problem === undefined ? "" : `: ${problem.reason}`}`);
  terminal.print(
    read.given.has("json")
      ? [JSON.stringify(explanation, undefined, 2)]
      : formatExplanation(explanation, { everyField: read.given.has("fields") }),
  );
  return EXIT.fine;
}

/** The keys of a file, with complaints about lines that hold none; undefined if none of its lines does. */
function readKeys(path: string, terminal: Terminal): CaptureKeys | undefined {
  const file = terminal.readFile(path);
  if (file.kind === "problem") {
    refuse(terminal, file.problem);
    return undefined;
  }
  const { keys, problems } = parseKeyFile(new TextDecoder().decode(file.bytes));
  const [first, ...others] = problems.map(({ line, reason }) => `${path}:${line}: ${reason}`);
  if (first === undefined) return keys;
  if (keys.isakmp.size === 0 && keys.esp.length === 0) {
    refuse(terminal, `${path} holds no keys: ${first}`);
    return undefined;
  }
  const shown = [first, ...others.slice(0, COMPLAINTS_MAX - 1)];
  const left = problems.length - shown.length;
  terminal.complain(shown.map((line) => `skeyid explain: ${line}`));
  if (left > 0) terminal.complain([`skeyid explain: ${path}: ${left} more lines hold no key`]);
  return keys;
}

/** The keys of both; where both know one ISAKMP SA, what either knows of it. */
function withKeys(keys: CaptureKeys, more: CaptureKeys): CaptureKeys {
  const isakmp = new Map(keys.isakmp);
  for (const [cookie, known] of more.isakmp) isakmp.set(cookie, either(known, isakmp.get(cookie)));
  return { isakmp, esp: [...keys.esp, ...more.esp] };
}

function either(a: IsakmpKeys, b: IsakmpKeys | undefined): IsakmpKeys {
  return {
    encryptionKey: a.encryptionKey ?? b?.encryptionKey,
    hash: a.hash ?? b?.hash,
    SKEYID_a: a.SKEYID_a ?? b?.SKEYID_a,
    SKEYID: a.SKEYID ?? b?.SKEYID,
  };
}

function refuse(terminal: Terminal, problem: string): number {
  terminal.complain([`skeyid explain: ${problem}`]);
  return EXIT.misused;
}

/** IMPLEMENTATION: lines of a key file that are complained about one by one. */
const COMPLAINTS_MAX = 5;
