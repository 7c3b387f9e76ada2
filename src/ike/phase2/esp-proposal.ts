/**
 * Proposals of quick mode on the wire (RFC 2407 §4.4.3, §4.4.4, §4.5): offering our transform sets, choosing among the
 * peer's, and checking an answer against what was offered. A set is ESP, AH, or both under one proposal number.
 */
import { BugError } from "../../base/errors.ts";
import { u32Octets } from "../../base/octets.ts";
import { describeEspSuite, type EspSuite, type HashName, isAh } from "../../crypto/names.ts";
import { type EncapsulationMode, suitesOf, type TransformSet } from "../../crypto/transform-set.ts";
import { type Attribute, basicAttribute, variableAttribute } from "../../isakmp/attribute.ts";
import { DOI, PROTOCOL_ID, SITUATION } from "../../isakmp/numbers/domain.ts";
import { ENCAPSULATION_MODE } from "../../isakmp/numbers/phase2-attribute.ts";
import { nameOf } from "../../isakmp/numbers/registry.ts";
import type { Proposal } from "../../isakmp/payloads/proposal.ts";
import type { SecurityAssociation } from "../../isakmp/payloads/security-association.ts";
import type { Mismatch } from "../events.ts";
import type { ModeNumbers } from "../phase1/nat-traversal.ts";
import type { Connection } from "../policy.ts";
import { type InboundSpis, outsideIn } from "../spi-table.ts";
import { AH_IDS, type AhOffer } from "./ah-offer.ts";
import { chosenAh, compareAhOf, passesAh, protocolsOf } from "./ah-proposal.ts";
import { acceptedModes, type ModeTerms, modeOf, offeredMode } from "./encapsulation.ts";
import { ENCRYPTION, type EspOffer } from "./esp-offer.ts";
import { protocolName, readOffers } from "./proposal-groups.ts";
import { CLASS, INTEGRITY, LIFE } from "./transform-attributes.ts";

const BASIC_MAXIMUM = 0xffff;
/** What holds where an offer names no time (RFC 2407 §4.5). */
const ASSUMED_SECONDS = 28800;

/** The transform sets that can be offered, in order of preference. */
export function offeredSets({ transformSets }: Connection, { numbers }: ModeTerms): readonly TransformSet[] {
  return transformSets.filter((set) => set.ah === undefined || passesAh(numbers));
}

/**
 * One proposal for each transform set, in order of preference, or two under one number, AH first as IOS lists them. AH around
 * ESP has an SPI of its own; all others share one, as only one of them will be chosen.
 */
export function offerTransformSets(
  connection: Connection,
  spis: InboundSpis,
  firstNumber: number,
  offerKilobytes: boolean,
  terms: ModeTerms,
): SecurityAssociation {
  return {
    kind: "SA",
    doi: DOI.IPSEC,
    situation: SITUATION.SIT_IDENTITY_ONLY,
    proposals: offeredSets(connection, terms).flatMap((set, i) => {
      const common = commonAttributes(set, connection, offerKilobytes, terms);
      const group =
        connection.pfsGroup === undefined ? [] : [basicAttribute(CLASS.group, connection.pfsGroup)];
      const propose = (
        spi: Uint8Array,
        protocolId: number,
        id: number,
        own: readonly Attribute[],
      ): Proposal => ({
        number: firstNumber + i,
        protocolId,
        spi,
        transforms: [{ number: firstNumber, id, attributes: [...common, ...own, ...group] }],
      });
      const suites = suitesOf(set);
      return suites.map((suite, depth) => {
        const spi = spiAt(spis, depth - suites.length);
        return isAh(suite)
          ? propose(spi, PROTOCOL_ID.PROTO_IPSEC_AH, AH_IDS[suite.ah], integrityAttributes(suite.ah))
          : propose(spi, PROTOCOL_ID.PROTO_IPSEC_ESP, encryptionOf(suite).id, espAttributes(suite));
      });
    }),
  };
}

/** Counted from the inside: -1 is that of ESP or of AH alone, -2 that of AH around ESP. */
function spiAt(spis: InboundSpis, place: number): Uint8Array {
  const spi = outsideIn(spis).at(place);
  if (spi === undefined) throw new BugError("a bundle without an SPI for AH");
  return u32Octets(spi);
}

function encryptionOf(suite: EspSuite) {
  return ENCRYPTION.find((row) => row.name === suite.encryption) ?? { name: "null" as const, id: 11 };
}

/** In the order in which IOS lists them. */
function commonAttributes(
  set: TransformSet,
  connection: Connection,
  offerKilobytes: boolean,
  terms: ModeTerms,
): Attribute[] {
  return [
    basicAttribute(CLASS.encapsulationMode, terms.numbers[offeredMode(set, terms)]),
    ...life(LIFE.seconds, connection.lifetimeSeconds),
    ...(offerKilobytes ? life(LIFE.kilobytes, connection.lifetimeKilobytes) : []),
  ];
}

