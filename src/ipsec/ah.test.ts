import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ahTransformsOf, describeAhTransforms, withAh } from "../../test/support/ah-transforms-contract.ts";
import { hashes } from "../../test/support/esp-transforms-contract.ts";
import { vectorFile } from "../../test/support/vector-file.ts";
import { concat, fromHex, hex } from "../base/octets.ts";
import type { HashName } from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";
import { ipv4 } from "../net/ip-address.ts";
import { openAh, sealAh } from "./ah.ts";
import type { AhTransforms } from "./ah-transforms.ts";
import { nodeAhTransforms } from "./node-ah-transforms.ts";

fc.configureGlobal({ seed: 2402 });

describeAhTransforms("Node's cryptography", nodeAhTransforms);

describe("AH", () => {
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
    transforms.sign(padded, at, at + 32);
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
    transforms.sign(packet, 20, 44);
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

  it("makes and opens the packet of DPDK's test suite", () => {
    const [vector] = vectorFile<{ name: string; auth_key: string; input: string; output: string }[]>(
      "dpdk_ipsec_vectors.json",
    ).filter(({ name }) => name === "pkt_ah_transport_sha256");
    assert.ok(vector, "the vector is there");
    const transforms = nodeAhTransforms("sha256", new Secret(fromHex(vector.auth_key)));
    const [clear, wanted] = [fromHex(vector.input), fromHex(vector.output)];
    const packet = concat(wanted.subarray(0, 20), new Uint8Array(28), clear.subarray(20));
    sealAh(transforms, { nextHeader: 1, spi: 0x7b, sequenceNumber: 1 }, packet, 20);
    assert.equal(hex(packet), hex(wanted));
    assert.deepEqual(openAh(transforms, wanted, 20), { kind: "opened", nextHeader: 1, payloadAt: 48 });
  });
});

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
  return ahTransformsOf(nodeAhTransforms, hash);
}
