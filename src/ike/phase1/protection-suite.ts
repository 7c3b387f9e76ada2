/**
 * The protection suites of phase 1 on the wire (RFC 2409 §5 and Appendix A): offering ours, choosing among the peer's by
 * IOS's rule, and checking that an answer is one of our offers.
 */
import type { CipherName, GroupId, HashName } from "../../crypto/names.ts";
import { GROUP_IDS } from "../../crypto/names.ts";
import {
  type Attribute,
  attributeNumber,
  basicAttribute,
  variableAttribute,
} from "../../isakmp/attribute.ts";
import { DOI, PROTOCOL_ID, SITUATION } from "../../isakmp/numbers/domain.ts";
import type { SecurityAssociation } from "../../isakmp/payloads/security-association.ts";
import type { Transform } from "../../isakmp/payloads/transform.ts";
import type { Mismatch, OfferedAttribute } from "../events.ts";
import type { AuthenticationMethod, ProtectionSuite } from "../policy.ts";
import { authenticationText, encryptionText, hashText } from "./suite-texts.ts";

/** Nobody offers more; whoever does, does it to cost us time. */
const TRANSFORMS_CONSIDERED = 64;
/** RFC 2409 Appendix A, attribute classes. */
const CLASS = {
  encryption: 1,
  hash: 2,
  authentication: 3,
  group: 4,
  lifeType: 11,
  lifeDuration: 12,
  keyLength: 14,
} as const;
const LIFE_SECONDS = 1;
const KEY_IKE = 1;
const BASIC_MAXIMUM = 0xffff;

const ENCRYPTION: { readonly [N in CipherName]: { readonly value: number; readonly keyBits?: number } } = {
  des: { value: 1 },
  "3des": { value: 5 },
  "aes-128": { value: 7, keyBits: 128 },
  "aes-192": { value: 7, keyBits: 192 },
  "aes-256": { value: 7, keyBits: 256 },
};
const HASH: { readonly [N in HashName]: number } = { md5: 1, sha1: 2, sha256: 4, sha384: 5, sha512: 6 };
const AUTHENTICATION: { readonly [N in AuthenticationMethod]: number } = {
  "pre-share": 1,
  "rsa-sig": 3,
  "rsa-encr": 4,
};

/** One SA payload with one proposal and a transform for each suite, in order of preference (RFC 2409 §5). */
export function offerSuites(suites: readonly ProtectionSuite[], firstNumber: number): SecurityAssociation {
  return {
    kind: "SA",
    doi: DOI.IPSEC,
    situation: SITUATION.SIT_IDENTITY_ONLY,
    proposals: [
      {
        number: firstNumber,
        protocolId: PROTOCOL_ID.PROTO_ISAKMP,
        spi: new Uint8Array(0),
        transforms: suites.map((suite, i) => ({
          number: firstNumber + i,
          id: KEY_IKE,
          attributes: attributesOf(suite),
        })),
      },
    ],
  };
}

/** In the order in which IOS lists them. */
function attributesOf(suite: ProtectionSuite): Attribute[] {
  const { value, keyBits } = ENCRYPTION[suite.encryption];
  return [
    basicAttribute(CLASS.encryption, value),
    ...(keyBits === undefined ? [] : [basicAttribute(CLASS.keyLength, keyBits)]),
    basicAttribute(CLASS.hash, HASH[suite.hash]),
    basicAttribute(CLASS.group, suite.group),
    basicAttribute(CLASS.authentication, AUTHENTICATION[suite.authentication]),
    basicAttribute(CLASS.lifeType, LIFE_SECONDS),
    lifeDuration(suite.lifetimeSeconds),
  ];
}

/** Basic where 16 bits suffice, else four octets, as IOS sends it. */
export function lifeDuration(seconds: number): Attribute {
  return seconds <= BASIC_MAXIMUM
    ? basicAttribute(CLASS.lifeDuration, seconds)
    : variableAttribute(CLASS.lifeDuration, seconds);
}

/** One transform as read, each attribute in our words or as what came. */
export interface SuiteOffer {
  readonly transform: Transform;
  readonly encryption: CipherName | undefined;
  readonly hash: HashName | undefined;
  readonly authentication: AuthenticationMethod | undefined;
  readonly group: GroupId | undefined;
  /** Undefined where the peer names none. */
  readonly lifetimeSeconds: number | undefined;
  /** What came, for whoever must be told about it. */
  readonly texts: {
    readonly encryption: string;
    readonly hash: string;
    readonly authentication: string;
    readonly group: string;
  };
  /** Attributes of classes or values that no suite of ours has. */
  readonly unsupported: readonly string[];
}

