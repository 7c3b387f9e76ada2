/** RESPONDER-LIFETIME (RFC 2407 §4.6.3.1): a responder keeps an SA for a shorter time than it was offered, and says so. */
import { MalformedError } from "../../base/errors.ts";
import { u32Octets } from "../../base/octets.ts";
import { Reader } from "../../base/reader.ts";
import { Writer } from "../../base/writer.ts";
import { type Attribute, decodeAttributes, encodeAttributes } from "../../isakmp/attribute.ts";
import { DOI, PROTOCOL_ID } from "../../isakmp/numbers/domain.ts";
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { Notification } from "../../isakmp/payloads/notification.ts";
import { subjectProblem } from "../payload-subject.ts";
import { lifetimeAttributes, type TransformChoice } from "./esp-proposal.ts";
import { type Lifetimes, readLifetimes } from "./transform-attributes.ts";

/** The notification for what was shortened, in the name of our SA of ESP, or of AH alone; none where nothing was. */
export function responderLifetime(
  { offer, shortened }: Pick<TransformChoice, "offer" | "shortened">,
  ownSpi: number,
): Notification[] {
  const attributes = lifetimeAttributes(shortened);
  if (attributes.length === 0) return [];
  return [lifetimeNotification(offer.proposal.protocolId, u32Octets(ownSpi), attributes)];
}

/** The same for either phase: phase 1 names its SA by both cookies. */
export function lifetimeNotification(
  protocolId: number,
  spi: Uint8Array,
  attributes: readonly Attribute[],
): Notification {
  const writer = new Writer();
  encodeAttributes(writer, attributes);
  return {
    kind: "NOTIFY",
    doi: DOI.IPSEC,
    protocolId,
    spi,
    notifyType: NOTIFY_TYPE["RESPONDER-LIFETIME"],
    data: writer.finish(),
  };
}

/** What the notifications of a quick mode answer say of its SAs; one that cannot be read says nothing. */
export function toldLifetimes(notifications: readonly Notification[]): readonly Lifetimes[] {
  return notifications
    .filter(
      (notification) =>
        notification.notifyType === NOTIFY_TYPE["RESPONDER-LIFETIME"] &&
        IPSEC_PROTOCOLS.includes(notification.protocolId) &&
        subjectProblem(notification) === undefined,
    )
    .map((notification) => readLifetimes(attributesIn(notification.data)));
}

/** The seconds that a RESPONDER-LIFETIME about phase 1 tells, whose life classes are 11 and 12 (RFC 2409 App. A). */
export function phase1Lifetime(data: Uint8Array): number | undefined {
  const attributes = attributesIn(data).map((attribute) => ({
    ...attribute,
    type: attribute.type - PHASE1_OFFSET,
  }));
  return readLifetimes(attributes).seconds;
}

/** As notification data for phase 1. */
export function phase1LifetimeAttributes(lifetimeSeconds: number): Attribute[] {
  return lifetimeAttributes({ seconds: lifetimeSeconds }).map((attribute) => ({
    ...attribute,
    type: attribute.type + PHASE1_OFFSET,
  }));
}

/** None where they cannot be read: what comes with an authentic message may still be nonsense. */
function attributesIn(data: Uint8Array): readonly Attribute[] {
  try {
    return decodeAttributes(new Reader(data), ATTRIBUTES_MAX);
  } catch (error) {
    if (error instanceof MalformedError) return [];
    throw error;
  }
}

interface SaLifetimes {
  readonly lifetimeSeconds: number;
  readonly lifetimeKilobytes: number;
}

/** Only lower limits count, and none below a floor. */
export function lowerLifetimes(current: SaLifetimes, told: readonly Lifetimes[]): SaLifetimes {
  let { lifetimeSeconds, lifetimeKilobytes } = current;
  for (const { seconds, kilobytes } of told) {
    lifetimeSeconds = Math.min(lifetimeSeconds, Math.max(FLOOR.seconds, seconds ?? Number.POSITIVE_INFINITY));
    lifetimeKilobytes = Math.min(
      lifetimeKilobytes,
      Math.max(FLOOR.kilobytes, kilobytes ?? Number.POSITIVE_INFINITY),
    );
  }
  return { lifetimeSeconds, lifetimeKilobytes };
}

/** IOS's own minima of `crypto ipsec security-association lifetime`: a peer cannot make us renegotiate without end. */
const FLOOR = { seconds: 120, kilobytes: 2560 } as const;

/** AH and ESP of a bundle live equally long, whichever a notification names. */
const IPSEC_PROTOCOLS: readonly number[] = [PROTOCOL_ID.PROTO_IPSEC_ESP, PROTOCOL_ID.PROTO_IPSEC_AH];
const ATTRIBUTES_MAX = 8;
/** Phase 1 numbers life type and duration 11 and 12, phase 2 numbers them 1 and 2. */
const PHASE1_OFFSET = 10;
