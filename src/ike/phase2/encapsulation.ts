/**
 * Tunnel or transport mode: what is offered and taken for a transform set, and by which numbers (RFC 2407 §4.5, RFC 3947
 * §5.1). A set in transport mode is for traffic between the peers themselves; any other goes in tunnel mode, as on IOS.
 */
import type { EncapsulationMode, TransformSet } from "../../crypto/transform-set.ts";
import { ENCAPSULATION_MODE } from "../../isakmp/numbers/phase2-attribute.ts";
import type { SecurityAssociation } from "../../isakmp/payloads/security-association.ts";
import { host, isBetween, isHost, type TrafficSelector } from "../../net/selector.ts";
import type { ModeNumbers } from "../phase1/nat-traversal.ts";
import { readEspTransform } from "./esp-offer.ts";
import type { QuickModeContext } from "./quick-mode-state.ts";

/** Without a NAT on the way. */
export const PLAIN_MODES: ModeNumbers = {
  tunnel: ENCAPSULATION_MODE.Tunnel,
  transport: ENCAPSULATION_MODE.Transport,
};

/** What the modes of one quick mode follow from. */
export interface ModeTerms {
  readonly numbers: ModeNumbers;
  /** The traffic is that of the peers themselves. */
  readonly isBetweenPeers: boolean;
}

export function modeTerms(context: QuickModeContext, selector: TrafficSelector | undefined): ModeTerms {
  const { local, remote } = context.sa;
  return {
    numbers: modeNumbers(context),
    isBetweenPeers: selector !== undefined && isBetween(selector, local.address, remote.address),
  };
}

/** The mode in which we offer a set, and in which an answer must come. */
export function offeredMode(set: TransformSet, { isBetweenPeers }: ModeTerms): EncapsulationMode {
  return isBetweenPeers ? set.mode : "tunnel";
}

/** The modes in which we take a set that a peer offers, best first: whoever can do without a tunnel can do with one (IOS). */
export function acceptedModes(set: TransformSet, terms: ModeTerms): readonly EncapsulationMode[] {
  return offeredMode(set, terms) === "transport" ? ["transport", "tunnel"] : ["tunnel"];
}

/** Undefined for a number that stands for no mode here: plain where UDP is needed, or the other way round. */
export function modeOf(number: number, { tunnel, transport }: ModeNumbers): EncapsulationMode | undefined {
  if (number === tunnel) return "tunnel";
  return number === transport ? "transport" : undefined;
}

/**
 * What a peer's identities select, as we see it. In transport mode they are the two ends, by the addresses by which the
 * peer knows them; where a NAT has changed these, ours are others.
 */
export function translatedSelector(
  context: QuickModeContext,
  payload: SecurityAssociation,
  selector: TrafficSelector,
): TrafficSelector {
  const { nat, sa } = context;
  const areHosts = isHost(selector.local) && isHost(selector.remote);
  if (nat === undefined || !areHosts || !offersTransport(payload, modeNumbers(context))) return selector;
  const { localBehindNat, remoteBehindNat } = nat.situation;
  return {
    ...selector,
    local: localBehindNat ? host(sa.local.address) : selector.local,
    remote: remoteBehindNat ? host(sa.remote.address) : selector.remote,
  };
}

function modeNumbers({ nat }: QuickModeContext): ModeNumbers {
  return nat?.method.modes ?? PLAIN_MODES;
}

function offersTransport({ proposals }: SecurityAssociation, { transport }: ModeNumbers): boolean {
  return proposals.some((proposal) =>
    proposal.transforms.some((transform) => readEspTransform(proposal, transform).mode === transport),
  );
}