export function readSuite(transform: Transform): SuiteOffer {
  const values = new Map<number, number>();
  const unsupported: string[] = [];
  if (transform.id !== KEY_IKE) unsupported.push(`transform id ${transform.id}`);
  let lifeType: number | undefined;
  let lifetimeSeconds: number | undefined;
  for (const attribute of transform.attributes) {
    const value = attributeNumber(attribute);
    if (value === undefined)
      unsupported.push(`attribute ${attribute.type} of ${attribute.value.length} octets`);
    else if (attribute.type === CLASS.lifeType) lifeType = value;
    else if (attribute.type === CLASS.lifeDuration) {
      if (lifeType === LIFE_SECONDS) lifetimeSeconds = value;
    } else if (values.has(attribute.type) && values.get(attribute.type) !== value)
      unsupported.push(`two values of attribute ${attribute.type}`);
    else values.set(attribute.type, value);
  }
  const known: readonly number[] = Object.values(CLASS);
  for (const type of values.keys()) if (!known.includes(type)) unsupported.push(`attribute ${type}`);
  const keyBits = values.get(CLASS.keyLength);
  const encryption = nameOfEncryption(values.get(CLASS.encryption), keyBits);
  const hash = nameIn(HASH, values.get(CLASS.hash));
  const authentication = nameIn(AUTHENTICATION, values.get(CLASS.authentication));
  const group = GROUP_IDS.find((id) => id === values.get(CLASS.group));
  return {
    transform,
    encryption,
    hash,
    authentication,
    group,
    lifetimeSeconds,
    texts: {
      encryption: encryption ?? encryptionText(values.get(CLASS.encryption), keyBits),
      hash: hash ?? hashText(values.get(CLASS.hash)),
      authentication: authentication ?? authenticationText(values.get(CLASS.authentication)),
      group: `group ${values.get(CLASS.group) ?? "missing"}`,
    },
    unsupported,
  };
}

function nameOfEncryption(value: number | undefined, keyBits: number | undefined): CipherName | undefined {
  for (const [name, wire] of entries(ENCRYPTION))
    if (wire.value === value && wire.keyBits === keyBits) return name;
  return undefined;
}

function nameIn<N extends string>(
  table: { readonly [K in N]: number },
  value: number | undefined,
): N | undefined {
  for (const [name, number] of entries(table)) if (number === value) return name;
  return undefined;
}

function entries<N extends string, V>(table: { readonly [K in N]: V }): [N, V][] {
  return Object.entries(table) as [N, V][]; // the tables here are literals without other keys
}

/**
 * What keeps an offer from matching a suite of ours; empty when it matches. The rule is IOS's: encryption, hash,
 * authentication and group are equal, and our lifetime is not longer than the one offered.
 */
export function compareSuite(
  suite: ProtectionSuite,
  offer: SuiteOffer,
  keyMissing: string | undefined,
): Mismatch[] {
  const found: Mismatch[] = [];
  const differ = (attribute: Mismatch["attribute"], offered: string, accepted: string): void => {
    found.push({ attribute, offered, accepted, origin: suite.origin });
  };
  if (offer.encryption !== suite.encryption) differ("encryption", offer.texts.encryption, suite.encryption);
  if (offer.hash !== suite.hash) differ("hash", offer.texts.hash, suite.hash);
  if (offer.authentication !== suite.authentication)
    differ("authentication", offer.texts.authentication, suite.authentication);
  if (offer.group !== suite.group) differ("group", offer.texts.group, `group ${suite.group}`);
  if (offer.lifetimeSeconds !== undefined && offer.lifetimeSeconds < suite.lifetimeSeconds)
    differ("lifetime", `${offer.lifetimeSeconds} seconds`, `at least ${suite.lifetimeSeconds} seconds`);
  for (const what of offer.unsupported) differ("transform", what, "none");
  if (found.length === 0 && keyMissing !== undefined) differ("key", suite.authentication, keyMissing);
  return found;
}

export interface SuiteChoice {
  readonly suite: ProtectionSuite;
  readonly transform: Transform;
  /** What both ends will use. */
  readonly lifetimeSeconds: number;
  /** The peer offered a longer life or none: it is told ours by RESPONDER-LIFETIME. */
  readonly lifetimeShortened: boolean;
}

export interface SuiteCheck {
  readonly transformNumber: number;
  readonly priority: number;
  readonly attributes: readonly OfferedAttribute[];
  readonly mismatches: readonly Mismatch[];
  readonly nextPayload: number;
}

/**
 * Holds our suites, most preferred first, against every offered transform in turn (IOS's order), until one matches.
 * `keyMissing` says for a suite what companion configuration it lacks with this peer.
 */
