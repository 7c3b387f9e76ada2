/**
 * A failed negotiation taken apart for who must mend it: the sentence, what was offered and what is accepted with the line
 * of ours that says so, and what to enter if the peer is right.
 */
import type { Mismatch } from "../ike/events.ts";
import type { EventOf } from "./entry.ts";
import { describeMismatch, explanation } from "./explanation.ts";
import { transformSetLine } from "./transform-set-remedy.ts";

export interface Diagnosis {
  readonly sentence: string;
  readonly differences: readonly Difference[];
}

export interface Difference {
  /** `encryption: offered des, accepted 3des (a.cfg:4 "encr 3des")`. */
  readonly text: string;
  /** The command that makes ours as the peer's is, where one does; it belongs below the line of the difference. */
  readonly remedy: string | undefined;
}

export function diagnose(failed: EventOf<"negotiation-failed">): Diagnosis {
  return {
    sentence: explanation(failed) ?? "",
    differences: failed.mismatches.map((mismatch) => ({
      text: describeMismatch(mismatch),
      remedy: remedyOf(mismatch, failed),
    })),
  };
}

function remedyOf(
  { attribute, offered }: Mismatch,
  { exchange, peer, mismatches }: EventOf<"negotiation-failed">,
): string | undefined {
  const isPhase1 = exchange !== "quick";
  switch (attribute) {
    case "encryption":
      if (!isPhase1) return transformSetLine(mismatches);
      return CIPHER.test(offered) ? `encr ${cipherWords(offered)}` : undefined;
    case "hash":
      return HASH.test(offered) ? `hash ${offered === "sha1" ? "sha" : offered}` : undefined;
    case "authentication":
      return METHOD.test(offered) ? `authentication ${offered}` : undefined;
    case "group":
      return GROUP.test(offered) ? offered : undefined;
    case "lifetime":
      return SECONDS.test(offered) ? `lifetime ${Number.parseInt(offered, 10)}` : undefined;
    case "pfs":
      if (GROUP.test(offered)) return `set pfs ${offered.replace(" ", "")}`;
      return offered === "no PFS" ? "no set pfs" : undefined;
    case "mode":
      return MODE.test(offered) ? `mode ${offered.toLowerCase()}` : undefined;
    case "proxy":
      return PROXY.test(offered) ? permitLine(offered) : undefined;
    case "key":
      return PRE_SHARED.test(offered) ? `crypto isakmp key KEY address ${peer}` : undefined;
    case "certificate":
      return offered.startsWith("no revocation list") ? "crl optional" : undefined;
    case "integrity":
      return transformSetLine(mismatches);
    case "protocol":
    case "transform":
      return undefined;
  }
}

// An offer is in the words of the configuration only where we know what was offered.
const CIPHER = /^(des|3des|aes-(128|192|256))$/;
const HASH = /^(md5|sha1|sha256|sha384|sha512)$/;
const METHOD = /^(pre-share|rsa-sig|rsa-encr)$/;
const GROUP = /^group \d{1,2}$/;
const SECONDS = /^\d{2,5} seconds$/;
const MODE = /^(tunnel|transport)$/i;
const PRE_SHARED = /pre-share/;
const PROXY = /^(ip|protocol \d+) [\d.]+ [\d.]+( port \d+)? to [\d.]+ [\d.]+( port \d+)?$/;

/** `aes 256`; a key of 128 bits is the one that IOS does not name. */
function cipherWords(name: string): string {
  return name.replace(/^aes-128$/, "aes").replace("-", " ");
}

/** `permit 17 10.1.1.0 0.0.0.255 eq 53 10.2.2.0 0.0.0.255`. */
function permitLine(selector: string): string {
  return `permit ${selector
    .replace(/^protocol /, "")
    .replace(" to ", " ")
    .replaceAll(" port ", " eq ")}`;
}
