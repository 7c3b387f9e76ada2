/** What a debugging session prints at a time: a stamped line, and lines that belong to it. */
import type { SaReference } from "../ike/events.ts";

/** The words after `debug crypto`. */
export type DebugFlag =
  | "isakmp"
  | "ipsec"
  | "engine"
  | "key-exchange"
  | "pki transactions"
  | "pki validation"
  | "session";

/** The first line gets the timestamp; the others are printed as they are, an empty one as a blank line. */
export interface DebugMessage {
  readonly flag: DebugFlag;
  readonly lines: readonly string[];
}

/** A line about an ISAKMP SA: `ISAKMP (0:1): …`, where 0 is the slot of the crypto engine. */
export function isakmp(sa: SaReference, text: string, ...more: readonly string[]): DebugMessage {
  return { flag: "isakmp", lines: [`ISAKMP (0:${sa.connId}): ${text}`, ...more] };
}

/** A line of ISAKMP's that is about no SA: `ISAKMP: …`. */
export function isakmpPlain(text: string): DebugMessage {
  return { flag: "isakmp", lines: [`ISAKMP: ${text}`] };
}

/** A line that starts without a subsystem's name; spaces at its start are kept. */
export function plain(flag: DebugFlag, text: string, ...more: readonly string[]): DebugMessage {
  return { flag, lines: [text, ...more] };
}

/** A line of IPsec's: `IPSEC(create_sa): …`. */
export function ipsec(routine: string, text: string, ...more: readonly string[]): DebugMessage {
  return { flag: "ipsec", lines: [`IPSEC(${routine}): ${text}`, ...more] };
}

/** A line of the software crypto engine's. */
export function cryptoEngine(text: string): DebugMessage {
  return { flag: "engine", lines: [`CryptoEngine0: ${text}`] };
}

/** A line about the keys that both ends agree on; never of their octets. */
export function keyExchange(sa: SaReference, text: string): DebugMessage {
  return { flag: "key-exchange", lines: [`CRYPTO-KE: (conn id ${sa.connId}) ${text}`] };
}

/** A line about certificates: their coming and going, or why one is believed. */
export function pki(flag: "pki transactions" | "pki validation", text: string): DebugMessage {
  return { flag, lines: [`CRYPTO_PKI: ${text}`] };
}

/** A line about what there is with a peer. */
export function cryptoSession(peer: string, text: string): DebugMessage {
  return { flag: "session", lines: [`CRYPTO_SESSION: peer ${peer}: ${text}`] };
}

/** A step of IOS's state machine, followed by a blank line. `subject` is empty, or `Node n, ` in phase 2. */
export function transition(
  sa: SaReference,
  input: string,
  oldState: string,
  newState: string,
  subject = "",
): DebugMessage {
  return isakmp(sa, `${subject}Input = ${input}`, `Old State = ${oldState}  New State = ${newState}`, "");
}

/** A message id as IOS prints it: a signed number. */
export function signed(value: number): number {
  return value | 0;
}

/** The lines of a message, the first with its timestamp. */
export function stamped(message: DebugMessage, timestamp: string): string[] {
  const [first = "", ...more] = message.lines;
  return [timestamp + first, ...more];
}
