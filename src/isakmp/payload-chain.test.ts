import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { octets, payloads } from "../../test/support/isakmp-arbitraries.ts";
import { MalformedError } from "../base/errors.ts";
import { concat, fromHex, hex, u16Octets } from "../base/octets.ts";
import type { ReadField } from "../base/reader.ts";
import { PAYLOADS_MAX, PROPOSALS_MAX, SPIS_MAX, TRANSFORM_ATTRIBUTES_MAX, TRANSFORMS_MAX } from "./limits.ts";
import { basicAttribute, type Payload, type Proposal, payloadTypeOf, type Transform } from "./payload.ts";
import { decodePayloads, encodeBody, encodePayloads } from "./payload-chain.ts";

fc.configureGlobal({ seed: 2409 });

test("a chain decodes to the payloads it was made of, with their places, and what follows it is kept", () => {
  fc.assert(
    fc.property(payloads, octets(0, 16), (list, padding) => {
      const { firstType, bytes } = encodePayloads(list);
      const chain = decodePayloads(firstType, concat(bytes, padding));
      assert.deepEqual(chain.payloads, list);
      assert.deepEqual(chain.trailing, padding);
      let offset = 0;
      list.forEach((payload, i) => {
        const length = 4 + encodeBody(payload).length;
        assert.deepEqual(chain.extents[i], { type: payloadTypeOf(payload), offset, length });
        offset += length;
      });
      assert.equal(offset, bytes.length);
    }),
  );
});

test("whatever decodes encodes to the octets it came from", () => {
  fc.assert(
    fc.property(mutated, ({ firstType, bytes }) => {
      const chain = decoded(firstType, bytes);
      if (chain === undefined) return;
      const again = encodePayloads(chain.payloads);
      assert.equal(again.firstType, firstType);
      assert.equal(hex(concat(again.bytes, chain.trailing)), hex(bytes));
    }),
    { numRuns: 2000 },
  );
});

test("every octet of an accepted chain is in exactly one recorded field; of a refused one in at most one", () => {
  fc.assert(
    fc.property(mutated, fc.integer({ min: 0, max: 40 }), ({ firstType, bytes }, baseOffset) => {
      const fields: ReadField[] = [];
      const chain = decoded(firstType, bytes, { baseOffset, record: (field) => fields.push(field) });
      let end = baseOffset;
      for (const field of fields) {
        assert.ok(field.offset >= end, `${field.path} was read before`);
        if (chain !== undefined) assert.equal(field.offset, end, `a gap before ${field.path}`);
        end = field.offset + field.length;
        const value = typeof field.value === "number" ? undefined : field.value;
        if (value !== undefined) assert.equal(value.length, field.length);
      }
      if (chain !== undefined) assert.equal(end, baseOffset + bytes.length);
    }),
    { numRuns: 1000 },
  );
});

test("work and memory grow with the length of the input at most: reads and copied octets are counted", () => {
  fc.assert(
    fc.property(fc.oneof(mutated, hostile), ({ firstType, bytes }) => {
      let reads = 0;
      let copied = 0;
      decoded(firstType, bytes, {
        record: ({ value }) => {
          reads += 1;
          if (typeof value !== "number") copied += value.length;
        },
      });
      assert.ok(reads <= bytes.length + 16, `${reads} reads of ${bytes.length} octets`);
      assert.ok(copied <= bytes.length);
    }),
    { numRuns: 1000 },
  );
});

test("random octets make it throw nothing but MalformedError", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), octets(0, 300), (type, bytes) => {
      decoded(type, bytes);
    }),
    { numRuns: 3000 },
  );
});

test("an identity encrypted to an RSA key is kept closed when the caller says so", () => {
  const bytes = fromHex("00000009 04aabbccdd");
  assert.throws(() => decodePayloads(5, bytes), MalformedError);
  assert.deepEqual(decodePayloads(5, bytes, { sealedIdentities: true }).payloads, [
    { kind: "unknown", payloadType: 5, body: fromHex("04aabbccdd") },
  ]);
});

const transform: Transform = { number: 1, id: 1, attributes: [basicAttribute(1, 5)] };
const proposal: Proposal = { number: 1, protocolId: 1, spi: new Uint8Array(0), transforms: [transform] };

