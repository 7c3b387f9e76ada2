import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hashes } from "../../test/support/esp-transforms-contract.ts";
import { vectorFile } from "../../test/support/vector-file.ts";
import { MisuseError } from "../base/errors.ts";
import { concat, fromHex, hex } from "../base/octets.ts";
import { HASHES, type HashName } from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";
import { ipv4 } from "../net/ip-address.ts";
import { buildIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { AhTransforms, openAh, readAhHeader, sealAh } from "./ah.ts";

fc.configureGlobal({ seed: 2402 });

describe("AH", () => {
  it("opens what it has sealed, and leaves both as they are", () => {
    fc.assert(
      fc.property(sealing(), ({ transforms, packet, at, header }) => {
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
      fc.property(sealing(), fc.nat(), ({ transforms, packet, at, mutable, isUnsaid }, place) => {
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
        sealing(),
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
      fc.property(sealing(), ({ hash, packet, at }) => {
        const other = new AhTransforms(hash, new Secret(new Uint8Array(HASHES[hash].length).fill(0xee)));
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
          assert.notEqual(openAh(transformsOf(hash), rubbish, at).kind, "opened");
        },
      ),
    );
  });

  it("has the lengths of the RFCs: 24 octets with MD5 and SHA-1, and 4 as its length field", () => {
    assert.deepEqual(
      hashes().map((hash) => transformsOf(hash).headerLength),
      [24, 24, 28, 36, 44],
    );
    const { packet } = sealedUdp("sha1");
    assert.equal(packet[21], 4);
  });

  it("takes an ICV padded to 8 octets as others make it, padding covered, and no other length", () => {
    const transforms = transformsOf("sha256");
    const { packet } = sealedUdp("sha256");
    const at = 20;
    const padded = concat(packet.subarray(0, at + 28), Uint8Array.of(1, 2, 3, 4), packet.subarray(at + 28));
    padded[3] = padded.length;
    padded[at + 1] = 6;
    padded.set(transforms.icv(padded, at, at + 32), at + 12);
    assert.deepEqual(openAh(transforms, padded, at), { kind: "opened", nextHeader: 17, payloadAt: 52 });
    padded[at + 29] = 9;
    assert.deepEqual(openAh(transforms, padded, at), { kind: "bad icv" });
    padded[at + 1] = 7;
    assert.deepEqual(openAh(transforms, padded, at), {
      kind: "malformed",
      detail: "its AH has 36 bytes, 28 expected",
    });
    assert.equal(openAh(transforms, padded.subarray(0, 40), at).kind, "malformed");
    assert.equal(openAh(transforms, padded.subarray(0, 30), at).kind, "malformed");
  });

  it("covers the reserved field and then ignores it (RFC 2402 §2.3)", () => {
    const transforms = transformsOf("md5");
    const { packet } = sealedUdp("md5");
    packet[22] = 0x40;
    assert.deepEqual(openAh(transforms, packet, 20), { kind: "bad icv" });
    packet.set(transforms.icv(packet, 20, 44), 32);
    assert.equal(openAh(transforms, packet, 20).kind, "opened");
  });

  it("covers the last address of a source route as destination, at every hop of its way (§3.3.3.1.1.1)", () => {
    const [first, second, last] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((text) => ipv4(text));
    assert.ok(first && second && last, "three addresses");
    const route = (pointer: number, ...hops: readonly string[]) =>
      Uint8Array.of(131, 11, pointer, ...hops.flatMap((hop) => hop.split(".").map(Number)), 0);
    const transforms = transformsOf("sha1");
    const leaving = sealed(transforms, first, route(4, second, last));
    const onItsWay = sealed(transforms, second, route(8, first, last));
    const arrived = sealed(transforms, last, route(12, first, second));
    const icv = (packet: Uint8Array) => hex(packet.subarray(32 + 12, 32 + 24));
    assert.equal(icv(onItsWay), icv(leaving));
    assert.equal(icv(arrived), icv(leaving));
    assert.notEqual(icv(sealed(transforms, first, route(12, second, last))), icv(leaving));
  });

  it("wants a key as long as the digest", () => {
    assert.throws(() => new AhTransforms("sha256", new Secret(new Uint8Array(20))), MisuseError);
  });

  it("makes and opens the packet of DPDK's test suite", () => {
    const [vector] = vectorFile<{ name: string; auth_key: string; input: string; output: string }[]>(
      "dpdk_ipsec_vectors.json",
    ).filter(({ name }) => name === "pkt_ah_transport_sha256");
    assert.ok(vector, "the vector is there");
    const transforms = new AhTransforms("sha256", new Secret(fromHex(vector.auth_key)));
    const [clear, wanted] = [fromHex(vector.input), fromHex(vector.output)];
    const packet = concat(wanted.subarray(0, 20), new Uint8Array(28), clear.subarray(20));
    sealAh(transforms, { nextHeader: 1, spi: 0x7b, sequenceNumber: 1 }, packet, 20);
    assert.equal(hex(packet), hex(wanted));
    assert.deepEqual(openAh(transforms, wanted, 20), { kind: "opened", nextHeader: 1, payloadAt: 48 });
  });
});

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

function sealing(): fc.Arbitrary<Sealed> {
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
      const transforms = transformsOf(hash);
      const packet = withAh(transforms, { ...fields, options: Uint8Array.from(options) }, payload);
      const at = 20 + options.length;
      sealAh(transforms, header, packet, at);
      const mutable = (bit: number) => theirs.has(bit >> 3);
      return { hash, transforms, packet, at, header, mutable, isUnsaid: (bit) => unsaid.has(bit >> 3) };
    });
}

function withAh(
  { headerLength }: AhTransforms,
  fields: { readonly options?: Uint8Array; readonly timeToLive: number; readonly identification: number },
  payload: Uint8Array,
  destination = ipv4("192.0.2.2"),
): Uint8Array {
  const header = { ...fields, source: ipv4("192.0.2.1"), destination, protocol: PROTOCOL.AH };
  return buildIpv4Packet(header, concat(new Uint8Array(headerLength), payload));
}

function sealed(transforms: AhTransforms, destination: ReturnType<typeof ipv4>, options: Uint8Array) {
  const packet = withAh(
    transforms,
    { options, timeToLive: 9, identification: 7 },
    new Uint8Array(30),
    destination,
  );
  sealAh(transforms, { nextHeader: 17, spi: 0x1000, sequenceNumber: 5 }, packet, 20 + options.length);
  return packet;
}

function sealedUdp(hash: HashName) {
  const packet = sealed(transformsOf(hash), ipv4("192.0.2.2"), new Uint8Array());
  return { packet };
}

function transformsOf(hash: HashName): AhTransforms {
  return new AhTransforms(hash, new Secret(new Uint8Array(HASHES[hash].length).fill(7)));
}

function flipped(packet: Uint8Array, bit: number): Uint8Array {
  const changed = packet.slice();
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
  return changed;
}
