/** What every implementation of AH's cryptography must do: the laws of AH, and the octets of the reference. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MisuseError } from "../../src/base/errors.ts";
import { concat, hex } from "../../src/base/octets.ts";
import { HASHES, type HashName } from "../../src/crypto/names.ts";
import { Secret } from "../../src/crypto/secret.ts";
import { openAh, readAhHeader, sealAh } from "../../src/ipsec/ah.ts";
import type { AhTransforms, AhTransformsFactory } from "../../src/ipsec/ah-transforms.ts";
import { nodeAhTransforms } from "../../src/ipsec/node-ah-transforms.ts";
import { ipv4 } from "../../src/net/ip-address.ts";
import { buildIpv4Packet } from "../../src/net/ipv4-packet.ts";
import { PROTOCOL } from "../../src/net/protocols.ts";
import { hashes } from "./esp-transforms-contract.ts";

fc.configureGlobal({ seed: 2409 });

export function describeAhTransforms(implementation: string, factory: AhTransformsFactory): void {
  describe(`AH by ${implementation}`, () => {
    it("opens what it has sealed, and leaves both as they are", () => {
      fc.assert(
        fc.property(sealing(factory), ({ transforms, packet, at, header }) => {
          const before = hex(packet);
          assert.deepEqual(openAh(transforms, packet, at), {
            kind: "opened",
            nextHeader: header.nextHeader,
            payloadAt: at + transforms.headerLength,
          });
          assert.equal(hex(packet), before);
          assert.deepEqual(readAhHeader(packet, at), { ...header, length: transforms.headerLength });
        }),
      );
    });

    it("refuses every packet of which one bit is changed that routers leave as it is", () => {
      fc.assert(
        fc.property(sealing(factory), fc.nat(), ({ transforms, packet, at, mutable, isUnsaid }, place) => {
          const bit = place % (packet.length * 8);
          fc.pre(!isUnsaid(bit));
          const isRefused = openAh(transforms, flipped(packet, bit), at).kind !== "opened";
          assert.equal(isRefused, !mutable(bit), `bit ${bit & 7} of octet ${bit >> 3}`);
        }),
        { numRuns: 2000 },
      );
    });

    it("lets routers change type of service, flags, offset, time to live, checksum, and options that are theirs", () => {
      fc.assert(
        fc.property(
          sealing(factory),
          fc.array(fc.nat(), { maxLength: 40 }),
          ({ transforms, packet, at, mutable }, bits) => {
            let changed = packet;
            for (const place of bits)
              if (mutable(place % (at * 8))) changed = flipped(changed, place % (at * 8));
            assert.equal(openAh(transforms, changed, at).kind, "opened");
          },
        ),
      );
    });

    it("is by the key and for the packet alone: another key opens nothing", () => {
      fc.assert(
        fc.property(sealing(factory), ({ hash, packet, at }) => {
          const other = factory(hash, new Secret(new Uint8Array(HASHES[hash].length).fill(0xee)));
          assert.deepEqual(openAh(other, packet, at), { kind: "bad icv" });
        }),
      );
    });

    it("never throws and never reads past the end, whatever comes", () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...hashes()),
          fc.uint8Array({ minLength: 20, maxLength: 120 }),
          (hash, rubbish) => {
            const at = Math.min(60, rubbish.length);
            assert.notEqual(openAh(ahTransformsOf(factory, hash), rubbish, at).kind, "opened");
          },
        ),
      );
    });

    it("seals to the octets of the reference", () => {
      fc.assert(
        fc.property(sealing(factory), ({ hash, packet, at, header }) => {
          const again = packet.slice().fill(0x55, at, at + 12 + 12);
          sealAh(ahTransformsOf(nodeAhTransforms, hash), header, again, at);
          assert.equal(hex(again), hex(packet));
        }),
      );
    });

    it("gives its context back, and makes a new one if it must", () => {
      fc.assert(
        fc.property(sealing(factory), ({ transforms, packet, at }) => {
          transforms.release();
          transforms.release();
          assert.equal(openAh(transforms, packet, at).kind, "opened");
          transforms.release();
        }),
      );
    });

    it("wants a key as long as the digest", () => {
      assert.throws(() => factory("sha256", new Secret(new Uint8Array(20))), MisuseError);
    });
  });
}

interface Sealed {
  readonly hash: HashName;
  readonly transforms: AhTransforms;
  readonly packet: Uint8Array;
  /** Octets of the IP header. */
  readonly at: number;
  readonly header: { readonly nextHeader: number; readonly spi: number; readonly sequenceNumber: number };
  /** Routers may change this bit. */
  readonly mutable: (bit: number) => boolean;
  /** Of the type or length of an option that they may change: it is zero, whatever it says, unless it begins another. */
  readonly isUnsaid: (bit: number) => boolean;
}

