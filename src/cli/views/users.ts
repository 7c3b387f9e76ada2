/** `show users`: who is at which terminal line, and since when nothing was typed. */

import { clockText } from "../../base/clock-text.ts";
import type { LineKind } from "../../config/line-settings.ts";
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

/** Where lines of a kind begin among all lines. */
const FIRST: { readonly [K in LineKind]: number } = { con: 0, aux: 1, vty: 2 };