export function chooseSuite(
  suites: readonly ProtectionSuite[],
  payload: SecurityAssociation,
  keyMissing: (suite: ProtectionSuite) => string | undefined,
): { readonly choice: SuiteChoice | undefined; readonly checks: readonly SuiteCheck[] } {
  const checks: SuiteCheck[] = [];
  const offers = payload.proposals
    .filter((proposal) => proposal.protocolId === PROTOCOL_ID.PROTO_ISAKMP)
    .flatMap((proposal) => proposal.transforms)
    .slice(0, TRANSFORMS_CONSIDERED)
    .map(readSuite);
  for (const suite of suites)
    for (const [index, offer] of offers.entries()) {
      const mismatches = compareSuite(suite, offer, keyMissing(suite));
      checks.push(checkOf(suite, offer, mismatches, index === offers.length - 1));
      if (mismatches.length > 0) continue;
      const choice = {
        suite,
        transform: offer.transform,
        lifetimeSeconds: suite.lifetimeSeconds,
        lifetimeShortened:
          offer.lifetimeSeconds === undefined || offer.lifetimeSeconds > suite.lifetimeSeconds,
      };
      return { choice, checks };
    }
  return { choice: undefined, checks };
}

function checkOf(
  suite: ProtectionSuite,
  offer: SuiteOffer,
  mismatches: readonly Mismatch[],
  isLast: boolean,
): SuiteCheck {
  return {
    transformNumber: offer.transform.number,
    priority: suite.priority,
    attributes: offer.transform.attributes,
    mismatches,
    nextPayload: isLast ? 0 : 3,
  };
}

/** The answer to an offer: the chosen transform alone, as it came, numbered 1 as IOS does. */
export function answerSuite(payload: SecurityAssociation, choice: SuiteChoice): SecurityAssociation {
  const proposal = payload.proposals.find((candidate) => candidate.transforms.includes(choice.transform));
  return {
    ...payload,
    proposals: [
      {
        number: Math.max(1, proposal?.number ?? 1),
        protocolId: PROTOCOL_ID.PROTO_ISAKMP,
        spi: proposal?.spi ?? new Uint8Array(0),
        transforms: [{ ...choice.transform, number: Math.max(1, choice.transform.number) }],
      },
    ],
  };
}

/**
 * The suite of ours that an answer chose, or what is wrong with the answer. Every attribute must come back as offered
 * (RFC 2409 §5: "the responder MUST NOT modify attributes"), the lifetime included.
 */
export function checkAnswer(
  suites: readonly ProtectionSuite[],
  payload: SecurityAssociation,
):
  | { readonly choice: SuiteChoice; readonly check: SuiteCheck }
  | { readonly check: SuiteCheck | undefined; readonly mismatches: readonly Mismatch[] } {
  const [proposal, ...others] = payload.proposals;
  const transforms = proposal?.transforms ?? [];
  const [transform] = transforms;
  if (proposal !== undefined && proposal.protocolId !== PROTOCOL_ID.PROTO_ISAKMP)
    return { check: undefined, mismatches: [wholeAnswer(`protocol ${proposal.protocolId}`, "ISAKMP")] };
  if (transform === undefined || transforms.length !== 1 || others.length > 0)
    return { check: undefined, mismatches: [wholeAnswer(`${transforms.length} transforms`, "exactly one")] };
  const offer = readSuite(transform);
  let closest: SuiteCheck | undefined;
  for (const suite of suites) {
    const mismatches = compareSuite(suite, offer, undefined);
    if (mismatches.length === 0 && offer.lifetimeSeconds !== suite.lifetimeSeconds)
      mismatches.push({
        attribute: "lifetime",
        offered: offer.lifetimeSeconds === undefined ? "none" : `${offer.lifetimeSeconds} seconds`,
        accepted: `${suite.lifetimeSeconds} seconds`,
        origin: suite.origin,
      });
    const check = checkOf(suite, offer, mismatches, true);
    if (mismatches.length === 0)
      return {
        choice: { suite, transform, lifetimeSeconds: suite.lifetimeSeconds, lifetimeShortened: false },
        check,
      };
    if (closest === undefined || mismatches.length < closest.mismatches.length) closest = check;
  }
  return { check: closest, mismatches: closest?.mismatches ?? [] };
}

function wholeAnswer(offered: string, accepted: string): Mismatch {
  return { attribute: "transform", offered, accepted, origin: undefined };
}

/** DOI and situation that we negotiate for (RFC 2407 §4.2); anything else is refused with a reason. */
export function situationProblem(payload: SecurityAssociation): string | undefined {
  if (payload.doi !== DOI.IPSEC) return `DOI ${payload.doi} is not IPsec's`;
  if (payload.situation !== SITUATION.SIT_IDENTITY_ONLY)
    return `situation ${payload.situation} is not SIT_IDENTITY_ONLY`;
  return undefined;
}
