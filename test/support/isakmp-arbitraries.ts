/** Generators of every ISAKMP payload that our decoder accepts, for laws over all of them. */
import fc from "fast-check";
import { utf8 } from "../../src/base/octets.ts";
import type { IsakmpHeader } from "../../src/isakmp/header.ts";
import { CERTIFICATE_ENCODING } from "../../src/isakmp/numbers/certificate-encoding.ts";
import { CONFIGURATION_ATTRIBUTE } from "../../src/isakmp/numbers/configuration.ts";
import { ID_TYPE } from "../../src/isakmp/numbers/identification-type.ts";
import { NOTIFY_TYPE } from "../../src/isakmp/numbers/notify-type.ts";
import { PHASE1_ATTRIBUTE } from "../../src/isakmp/numbers/phase1-attribute.ts";
import type { Attribute, Payload, Proposal, Transform } from "../../src/isakmp/payload.ts";

/** Plain objects, as our own decoders make them. */
function record<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true });
}

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });

export function octets(minLength: number, maxLength = minLength): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength });
}

export const attribute: fc.Arbitrary<Attribute> = record({
  type: fc.oneof(
    fc.integer({ min: 0, max: 0x7fff }),
    fc.constantFrom(...Object.values(PHASE1_ATTRIBUTE), ...Object.values(CONFIGURATION_ATTRIBUTE)),
  ),
  encoding: fc.constantFrom("basic" as const, "variable" as const),
  long: octets(0, 20),
  short: octets(2),
}).map(({ type, encoding, long, short }) => ({ type, encoding, value: encoding === "basic" ? short : long }));

const transform: fc.Arbitrary<Transform> = record({
  number: u8,
  id: u8,
  attributes: fc.array(attribute, { maxLength: 8 }),
});

const proposal: fc.Arbitrary<Proposal> = record({
  number: u8,
  protocolId: u8,
  spi: octets(0, 16),
  transforms: fc.array(transform, { minLength: 1, maxLength: 5 }),
});

const label = record({
  level: octets(0, 9),
  categoryBits: fc.integer({ min: 0, max: 50 }),
  filler: octets(7),
}).map(({ level, categoryBits, filler }) => ({
  level,
  categoryBits,
  categories: filler.slice(0, Math.ceil(categoryBits / 8)),
}));

const securityAssociation: fc.Arbitrary<Payload> = record({
  doi: fc.constantFrom(0, 1),
  situation: fc.integer({ min: 0, max: 7 }),
  domain: u32,
  secrecy: label,
  integrity: label,
  proposals: fc.array(proposal, { minLength: 1, maxLength: 4 }),
}).map(({ doi, situation, domain, secrecy, integrity, proposals }) => ({
  kind: "SA" as const,
  doi,
  situation,
  ...((situation & 6) === 0
    ? {}
    : {
        labels: {
          domain,
          secrecy: (situation & 2) === 0 ? undefined : secrecy,
          integrity: (situation & 4) === 0 ? undefined : integrity,
        },
      }),
  proposals,
}));

const name = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !text.includes("\0"));

/** Identity types and data that suits them. */
const identity: fc.Arbitrary<{ readonly idType: number; readonly data: Uint8Array }> = fc.oneof(
  identityOf(ID_TYPE.ID_IPV4_ADDR, octets(4)),
  identityOf(ID_TYPE.ID_FQDN, name.map(utf8)),
  identityOf(ID_TYPE.ID_USER_FQDN, name.map(utf8)),
  identityOf(ID_TYPE.ID_IPV4_ADDR_SUBNET, octets(8)),
  identityOf(ID_TYPE.ID_IPV6_ADDR, octets(16)),
  identityOf(ID_TYPE.ID_IPV6_ADDR_SUBNET, octets(32)),
  identityOf(ID_TYPE.ID_IPV4_ADDR_RANGE, octets(8)),
  identityOf(ID_TYPE.ID_IPV6_ADDR_RANGE, octets(32)),
  identityOf(
    ID_TYPE.ID_DER_ASN1_DN,
    octets(0, 100).map((content) => Uint8Array.of(0x30, content.length, ...content)),
  ),
  identityOf(ID_TYPE.ID_DER_ASN1_GN, octets(0, 30)),
  identityOf(ID_TYPE.ID_KEY_ID, octets(0, 30)),
  record({ idType: fc.integer({ min: 12, max: 255 }), data: octets(0, 30) }),
);

