/** The configuration as IOS prints it: read again, it is the same configuration. */
import { hex } from "../base/octets.ts";
import type { Configuration } from "../config/configuration.ts";
import { SECTIONS } from "./config/global-mode.ts";
import { PIX_SECTIONS } from "./config/pix/pix-mode.ts";
import type { Arguments } from "./grammar.ts";
import type { Statement, Written } from "./mode.ts";
import { printNegated, printSentence, REMOVED } from "./print.ts";

export interface RunningConfigOptions {
  /** What has its default value too. */
  readonly all?: boolean;
  /** `<removed>` stands instead of passwords and keys. Such a configuration is to be read by people alone. */
  readonly withoutSecrets?: boolean;
}

/** Lines without `Current configuration`, `!` between sections, `end` last; of a PIX in its own dialect. */
export function runningConfig(configuration: Configuration, options: RunningConfigOptions = {}): string[] {
  const { all = false } = options;
  if (configuration.pix !== undefined) return pixLines(configuration, options);
  const lines: string[] = ["!"];
  for (const section of SECTIONS) {
    for (const statement of section)
      for (const written of statement.written(configuration, {}, all)) {
        const block = blockOf(configuration, statement, written, options);
        // A line with a mode below it stands apart from the one before.
        if (block.length > 0 && lines.at(-1) !== "!" && statement.opens !== undefined) lines.push("!");
        lines.push(lineOf(statement, written, options), ...block);
      }
    if (lines.at(-1) !== "!") lines.push("!");
  }
  return [...lines, "end"];
}

/** A PIX has no modes, and says itself where its configuration ends. */
function pixLines(
  configuration: Configuration,
  { all = false, withoutSecrets }: RunningConfigOptions,
): string[] {
  const lines = PIX_SECTIONS.flatMap((section) => section.lines(configuration, all));
  return [": Saved", ":", ...(withoutSecrets === true ? lines.map(withoutSecretsIn) : lines), ": end"];
}

/** What stands below a line, indented by one more for each mode. */
function blockOf(
  configuration: Configuration,
  { opens }: Statement,
  written: Written,
  options: RunningConfigOptions,
  above: Arguments = {},
): readonly string[] {
  if (written.kind === "kept")
    return options.withoutSecrets === true ? written.block.map(withoutSecretsIn) : written.block;
  if (written.kind === "negated") return [];
  if (written.octets !== undefined) return octetLines(written.octets);
  const place: Arguments = { ...above, ...written.args };
  return (opens?.statements ?? []).flatMap((statement) =>
    statement
      .written(configuration, place, options.all ?? false)
      .flatMap((inner) => [
        ` ${lineOf(statement, inner, options)}`,
        ...blockOf(configuration, statement, inner, options, place).map((line) => ` ${line}`),
      ]),
  );
}

/** Eight groups of four octets a line, as IOS shows them. */
export function octetRows(octets: Uint8Array): string[] {
  const groups =
    hex(octets)
      .toUpperCase()
      .match(/.{1,8}/g) ?? [];
  return Array.from({ length: Math.ceil(groups.length / GROUPS) }, (_, row) =>
    groups.slice(row * GROUPS, (row + 1) * GROUPS).join(" "),
  );
}

const GROUPS = 8;

function octetLines(octets: Uint8Array): string[] {
  return [...octetRows(octets), "quit"].map((line) => ` ${line}`);
}

function lineOf({ sentence }: Statement, written: Written, options: RunningConfigOptions): string {
  switch (written.kind) {
    case "said":
      return printSentence(sentence, written.args, options);
    case "negated":
      return printNegated(sentence, written.args);
    case "kept":
      return options.withoutSecrets === true ? withoutSecretsIn(written.text) : written.text;
  }
}

/** Of a line that is only kept, and so not understood: what stands behind a word that announces a secret is one. */
function withoutSecretsIn(line: string): string {
  const [, kept] = SECRET_ANNOUNCED.exec(line) ?? [];
  return kept === undefined ? line : `${kept} ${REMOVED}`;
}

/** The community of `snmp-server host` stands behind an address without a word of its own. */
const SECRET_ANNOUNCED =
  /^(.*?(?:\S*(?:password|passwd|secret|key|community|passphrase|md5|pin|cipher)\S*|snmp-server host \S+))\s+\S/i;
