/** Why a negotiation failed, in a sentence: what differs, and the line of our configuration that is concerned. */
import { describeOrigin, type Origin } from "../base/origin.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import type { Mismatch } from "../ike/events.ts";
import { OBSERVE_LIMITS } from "./limits.ts";
import { printable, withoutSecrets } from "./printable.ts";

/** Undefined for every event but a failed negotiation. One line; secrets of the quoted line are taken out. */
export function explanation(event: GatewayEvent): string | undefined {
  if (event.kind !== "negotiation-failed") return undefined;
  const sentence = withFullStop(event.explanation);
  const origin = event.origin ?? event.mismatches.find((mismatch) => mismatch.origin !== undefined)?.origin;
  // The sentence may name the place itself.
  const place =
    origin === undefined || sentence.includes(`${origin.file}:${origin.line}`)
      ? ""
      : ` See ${quoted(origin)}.`;
  return printable(`${withoutSecrets(sentence)}${place}`, OBSERVE_LIMITS.sentenceCharacters);
}

/** One difference: `encryption: offered des, accepted 3des (a.cfg:4 "encr 3des")`. */
export function describeMismatch({ attribute, offered, accepted, origin }: Mismatch): string {
  const place = origin === undefined ? "" : ` (${quoted(origin)})`;
  return printable(
    `${attribute}: offered ${offered}, accepted ${accepted}${place}`,
    OBSERVE_LIMITS.sentenceCharacters,
  );
}

function quoted(origin: Origin): string {
  return describeOrigin({ ...origin, text: withoutSecrets(origin.text) });
}

function withFullStop(sentence: string): string {
  const trimmed = sentence.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