function identityOf(
  idType: number,
  data: fc.Arbitrary<Uint8Array>,
): fc.Arbitrary<{ readonly idType: number; readonly data: Uint8Array }> {
  return data.map((value) => ({ idType, data: value }));
}

const certificateEncoding = fc.oneof(u8, fc.constantFrom(...Object.values(CERTIFICATE_ENCODING)));

const deletion: fc.Arbitrary<Payload> = record({
  doi: u32,
  protocolId: u8,
  spiSize: fc.constantFrom(0, 2, 4, 16),
}).chain(({ doi, protocolId, spiSize }) =>
  fc
    .array(octets(spiSize), { maxLength: spiSize === 0 ? 0 : 6 })
    .map((spis) => ({ kind: "DELETE" as const, doi, protocolId, spiSize, spis })),
);

const natOriginalAddress: fc.Arbitrary<Payload> = fc
  .tuple(fc.constantFrom(16 as const, 21 as const, 131 as const), fc.boolean(), octets(4), octets(16))
  .map(([payloadType, isV6, four, sixteen]) => ({
    kind: "NAT-OA" as const,
    payloadType,
    idType: isV6 ? ID_TYPE.ID_IPV6_ADDR : ID_TYPE.ID_IPV4_ADDR,
    address: isV6 ? sixteen : four,
  }));

const kind = <K extends Payload["kind"]>(value: K): fc.Arbitrary<K> => fc.constant(value);

const KNOWN_TYPES = new Set([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 21, 130, 131, 132,
]);

/** One generator for each kind of payload. */
export const PAYLOADS: { readonly [K in Payload["kind"]]: fc.Arbitrary<Payload> } = {
  SA: securityAssociation,
  KE: record({ kind: kind("KE"), publicValue: octets(0, 128) }),
  ID: record({ identity, protocolId: u8, port: u16 }).map(({ identity, protocolId, port }) => ({
    kind: "ID" as const,
    ...identity,
    protocolId,
    port,
  })),
  CERT: record({ kind: kind("CERT"), encoding: certificateEncoding, data: octets(0, 200) }),
  CERTREQ: record({
    kind: kind("CERTREQ"),
    certificateType: certificateEncoding,
    authority: octets(0, 60),
  }),
  HASH: record({ kind: kind("HASH"), data: octets(0, 64) }),
  SIG: record({ kind: kind("SIG"), data: octets(0, 256) }),
  NONCE: record({ kind: kind("NONCE"), data: octets(0, 256) }),
  NOTIFY: record({
    kind: kind("NOTIFY"),
    doi: u32,
    protocolId: u8,
    spi: octets(0, 16),
    notifyType: fc.oneof(u16, fc.constantFrom(...Object.values(NOTIFY_TYPE))),
    data: octets(0, 40),
  }),
  DELETE: deletion,
  VID: record({ kind: kind("VID"), vendorId: octets(0, 40) }),
  ATTRIBUTES: record({
    kind: kind("ATTRIBUTES"),
    configType: u8,
    identifier: u16,
    attributes: fc.array(attribute, { maxLength: 8 }),
  }),
  "NAT-D": record({
    kind: kind("NAT-D"),
    payloadType: fc.constantFrom(15 as const, 20 as const, 130 as const),
    hash: octets(0, 64),
  }),
  "NAT-OA": natOriginalAddress,
  FRAGMENT: record({
    kind: kind("FRAGMENT"),
    fragmentId: u16,
    number: fc.integer({ min: 1, max: 255 }),
    isLast: fc.boolean(),
    data: octets(1, 200),
  }),
  unknown: record({
    kind: kind("unknown"),
    payloadType: u8.filter((type) => !KNOWN_TYPES.has(type)),
    body: octets(0, 60),
  }),
};

export const payload: fc.Arbitrary<Payload> = fc.oneof(...Object.values(PAYLOADS));

export const payloads: fc.Arbitrary<readonly Payload[]> = fc.array(payload, { maxLength: 8 });

/** Header of a clear version 1.0 message, without what its payloads decide. */
export const clearHeader: fc.Arbitrary<Omit<IsakmpHeader, "length" | "nextPayload">> = record({
  initiatorCookie: octets(8),
  responderCookie: octets(8),
  majorVersion: fc.constant(1),
  minorVersion: fc.constant(0),
  exchangeType: u8,
  flags: fc.constantFrom(0, 2, 4, 6),
  messageId: u32,
});