/** Whole options with their contents, of which routers may change some. */
const OPTIONS: readonly { readonly octets: readonly number[]; readonly isMutable: boolean }[] = [
  { octets: [1], isMutable: false },
  { octets: [148, 4, 0, 0], isMutable: false },
  { octets: [130, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9], isMutable: false },
  { octets: [7, 7, 4, 0, 0, 0, 0], isMutable: true },
  { octets: [68, 12, 5, 1, 9, 9, 9, 9, 0, 0, 0, 0], isMutable: true },
  { octets: [131, 7, 8, 10, 9, 8, 7], isMutable: true },
];

function sealing(factory: AhTransformsFactory): fc.Arbitrary<Sealed> {
  return fc
    .record({
      hash: fc.constantFrom(...hashes()),
      fields: fc.record({
        timeToLive: fc.integer({ min: 1, max: 255 }),
        identification: fc.nat(0xffff),
        typeOfService: fc.nat(255),
        dontFragment: fc.boolean(),
      }),
      chosen: fc.subarray([...OPTIONS]),
      payload: fc.uint8Array({ maxLength: 80 }),
      header: fc.record({
        nextHeader: fc.nat(255),
        spi: fc.integer({ min: 256, max: 0xffffffff }),
        sequenceNumber: fc.integer({ min: 1, max: 0xffffffff }),
      }),
    })
    .map(({ hash, fields, chosen, payload, header }) => {
      const options: number[] = [];
      // By octet of the header: an option's contents, behind its type and length.
      const theirs = new Set<number>([1, 6, 7, 8, 10, 11]);
      const unsaid = new Set<number>();
      for (const { octets, isMutable } of chosen) {
        if (options.length + octets.length > 40) continue;
        // The pointer of a source route says as well which address is the destination.
        const shell = octets[0] === 131 ? 3 : 2;
        for (let i = 0; i < octets.length; i++)
          if (isMutable) (i < shell ? unsaid : theirs).add(20 + options.length + i);
        options.push(...octets);
      }
      while (options.length % 4 !== 0) options.push(0);
      const transforms = ahTransformsOf(factory, hash);
      const packet = withAh(transforms, { ...fields, options: Uint8Array.from(options) }, payload);
      const at = 20 + options.length;
      sealAh(transforms, header, packet, at);
      const mutable = (bit: number) => theirs.has(bit >> 3);
      return { hash, transforms, packet, at, header, mutable, isUnsaid: (bit) => unsaid.has(bit >> 3) };
    });
}

/** A packet with room for AH behind its header. */
export function withAh(
  { headerLength }: AhTransforms,
  fields: { readonly options?: Uint8Array; readonly timeToLive: number; readonly identification: number },
  payload: Uint8Array,
  destination = ipv4("192.0.2.2"),
): Uint8Array {
  const header = { ...fields, source: ipv4("192.0.2.1"), destination, protocol: PROTOCOL.AH };
  return buildIpv4Packet(header, concat(new Uint8Array(headerLength), payload));
}

export function ahTransformsOf(factory: AhTransformsFactory, hash: HashName): AhTransforms {
  return factory(hash, new Secret(new Uint8Array(HASHES[hash].length).fill(7)));
}

function flipped(packet: Uint8Array, bit: number): Uint8Array {
  const changed = packet.slice();
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
  return changed;
}