function securityAssociation(proposals: readonly Proposal[]): Payload {
  return { kind: "SA", doi: 1, situation: 1, proposals };
}

/** The SA payload of `proposals` with the octets at `offset` replaced. */
function damagedSa(proposals: readonly Proposal[], offset: number, replacement: string): Uint8Array {
  const { bytes } = encodePayloads([securityAssociation(proposals)]);
  bytes.set(fromHex(replacement), offset);
  return bytes;
}

const second: Proposal = { ...proposal, number: 2 };

/** Type of the first payload, its octets, and where and why they are refused. */
const REFUSED: readonly (readonly [string, number, Uint8Array, string])[] = [
  [
    "a payload of length 0",
    4,
    fromHex("00000000"),
    "a length of 0 is shorter than the header itself at KE.length (offset 2)",
  ],
  [
    "a payload of length 3",
    10,
    fromHex("00000003"),
    "a length of 3 is shorter than the header itself at NONCE.length (offset 2)",
  ],
  [
    "a payload that ends past the message",
    4,
    fromHex("00000009 01020304"),
    "a length of 9, but 8 bytes are left at KE.length (offset 2)",
  ],
  [
    "a chain that announces a payload and ends",
    13,
    fromHex("0d000004"),
    "needs 1 byte, 0 left at VID[1].nextPayload (offset 4)",
  ],
  ["half a generic header", 13, fromHex("0000"), "needs 2 bytes, 0 left at VID.length (offset 2)"],
  [
    "a reserved octet that is not zero",
    10,
    fromHex("0001000c 0102030405060708"),
    "1 where zero is due at NONCE.reserved (offset 1)",
  ],
  [
    "a proposal outside an SA payload",
    2,
    fromHex("00000008 01010001"),
    "payload type 2 exists inside an SA payload only at P (offset 0)",
  ],
  [
    "a transform that follows a payload",
    13,
    fromHex("03000004 00000008 01010000"),
    "payload type 3 exists inside an SA payload only at T (offset 0)",
  ],
  [
    "another domain of interpretation",
    1,
    damagedSa([proposal], 4, "00000002"),
    "domain of interpretation 2 is not IPsec's (1) at SA.doi (offset 4)",
  ],
  [
    "an unknown situation",
    1,
    damagedSa([proposal], 8, "00000009"),
    "unknown bits in 0x9 at SA.situation (offset 8)",
  ],
  [
    "an SA payload without proposals",
    1,
    fromHex("0000000c 00000001 00000001"),
    "needs 1 byte, 0 left at SA.proposal[0].nextPayload (offset 12)",
  ],
  [
    "a proposal longer than its SA payload",
    1,
    damagedSa([proposal], 14, "00ff"),
    "a length of 255, but 20 bytes are left at SA.proposal[0].length (offset 14)",
  ],
  [
    "a proposal followed by anything else",
    1,
    damagedSa([proposal], 12, "04"),
    "4 where only 2 or 0 may follow at SA.proposal[0].nextPayload (offset 12)",
  ],
  [
    "a proposal that says it is the last and is not",
    1,
    damagedSa([proposal, second], 12, "00"),
    "20 bytes more than expected at SA (offset 32)",
  ],
  [
    "an SPI longer than its proposal",
    1,
    damagedSa([proposal], 18, "ff"),
    "needs 255 bytes, 12 left at SA.proposal[0].spi (offset 20)",
  ],
  [
    "no transforms",
    1,
    damagedSa([proposal], 19, "00"),
    "no transforms at SA.proposal[0].transformCount (offset 19)",
  ],
  [
    "fewer transforms than announced",
    1,
    damagedSa([proposal], 19, "02"),
    "says 2, but there are 1 at SA.proposal[0].transformCount (offset 19)",
  ],
  [
    "more transforms than announced",
    1,
    damagedSa([{ ...proposal, transforms: [transform, transform] }], 19, "01"),
    "says 1, but transform 1 announces another at SA.proposal[0].transformCount (offset 19)",
  ],
  [
    "a transform longer than its proposal",
    1,
    damagedSa([proposal], 22, "000d"),
    "a length of 13, but 12 bytes are left at SA.proposal[0].transform[0].length (offset 22)",
  ],
  [
    "a transform followed by a proposal",
    1,
    damagedSa([proposal], 20, "02"),
    "2 where only 3 or 0 may follow at SA.proposal[0].transform[0].nextPayload (offset 20)",
  ],
  [
    "a transform whose second reserved field is not zero",
    1,
    damagedSa([proposal], 26, "0100"),
    "256 where zero is due at SA.proposal[0].transform[0].reserved2 (offset 26)",
  ],
  [
    "a variable attribute longer than its transform",
    1,
    damagedSa([proposal], 28, "00010005"),
    "needs 5 bytes, 0 left at SA.proposal[0].transform[0].attribute[0].value (offset 32)",
  ],
  ["an identity of no octets", 5, fromHex("00000004"), "needs 1 byte, 0 left at ID.type (offset 4)"],
  [
    "an IPv4 identity of 3 octets",
    5,
    fromHex("0000000b 01000000 0a0000"),
    "ID_IPV4_ADDR has 4 octets, not 3 at ID.data (offset 8)",
  ],
  [
    "an IPv4 identity of 16 octets",
    5,
    fromHex(`00000018 01000000 ${"00".repeat(16)}`),
    "ID_IPV4_ADDR has 4 octets, not 16 at ID.data (offset 8)",
  ],
  [
    "an IPv6 subnet of 17 octets",
    5,
    fromHex(`00000019 06000000 ${"00".repeat(17)}`),
    "ID_IPV6_ADDR_SUBNET has 32 octets, not 17 at ID.data (offset 8)",
  ],
  [
    "a domain name with NUL",
    5,
    fromHex("0000000c 02000000 61002e62"),
    "ID_FQDN contains NUL at ID.data (offset 8)",
  ],
  ["an empty user name", 5, fromHex("00000008 03000000"), "ID_USER_FQDN is empty at ID.data (offset 8)"],
  [
    "a distinguished name that is cut",
    5,
    fromHex("0000000c 09000000 30033100"),
    "ID_DER_ASN1_DN is not one DER SEQUENCE at ID.data (offset 8)",
  ],
  [
    "a distinguished name of indefinite length",
    5,
    fromHex("0000000c 09000000 30800000"),
    "ID_DER_ASN1_DN is not one DER SEQUENCE at ID.data (offset 8)",
  ],
  [
    "a certificate without encoding",
    6,
    fromHex("00000004"),
    "needs 1 byte, 0 left at CERT.encoding (offset 4)",
  ],
  [
    "a notification whose SPI is longer than the rest",
    11,
    fromHex("0000000c 00000001 03050001"),
    "needs 5 bytes, 0 left at N.spi (offset 12)",
  ],
  [
    "a Delete that counts more SPIs than it has",
    12,
    fromHex("00000010 00000001 0304ffff 01020304"),
    "more than 256 SPIs at D.spiCount (offset 10)",
  ],
  [
    "a Delete whose SPIs do not fill it",
    12,
    fromHex("00000010 00000001 03040002 01020304"),
    "2 SPIs of 4 octets, but 4 bytes are left at D.spiCount (offset 10)",
  ],
  [
    "a Delete with SPIs of no octets",
    12,
    fromHex("0000000c 00000001 03000001"),
    "1 SPIs of no octets at D.spiCount (offset 10)",
  ],
  [
    "an original address of another type",
    21,
    fromHex("0000000c 04000000 0a000001"),
    "identity type 4 is not an address at NAT-OA.type (offset 4)",
  ],
  [
    "an original address with more than it needs",
    21,
    fromHex("0000000d 01000000 0a00000100"),
    "1 bytes more than expected at NAT-OA (offset 12)",
  ],
  [
    "a fragment without number",
    132,
    fromHex("00000009 00010001 aa"),
    "fragments are numbered from 1 at FRAGMENT.number (offset 6)",
  ],
  [
    "a fragment without data",
    132,
    fromHex("00000008 00010101"),
    "carries nothing at FRAGMENT.data (offset 8)",
  ],
  [
    "a fragment with unknown flags",
    132,
    fromHex("00000009 00010103 aa"),
    "unknown bits in 0x3 at FRAGMENT.flags (offset 7)",
  ],
];

