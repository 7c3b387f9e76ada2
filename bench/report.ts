/** Rows of figures as text for people, as Markdown for docs/performance.md, and as JSON. */
import { cpus } from "node:os";
import { type Benchmark, isMet, type Row, ratioOf } from "./benchmark.ts";

export interface Report {
  readonly benchmark: Benchmark;
  /** Or why there are none. */
  readonly rows: readonly Row[] | string;
}

export const STYLES = ["text", "markdown", "json"] as const;
export type Style = (typeof STYLES)[number];

/** What the figures were measured on. */
export function machineLine(): string {
  const processors = cpus();
  const { arch, version, versions } = process;
  return `${processors.length} x ${processors[0]?.model.trim()}, ${process.platform} ${arch}, Node ${version}, OpenSSL ${versions.openssl}`;
}

export function render(style: Style, report: Report): string {
  if (style === "json") return JSON.stringify(jsonOf(report));
  const { benchmark, rows } = report;
  const heading = `${style === "markdown" ? "### " : ""}${benchmark.title}`;
  if (typeof rows === "string") return `${heading}\n\n${benchmark.name} is skipped: ${rows}\n`;
  return `${heading}\n\n${tableOf(style, rows)}\n`;
}

function jsonOf({ benchmark: { name, title }, rows }: Report): object {
  if (typeof rows === "string") return { name, title, skipped: rows };
  return {
    name,
    title,
    rows: rows.map((row) => ({ ...row, ratio: ratioOf(row), isMet: isMet(row) })),
  };
}

const HEADER = ["", "unit", "ours", "other", "", "ratio", "aim", "met"];

function tableOf(style: "text" | "markdown", rows: readonly Row[]): string {
  const cells = [HEADER, ...rows.map(cellsOf)];
  const widths = HEADER.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row.map((cell, column) =>
      isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    ),
  );
  if (style === "text") return lines.map((line) => line.join("  ").trimEnd()).join("\n");
  const [header = [], ...body] = lines.map((line) => `| ${line.join(" | ")} |`);
  const rule = `|${widths.map((_, column) => (isText(column) ? "---" : "---:")).join("|")}|`;
  return [header, rule, ...body].join("\n");
}

function cellsOf(row: Row): string[] {
  const { subject, unit, ours, other, aim } = row;
  const ratio = ratioOf(row);
  const met = isMet(row);
  return [
    subject,
    unit,
    number(ours),
    other?.name ?? "",
    other === undefined ? "" : number(other.figure),
    ratio === undefined ? "" : `${number(ratio)} x`,
    aim === undefined ? "" : `${aim.bound} ${aim.value}${aim.of === "ratio" ? " x" : ""}`,
    met === undefined ? "" : met ? "yes" : "no",
  ];
}

function isText(column: number): boolean {
  return [0, 1, 3, 6, 7].includes(column);
}

/** Three significant digits. */
function number(value: number): string {
  if (Number.isNaN(value)) return "-";
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