function espAttributes(esp: EspSuite): Attribute[] {
  const { keyBits } = { keyBits: undefined, ...encryptionOf(esp) };
  return [
    ...integrityAttributes(esp.integrity),
    ...(keyBits === undefined ? [] : [basicAttribute(CLASS.keyLength, keyBits)]),
  ];
}

function integrityAttributes(hash: HashName | undefined): Attribute[] {
  const row = INTEGRITY.find(({ name }) => name === hash);
  return row === undefined ? [] : [basicAttribute(CLASS.authentication, row.value)];
}

function life(type: number, amount: number): Attribute[] {
  const duration =
    amount <= BASIC_MAXIMUM
      ? basicAttribute(CLASS.lifeDuration, amount)
      : variableAttribute(CLASS.lifeDuration, amount);
  return [basicAttribute(CLASS.lifeType, type), duration];
}

/** The limits of `shortened` as attributes. */
export function lifetimeAttributes(shortened: {
  readonly seconds?: number;
  readonly kilobytes?: number;
}): Attribute[] {
  return [
    ...(shortened.seconds === undefined ? [] : life(LIFE.seconds, shortened.seconds)),
    ...(shortened.kilobytes === undefined ? [] : fourOctetLife(LIFE.kilobytes, shortened.kilobytes)),
  ];
}

/** IOS sends kilobytes in four octets whatever they are. */
function fourOctetLife(type: number, amount: number): Attribute[] {
  return [basicAttribute(CLASS.lifeType, type), variableAttribute(CLASS.lifeDuration, amount)];
}

/** What keeps an offer from matching one of our transform sets in one of these modes; empty when it matches. */
export function compareTransform(
  set: TransformSet,
  connection: Connection,
  offer: EspOffer,
  numbers: ModeNumbers,
  modes: readonly EncapsulationMode[],
): Mismatch[] {
  const found: Mismatch[] = [];
  const differ = (
    attribute: Mismatch["attribute"],
    offered: string,
    accepted: string,
    origin = set.origin,
  ): void => {
    found.push({ attribute, offered, accepted, origin });
  };
  if (protocolsOf(offer) !== protocolsOf(set)) {
    differ("protocol", protocolsOf(offer) ?? protocolName(offer.proposal), protocolsOf(set) ?? "none");
    return found;
  }
  found.push(...compareAhOf(set, offer, numbers));
  if (set.esp !== undefined) found.push(...compareEsp(set, set.esp, offer));
  if (!modes.some((mode) => numbers[mode] === offer.mode))
    differ(
      "mode",
      offer.texts.mode,
      modes.map((mode) => nameOf(ENCAPSULATION_MODE, numbers[mode])).join(" or "),
    );
  // Without `set pfs` any group is taken; with it the peer must ask for this one (IOS, `set pfs`).
  if (connection.pfsGroup !== undefined && offer.group !== connection.pfsGroup)
    differ("pfs", offer.texts.pfs, `group ${connection.pfsGroup}`, connection.source.pfsGroup?.origin);
  for (const what of offer.unsupported) differ("transform", what, "none");
  return found;
}

function compareEsp(
  { origin }: TransformSet,
  esp: EspSuite,
  { encryption, integrity, texts }: EspOffer,
): Mismatch[] {
  const wanted = describeEspSuite({ encryption: esp.encryption, integrity: undefined });
  const hash = esp.integrity ?? "none";
  return [
    ...(encryption === esp.encryption
      ? []
      : [{ attribute: "encryption", offered: texts.encryption, accepted: wanted, origin } as const]),
    ...(integrity === hash
      ? []
      : [{ attribute: "integrity", offered: texts.integrity, accepted: hash, origin } as const]),
  ];
}

export interface TransformCheck {
  readonly offer: EspOffer;
  readonly set: TransformSet | undefined;
  /** Against the set that comes closest. */
  readonly mismatches: readonly Mismatch[];
}

export interface TransformChoice {
  readonly offer: EspOffer;
  readonly set: TransformSet;
  /** The transform of AH around ESP, where the set has both. */
  readonly ah: AhOffer | undefined;
  readonly mode: EncapsulationMode;
  readonly lifetimeSeconds: number;
  readonly lifetimeKilobytes: number;
  /** The limits of ours that are lower than what was offered. */
  readonly shortened: { readonly seconds?: number; readonly kilobytes?: number };
}

