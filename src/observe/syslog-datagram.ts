/** A message as a syslog server gets it (RFC 5426): in IOS's own form, or with the fields of RFC 5424. */
import { dateAndClockText, fractionText } from "../base/clock-text.ts";
import { utf8 } from "../base/octets.ts";
import type { LoggingSettings } from "../config/logging-settings.ts";
import type { LoggedMessage } from "./logging.ts";
import { printable } from "./printable.ts";

export interface Sender {
  readonly hostname: string;
  /** Milliseconds since 1970. */
  readonly timeOfDay: number;
}

export function syslogDatagram(
  message: LoggedMessage,
  { facility, rfc5424 }: Pick<LoggingSettings, "facility" | "rfc5424">,
  sender: Sender,
): Uint8Array {
  const priority = facility.value * 8 + message.severity;
  const text = printable(message.said.join(" "), TEXT_MAX);
  if (!rfc5424.value) return utf8(`<${priority}>${message.sequence}: ${message.stamp}${text}`);
  const header = [
    timeText(sender.timeOfDay),
    headerField(sender.hostname, 255),
    "skeyid",
    "-",
    idOf(message),
    "-",
  ];
  return utf8(`<${priority}>1 ${header.join(" ")} ${text}`);
}

/** RFC 5424 §6.2.3: `2026-11-21T10:44:08.123Z`. */
function timeText(timeOfDay: number): string {
  return `${dateAndClockText(timeOfDay).replace(" ", "T")}${fractionText(timeOfDay)}Z`;
}

/** RFC 5424 §6.2.7: the mnemonic. */
function idOf({ kind, said }: LoggedMessage): string {
  const [, mnemonic] = /^%([A-Z\d_]+-\d-[A-Z\d_]+)/.exec(said[0] ?? "") ?? [];
  return headerField(mnemonic ?? kind, 32);
}

/** Printable ASCII without spaces; `-` where nothing is left. */
function headerField(text: string, max: number): string {
  return text.replace(/[^!-~]/g, "").slice(0, max) || "-";
}

/** Characters: what a server must take is 2048 octets with UTF-8 (RFC 5426 §3.2 wants 480, suggests 2048). */
const TEXT_MAX = 1000;