for (const [what, type, bytes, message] of REFUSED) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => decodePayloads(type, bytes),
      (error) => error instanceof MalformedError && assert.equal(error.message, message) === undefined,
    );
  });
}

test("counts are limited, exactly", () => {
  const vid: Payload = { kind: "VID", vendorId: new Uint8Array(0) };
  const spi = new Uint8Array(4);
  const attribute = basicAttribute(1, 1);
  const many = (attributes: number): Payload =>
    securityAssociation([
      { ...proposal, transforms: [{ number: 1, id: 1, attributes: Array(attributes).fill(attribute) }] },
    ]);
  const transforms = (counts: readonly number[]): Payload =>
    securityAssociation(counts.map((n) => ({ ...proposal, transforms: Array(n).fill(transform) })));
  const spis = (count: number): Payload => ({
    kind: "DELETE",
    doi: 1,
    protocolId: 3,
    spiSize: 4,
    spis: Array(count).fill(spi),
  });
  accepts(Array(PAYLOADS_MAX).fill(vid));
  refuses(Array(PAYLOADS_MAX + 1).fill(vid));
  accepts([securityAssociation(Array(PROPOSALS_MAX).fill(proposal))]);
  refuses([securityAssociation(Array(PROPOSALS_MAX + 1).fill(proposal))]);
  accepts([transforms([255, 255, TRANSFORMS_MAX - 510])]);
  refuses([transforms([255, 255, TRANSFORMS_MAX - 510, 1])]);
  accepts([many(TRANSFORM_ATTRIBUTES_MAX)]);
  refuses([many(TRANSFORM_ATTRIBUTES_MAX + 1)]);
  accepts([spis(SPIS_MAX)]);
  refuses([spis(SPIS_MAX + 1)]);
});

