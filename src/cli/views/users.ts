/** `show users` and `show line`: which terminal lines there are, who is there, and since when nothing was typed. */
import { clockText } from "../../base/clock-text.ts";
import { type LineKind, type LineSettings, lineSettings } from "../../config/line-settings.ts";
import type { LineInUse } from "../services.ts";

/** `own` is the line of who asks: it has an asterisk. */
export function showUsers(
  lines: readonly LineInUse[],
  own: Pick<LineInUse, "kind" | "number"> | undefined,
): string[] {
  return [
    "    Line       User       Host(s)              Idle       Location",
    ...lines.map(({ kind, number, user, location, idleMilliseconds }) => {
      const isOwn = kind === own?.kind && number === own.number;
      const row = [
        `${isOwn ? "*" : " "}${String(FIRST[kind] + number).padStart(3)} ${kind} ${number}`.padEnd(15),
        (user ?? "").padEnd(11),
        "idle".padEnd(21),
        clockText(idleMilliseconds).padEnd(9),
        location ?? "",
      ];
      return row.join("").trimEnd();
    }),
    "",
    "  Interface    User               Mode         Idle     Peer Address",
    "",
  ];
}

/** All lines that IOS has from the start, and those that the configuration adds. An asterisk: somebody is there. */
export function showLines(configured: readonly LineSettings[], inUse: readonly LineInUse[]): string[] {
  const lastVty = Math.max(
    LAST_VTY,
    ...configured.filter(({ kind }) => kind === "vty").map(({ number }) => number),
  );
  const lines: readonly (readonly [LineKind, number])[] = [
    ["con", 0],
    ["aux", 0],
    ...Array.from({ length: lastVty + 1 }, (_, number) => ["vty", number] as const),
  ];
  return [
    "   Tty Typ     Tx/Rx    A Modem  Roty AccO AccI   Uses   Noise  Overruns   Int",
    ...lines.map(([kind, number]) => {
      const isInUse = inUse.some((line) => line.kind === kind && line.number === number);
      const { accessClassIn, accessClassOut, rotary } = lineSettings(configured, kind, number);
      const column = (setting: { readonly value: string | number } | undefined) =>
        String(setting?.value ?? "-").padStart(4);
      const where = `${isInUse ? "*" : " "}${String(FIRST[kind] + number).padStart(5)} ${TYPES[kind]}`;
      const groups = [column(rotary), column(accessClassOut), column(accessClassIn)].join(" ");
      return `${where}${" ".repeat(14)}-    -   ${groups}      ${isInUse ? 1 : 0}       0     0/0       -`;
    }),
    "",
  ];
}

const LAST_VTY = 4;
const TYPES: { readonly [K in LineKind]: string } = { con: "CTY", aux: "AUX", vty: "VTY" };

/** Where lines of a kind begin among all lines. */
const FIRST: { readonly [K in LineKind]: number } = { con: 0, aux: 1, vty: 2 };