/** The peer's proposals in its order; the first that one of our transform sets matches is taken, as IOS does. */
export function chooseTransform(
  connection: Connection,
  payload: SecurityAssociation,
  terms: ModeTerms,
): { readonly choice: TransformChoice | undefined; readonly checks: readonly TransformCheck[] } {
  const checks: TransformCheck[] = [];
  for (const offer of readOffers(payload)) {
    const check = closestSet(connection, offer, terms.numbers, (set) => acceptedModes(set, terms));
    checks.push(check);
    const mode = modeOf(offer.mode, terms.numbers);
    if (check.set !== undefined && mode !== undefined && check.mismatches.length === 0)
      return { choice: choiceOf(connection, offer, check.set, mode), checks };
  }
  return { choice: undefined, checks };
}

function closestSet(
  connection: Connection,
  offer: EspOffer,
  numbers: ModeNumbers,
  modesFor: (set: TransformSet) => readonly EncapsulationMode[],
): TransformCheck {
  let best: TransformCheck = { offer, set: undefined, mismatches: [] };
  for (const set of connection.transformSets) {
    const mismatches = compareTransform(set, connection, offer, numbers, modesFor(set));
    if (best.set === undefined || mismatches.length < best.mismatches.length)
      best = { offer, set, mismatches };
    if (mismatches.length === 0) break;
  }
  return best;
}

function choiceOf(
  connection: Connection,
  offer: EspOffer,
  set: TransformSet,
  mode: EncapsulationMode,
): TransformChoice {
  const ah = set.esp === undefined ? undefined : chosenAh(set, offer);
  // What AH and ESP carry together ends with the first of them.
  const all = ah === undefined ? [offer] : [ah, offer];
  const offeredSeconds = Math.min(...all.map(({ lifetimes }) => lifetimes.seconds ?? ASSUMED_SECONDS));
  const offeredKilobytes = Math.min(
    ...all.map(({ lifetimes }) => lifetimes.kilobytes ?? Number.POSITIVE_INFINITY),
  );
  const seconds = Math.min(offeredSeconds, connection.lifetimeSeconds);
  const kilobytes = Math.min(offeredKilobytes, connection.lifetimeKilobytes);
  return {
    offer,
    set,
    ah,
    mode,
    lifetimeSeconds: seconds,
    lifetimeKilobytes: kilobytes,
    shortened: {
      ...(seconds < offeredSeconds ? { seconds } : {}),
      ...(kilobytes < offeredKilobytes ? { kilobytes } : {}),
    },
  };
}

/** The answer: the chosen transforms as they came, with our SPIs. */
export function answerTransform(
  payload: SecurityAssociation,
  choice: TransformChoice,
  spis: InboundSpis,
): SecurityAssociation {
  const chosen = choice.ah === undefined ? [choice.offer] : [choice.ah, choice.offer];
  return {
    ...payload,
    proposals: chosen.map(({ proposal, transform }, depth) => ({
      number: Math.max(1, proposal.number),
      protocolId: proposal.protocolId,
      spi: spiAt(spis, depth - chosen.length),
      transforms: [{ ...transform, number: Math.max(1, transform.number) }],
    })),
  };
}

/**
 * The transform set that an answer chose, or what is wrong with it. Everything must come back as offered but the
 * lifetimes, which a responder may lower (IOS does either that or RESPONDER-LIFETIME).
 */
export function checkAnsweredTransform(
  connection: Connection,
  payload: SecurityAssociation,
  terms: ModeTerms,
): TransformChoice | { readonly mismatches: readonly Mismatch[]; readonly offer: EspOffer | undefined } {
  const [offer, ...others] = readOffers(payload);
  if (
    offer === undefined ||
    others.length > 0 ||
    payload.proposals.some((one) => one.transforms.length !== 1)
  )
    return {
      mismatches: [
        { attribute: "transform", offered: "several transforms", accepted: "exactly one", origin: undefined },
      ],
      offer: undefined,
    };
  const check = closestSet(connection, offer, terms.numbers, (set) => [offeredMode(set, terms)]);
  const mismatches = [...check.mismatches];
  if (!offer.namesMode || offer.ah.some(({ namesMode }) => !namesMode))
    mismatches.push({ attribute: "mode", offered: "none", accepted: "what was offered", origin: undefined });
  // We have named one, and an answer leaves nothing out (RFC 2409 §5: attributes are not modified).
  if (offer.lifetimes.seconds === undefined)
    mismatches.push({
      attribute: "lifetime",
      offered: "none",
      accepted: "what was offered",
      origin: undefined,
    });
  if (connection.pfsGroup === undefined && offer.group !== undefined)
    mismatches.push({
      attribute: "pfs",
      offered: offer.texts.pfs,
      accepted: "no PFS",
      origin: connection.source.origin,
    });
  const mode = modeOf(offer.mode, terms.numbers);
  if (check.set === undefined || mode === undefined || mismatches.length > 0) return { mismatches, offer };
  return choiceOf(connection, offer, check.set, mode);
}
