import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  ahTransformsOf,
  describeAhTransforms,
  withAh,
} from "../../../test/support/ah-transforms-contract.ts";
import { keysFor, seededRandom } from "../../../test/support/data-plane-fixtures.ts";
import { describeEspTransforms, espSuites, hashes } from "../../../test/support/esp-transforms-contract.ts";
import { hex } from "../../base/octets.ts";
import { openAh, sealAh } from "../../ipsec/ah.ts";
import { openEsp, payloadOffset, sealEsp, sealedLength } from "../../ipsec/esp.ts";
import { nodeAhTransforms } from "../../ipsec/node-ah-transforms.ts";
import { nodeTransforms } from "../../ipsec/node-transforms.ts";
import { HEAP_SPACE } from "../../ipsec/packet-space.ts";
import { PlaintextRoom } from "../../ipsec/plaintext-room.ts";
import { loadLibc } from "./libc.ts";
import { loadLibcrypto } from "./libcrypto.ts";
import { NativeMemory } from "./native-memory.ts";
import { SCRATCH_OCTETS } from "./native-scratch.ts";
import { nativeTransforms } from "./native-transforms.ts";

fc.configureGlobal({ seed: 4106 });

const libc = await loadLibc();
const libcrypto = await loadLibcrypto();

if ("kind" in libc || "kind" in libcrypto)
  test("ESP and AH by libcrypto", {
    skip: `needs libcrypto: ${"kind" in libcrypto ? libcrypto.reason : ""}`,
  }, () => {});
else {
  const memory = new NativeMemory(libc, new ArrayBuffer(SCRATCH_OCTETS + 65_536));
  const { esp: factory, ah } = nativeTransforms(libcrypto, memory);
  const region = memory.reserve(40_000);
  describeEspTransforms("libcrypto", factory);
  describeAhTransforms("libcrypto", ah);

  test("packets in the memory of the transforms are sealed and opened where they lie", () => {
    const space = {
      ...HEAP_SPACE,
      allocate: (length: number) => region.bytes.subarray(20_000, 20_000 + length),
    };
    for (const suite of espSuites()) {
      const { encryptionKey, integrityKey } = keysFor(suite, 7);
      const native = factory(suite, encryptionKey, integrityKey);
      const reference = nodeTransforms(suite, encryptionKey, integrityKey);
      fc.assert(
        fc.property(fc.nat(3000), fc.nat(200), (length, at) => {
          const payload = seededRandom(length).bytes("padding", length);
          const end = at + sealedLength(native, length);
          const sealedBy = (transforms: typeof native, octets: Uint8Array) => {
            octets.fill(9, at, at + payloadOffset(transforms));
            octets.set(payload, at + payloadOffset(transforms));
            sealEsp(transforms, { spi: 300, sequenceNumber: 1 }, octets, at, length, 4);
            return hex(octets.subarray(at, end));
          };
          assert.equal(sealedBy(native, region.bytes), sealedBy(reference, new Uint8Array(end)));
          // In the memory, and from it to elsewhere.
          for (const room of [new PlaintextRoom(space), new PlaintextRoom(HEAP_SPACE)]) {
            const result = openEsp(native, region.bytes, room, at, end);
            assert.ok(result.kind === "opened", `${suite.encryption}: ${result.kind}`);
            assert.equal(hex(room.bytes.subarray(result.payloadAt, result.payloadEnd)), hex(payload));
          }
        }),
        { numRuns: 10 },
      );
      native.release();
    }
  });

  test("AH covers packets in the memory of the transforms where they lie, to the octets of the reference", () => {
    for (const hash of hashes()) {
      const [native, reference] = [ah, nodeAhTransforms].map((each) => ahTransformsOf(each, hash));
      assert.ok(native && reference, "both");
      fc.assert(
        fc.property(fc.nat(3000), fc.nat(200), (length, at) => {
          const payload = seededRandom(length).bytes("padding", length);
          const packet = withAh(native, { timeToLive: 9, identification: 7 }, payload);
          const here = region.bytes.subarray(at, at + packet.length);
          here.set(packet);
          for (const [transforms, octets] of [
            [native, here],
            [reference, packet],
          ] as const)
            sealAh(transforms, { nextHeader: 17, spi: 300, sequenceNumber: 1 }, octets, 20);
          assert.equal(hex(here), hex(packet));
          assert.equal(openAh(native, here, 20).kind, "opened");
          here[here.length - 1] = (here[here.length - 1] ?? 0) ^ 1;
          assert.equal(openAh(native, here, 20).kind, "bad icv");
        }),
        { numRuns: 10 },
      );
      native.release();
    }
  });
}
