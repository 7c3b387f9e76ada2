/**
 * AH, alone or in a bundle with ESP (RFC 2408 §4.2): which transform of AH goes with an offer, and what keeps it from being
 * what a transform set of ours says.
 */
import type { TransformSet } from "../../crypto/transform-set.ts";
import { PROTOCOL_ID } from "../../isakmp/numbers/domain.ts";
import { ENCAPSULATION_MODE } from "../../isakmp/numbers/phase2-attribute.ts";
import type { Mismatch } from "../events.ts";
import type { ModeNumbers } from "../phase1/nat-traversal.ts";
import type { AhOffer } from "./ah-offer.ts";
import type { EspOffer } from "./esp-offer.ts";

/** The first AH transform that the set's AH is, on the terms of the ESP transform beside it if there is one. */
export function chosenAh(set: TransformSet, offer: EspOffer): AhOffer | undefined {
  return offer.ah.find((ah) => compareAh(set, offer, ah).length === 0);
}

/** In words; undefined for protocols that no set of ours has. */
export function protocolsOf(wanted: EspOffer | TransformSet): string | undefined {
  const [hasEsp, hasAh] =
    "proposal" in wanted
      ? [wanted.proposal.protocolId === PROTOCOL_ID.PROTO_IPSEC_ESP, wanted.ah.length > 0]
      : [wanted.esp !== undefined, wanted.ah !== undefined];
  if (hasEsp) return hasAh ? "AH and ESP" : "ESP";
  return hasAh ? "AH" : undefined;
}

/** What the AH of an offer of the same protocols differs in from that of a set of ours; empty where it matches. */
export function compareAhOf(set: TransformSet, offer: EspOffer, numbers: ModeNumbers): Mismatch[] {
  const [first] = offer.ah;
  if (first === undefined) return [];
  const offered = protocolsOf(offer) ?? "";
  if (!passesAh(numbers))
    return [{ attribute: "protocol", offered, accepted: "no AH through a NAT", origin: set.origin }];
  return chosenAh(set, offer) === undefined ? compareAh(set, offer, first) : [];
}

function compareAh(set: TransformSet, offer: EspOffer, ah: AhOffer): Mismatch[] {
  const found: Mismatch[] = [];
  const differ = (attribute: Mismatch["attribute"], offered: string, accepted: string): void => {
    found.push({ attribute, offered, accepted, origin: set.origin });
  };
  if (ah.hash !== set.ah) differ("integrity", ah.name, `AH with ${set.ah}`);
  if (ah.mode !== offer.mode) differ("mode", `mode ${ah.mode} for AH`, "one mode for AH and ESP");
  if (ah.group !== offer.group) differ("pfs", `group ${ah.groupNumber} for AH`, "one group for AH and ESP");
  for (const what of ah.unsupported) differ("transform", `AH with ${what}`, "none");
  return found;
}

/** AH covers the addresses, which a NAT changes: it is not for tunnels that need UDP. */
export function passesAh({ tunnel }: ModeNumbers): boolean {
  return tunnel === ENCAPSULATION_MODE.Tunnel;
}
