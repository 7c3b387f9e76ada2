/** The command line of a subcommand, read against the table of its options; its help is made from the same table. */
import { parseArgs } from "node:util";
import { suggestion } from "./nearest.ts";

export interface OptionFacts {
  /** What its value is called; undefined if it takes none. */
  readonly value?: string;
  readonly help: string;
}

export interface CommandSyntax {
  readonly name: string;
  /** `CAPTURE`: what stands after the options, as its help writes it. */
  readonly operands: string;
  readonly operandsMin: number;
  readonly operandsMax: number;
  /** What it does: whole lines. */
  readonly summary: readonly string[];
  /** `--help` is added. */
  readonly options: { readonly [name: string]: OptionFacts };
  readonly examples: readonly string[];
}

export type ArgumentsRead =
  | {
      readonly kind: "read";
      readonly operands: readonly string[];
      /** Options without a value that were given. */
      readonly given: ReadonlySet<string>;
      /** Values of each option, in their order. */
      readonly values: ReadonlyMap<string, readonly string[]>;
    }
  | { readonly kind: "help" }
  /** One line that says what is wrong, without the command's name. */
  | { readonly kind: "problem"; readonly problem: string };

export function readArguments(syntax: CommandSyntax, args: readonly string[]): ArgumentsRead {
  const options: CommandSyntax["options"] = { ...syntax.options, help: HELP };
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(
        Object.entries(options).map(([name, { value }]) => [
          name,
          { type: value === undefined ? ("boolean" as const) : ("string" as const) },
        ]),
      ),
      help: { type: "boolean", short: "h" },
    },
  });
  const operands: string[] = [];
  const given = new Set<string>();
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const facts = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (facts === undefined) {
      const meant = suggestion(token.name, Object.keys(options), "--");
      return problem(`unknown option ${token.rawName}${meant}`);
    }
    if (facts.value === undefined) {
      if (token.value !== undefined) return problem(`${token.rawName} takes no value`);
      given.add(token.name);
      continue;
    }
    // A value that looks like an option is a forgotten one, unless it is written with `=`.
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith("--")))
      return problem(`${token.rawName} needs ${facts.value}`);
    values.set(token.name, [...(values.get(token.name) ?? []), token.value]);
  }
  if (given.has("help")) return { kind: "help" };
  if (operands.length < syntax.operandsMin) return problem(`${syntax.operands} is missing`);
  const [surplus] = operands.slice(syntax.operandsMax);
  if (surplus !== undefined) return problem(`unexpected ${JSON.stringify(surplus)} after ${syntax.operands}`);
  return { kind: "read", operands, given, values };
}

/** The lines of `skeyid COMMAND --help`. */
export function commandHelp(syntax: CommandSyntax): string[] {
  const options = Object.entries({ ...syntax.options, help: HELP }).map(
    ([name, { value, help }]) => [`--${name}${value === undefined ? "" : ` ${value}`}`, help] as const,
  );
  const width = Math.max(...options.map(([left]) => left.length));
  return [
    `Usage: skeyid ${syntax.name} [OPTION]... ${syntax.operands}`,
    "",
    ...syntax.summary,
    "",
    ...options.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
    ...(syntax.examples.length === 0 ? [] : ["", "Examples:", ...syntax.examples.map((line) => `  ${line}`)]),
  ];
}

function problem(text: string): ArgumentsRead {
  return { kind: "problem", problem: text };
}

const HELP: OptionFacts = { help: "show this" };
