/** A message for the log, in IOS's form: `%FACILITY-SEVERITY-MNEMONIC: text`. */
import type { IpAddress } from "../net/ip-address.ts";

export interface SyslogMessage {
  /** CRYPTO for what IOS says in these words; SKEYID for what only we say; SEC is IOS's for access lists. */
  readonly facility: "CRYPTO" | "SEC" | "SKEYID";
  /** 2 critical, 4 warning, 5 notice, 6 informational. */
  readonly severity: 2 | 3 | 4 | 5 | 6;
  readonly mnemonic: string;
  readonly text: string;
  /** Lines that belong to it. */
  readonly more: readonly string[];
  /** Whose doing it is: repetition is limited for each. */
  readonly peer: IpAddress | undefined;
}

export function cryptoLog(
  severity: SyslogMessage["severity"],
  mnemonic: string,
  peer: IpAddress | undefined,
  text: string,
  ...more: readonly string[]
): SyslogMessage {
  return { facility: "CRYPTO", severity, mnemonic, text, more, peer };
}

export function ownLog(
  severity: SyslogMessage["severity"],
  mnemonic: string,
  peer: IpAddress | undefined,
  text: string,
): SyslogMessage {
  return { facility: "SKEYID", severity, mnemonic, text, more: [], peer };
}

/** `mode` is Main, Aggressive, Quick or Informational. */
export function modeFailure(peer: IpAddress, mode: string): SyslogMessage {
  return cryptoLog(6, "IKMP_MODE_FAILURE", peer, `Processing of ${mode} mode failed with peer at ${peer}`);
}

/** The lines of a message as they are printed after the timestamp. */
export function syslogLines(message: SyslogMessage): string[] {
  const { facility, severity, mnemonic, text, more } = message;
  return [`%${facility}-${severity}-${mnemonic}: ${text}`, ...more];
}

/** Somebody begins what is switched off, or we would have to. */
export function aggressiveModeDisabled(peer: IpAddress): SyslogMessage {
  return cryptoLog(
    5,
    "IKMP_AG_MODE_DISABLED",
    peer,
    "Unable to initiate or respond to Aggressive Mode while disabled",
  );
}