function accepts(list: readonly Payload[]): void {
  const { firstType, bytes } = encodePayloads(list);
  assert.equal(decodePayloads(firstType, bytes).payloads.length, list.length);
}

function refuses(list: readonly Payload[]): void {
  const { firstType, bytes } = encodePayloads(list);
  assert.throws(() => decodePayloads(firstType, bytes), MalformedError);
}

type Input = { readonly firstType: number; readonly bytes: Uint8Array };

/** Good chains, some with one octet changed, some cut. */
const mutated: fc.Arbitrary<Input> = fc
  .record({
    list: payloads,
    padding: octets(0, 8),
    at: fc.nat(),
    to: fc.integer({ min: 0, max: 255 }),
    keep: fc.nat(),
    how: fc.constantFrom("whole", "changed", "cut"),
  })
  .map(({ list, padding, at, to, keep, how }) => {
    const { firstType, bytes: encoded } = encodePayloads(list);
    const bytes = concat(encoded, padding);
    if (how === "changed" && bytes.length > 0) bytes[at % bytes.length] = to;
    return { firstType, bytes: how === "cut" ? bytes.slice(0, keep % (bytes.length + 1)) : bytes };
  });

/** The most headers that a length can hold: empty payloads, attributes of four octets, transforms without attributes. */
const hostile: fc.Arbitrary<Input> = fc.integer({ min: 1, max: 3000 }).map((n) => {
  const repeated = (piece: string): Uint8Array => fromHex(piece.repeat(n));
  const bodies = [
    repeated("0d000004"),
    repeated("80010001"),
    repeated("00010000"),
    repeated("0300000801010000"),
  ];
  const body = bodies[n % bodies.length] ?? new Uint8Array(0);
  return n % 4 === 0
    ? { firstType: 13, bytes: body }
    : {
        firstType: 14,
        bytes: concat(fromHex("0000"), u16Octets((body.length + 8) & 0xffff), fromHex("01000001"), body),
      };
});

function decoded(
  firstType: number,
  bytes: Uint8Array,
  options: Parameters<typeof decodePayloads>[2] = {},
): ReturnType<typeof decodePayloads> | undefined {
  try {
    return decodePayloads(firstType, bytes, options);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
