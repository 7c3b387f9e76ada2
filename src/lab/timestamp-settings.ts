/** `service timestamps`, one of the lines that concern no policy: how debug and log lines are stamped. */
import type { Configuration } from "../config/configuration.ts";
import type { TimestampStyle } from "../observe/timestamps.ts";

/** As the last line about it says; uptime where none does. */
export function timestampStyle({ kept }: Configuration, kind: "debug" | "log"): TimestampStyle {
  let style: TimestampStyle = { kind: "uptime" };
  for (const { text } of kept) {
    const [, negated, about, rest = ""] = /^(no )?service timestamps(?: (debug|log)(.*))?$/.exec(text) ?? [];
    if (!text.includes("service timestamps") || (about !== undefined && about !== kind)) continue;
    if (negated !== undefined) style = { kind: "none" };
    else if (/datetime/.test(rest)) style = { kind: "datetime", withMilliseconds: /msec/.test(rest) };
    else style = { kind: "uptime" };
  }
  return style;
}
