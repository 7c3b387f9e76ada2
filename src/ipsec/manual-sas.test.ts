import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  A,
  AES_SHA,
  at,
  B,
  keysFor,
  mapEntry,
  NET_A,
  NET_B,
  policyOf,
  rule,
  seededRandom,
  transformSet,
  udpPacket,
  WAN,
} from "../../test/support/data-plane-fixtures.ts";
import { eventsOf, outputsOf } from "../../test/support/data-plane-outputs.ts";
import { Secret } from "../crypto/secret.ts";
import { host } from "../net/selector.ts";
import { DataPlane } from "./data-plane.ts";
import type { CryptoMapEntry, IpsecPolicy, ManualKeying } from "./policy.ts";

const TO_A = { suite: AES_SHA, spi: 1001, ...keysFor(AES_SHA, 1001), ah: undefined };
const TO_B = { suite: AES_SHA, spi: 1002, ...keysFor(AES_SHA, 1002), ah: undefined };

const NO_KEY = new Secret(new Uint8Array(0));

const entryOfA = (manual: ManualKeying, more: Partial<CryptoMapEntry> = {}) =>
  mapEntry([rule("permit", NET_A, NET_B)], { manual, lifetimeSeconds: 0, lifetimeKilobytes: 0, ...more });
const POLICY_A = policyOf([entryOfA({ inbound: TO_A, outbound: TO_B })]);
const POLICY_B = policyOf(
  [
    mapEntry([rule("permit", NET_B, NET_A)], {
      peers: [A],
      manual: { inbound: TO_B, outbound: TO_A },
    }),
  ],
  { localAddress: B },
);

function planeOf(policy: IpsecPolicy): DataPlane {
  return new DataPlane({ policy, random: seededRandom(1), holdPackets: false });
}

const spisOf = (plane: DataPlane) => {
  const [flow] = plane.view(at(0)).flows;
  return [flow?.inbound.map(({ spi }) => spi), flow?.outbound.map(({ spi }) => spi)];
};

describe("SAs keyed by hand", () => {
  it("are there from the start, carry the first packet and never end", () => {
    const [a, b] = [planeOf(POLICY_A), planeOf(POLICY_B)];
    assert.equal(a.nextDeadline(), undefined);
    a.outbound(at(1_000_000), WAN, udpPacket());
    const [sealed] = outputsOf(a.drain(), "transmit");
    b.inboundEsp(at(1_000_000), WAN, sealed?.bytes ?? new Uint8Array(0));
    assert.deepEqual(outputsOf(b.drain(), "receive")[0]?.bytes, udpPacket());
    const [inbound] = b.view(at(1_000_000)).flows[0]?.inbound ?? [];
    assert.deepEqual([inbound?.isManual, inbound?.replayDetection, inbound?.connId], [true, false, 2000]);
  });

  it("are AH around ESP, or AH alone, where the set is", () => {
    const ahKeys = (spi: number) => ({ hash: "sha1" as const, key: keysFor(AES_SHA, spi).integrityKey, spi });
    const bundle = {
      toA: { ...TO_A, ah: ahKeys(500) },
      toB: { ...TO_B, ah: ahKeys(501) },
      set: { ...transformSet(AES_SHA), ah: "sha1" as const },
    };
    const alone = {
      toA: { ...TO_A, suite: { ah: "sha1" as const }, encryptionKey: NO_KEY },
      toB: { ...TO_B, suite: { ah: "sha1" as const }, encryptionKey: NO_KEY },
      set: { ...transformSet(AES_SHA), ah: "sha1" as const, esp: undefined },
    };
    for (const { toA, toB, set } of [bundle, alone]) {
      const a = planeOf(policyOf([entryOfA({ inbound: toA, outbound: toB }, { transformSets: [set] })]));
      const manual = { inbound: toB, outbound: toA };
      const ofB = mapEntry([rule("permit", NET_B, NET_A)], { peers: [A], transformSets: [set], manual });
      const b = planeOf(policyOf([ofB], { localAddress: B }));
      for (let i = 0; i < 2; i++) {
        a.outbound(at(0), WAN, udpPacket());
        const [sealed] = outputsOf(a.drain(), "transmit");
        assert.equal(sealed?.bytes[9], 51);
        for (let again = 0; again < 2; again++) b.inboundAh(at(0), WAN, sealed.bytes);
        assert.equal(outputsOf(b.drain(), "receive").length, 2);
      }
      assert.deepEqual(
        a.setPolicy(at(1), policyOf([entryOfA({ inbound: toA, outbound: toB }, { transformSets: [set] })])),
        [],
      );
      assert.deepEqual(a.drain(), [], "the same keys");
    }
  });

  it("take what a sender repeats, which may have begun its numbers anew", () => {
    const [a, b] = [planeOf(POLICY_A), planeOf(POLICY_B)];
    a.outbound(at(0), WAN, udpPacket());
    const [sealed] = outputsOf(a.drain(), "transmit");
    for (let i = 0; i < 3; i++) b.inboundEsp(at(0), WAN, sealed?.bytes ?? new Uint8Array(0));
    assert.equal(outputsOf(b.drain(), "receive").length, 3);
  });

  it("are no matter of a peer's: neither its Delete nor IKE's word ends them", () => {
    const plane = planeOf(POLICY_A);
    plane.drain();
    plane.remove(at(0), B, 1002, "outbound", "peer deleted");
    plane.remove(at(0), B, 1001, "inbound", "peer dead");
    assert.deepEqual(plane.drain(), []);
    assert.deepEqual(spisOf(plane), [[1001], [1002]]);
  });

  it("begin anew when the operator clears them, and no peer is told", () => {
    const plane = planeOf(POLICY_A);
    plane.outbound(at(0), WAN, udpPacket());
    plane.drain();
    assert.deepEqual(plane.removeAll(at(1), {}, "cleared"), []);
    const outputs = plane.drain();
    assert.equal(eventsOf(outputs, "sa-removed").length, 2);
    assert.equal(eventsOf(outputs, "sa-installed").length, 2);
    assert.equal(plane.view(at(1)).flows[0]?.outbound[0]?.sequenceNumber, 0);
  });

  it("are replaced when their keys change, and stay when only others do", () => {
    const plane = planeOf(POLICY_A);
    plane.drain();
    assert.deepEqual(plane.setPolicy(at(1), POLICY_A), []);
    assert.deepEqual(plane.drain(), []);
    const outbound = { ...TO_B, ...keysFor(AES_SHA, 7) };
    assert.deepEqual(plane.setPolicy(at(1), policyOf([entryOfA({ inbound: TO_A, outbound })])), []);
    assert.equal(eventsOf(plane.drain(), "sa-installed").length, 2);
    const byIke = mapEntry([rule("permit", NET_A, NET_B)]);
    assert.deepEqual(plane.setPolicy(at(2), policyOf([byIke])), []);
    assert.deepEqual(spisOf(plane), [[], []]);
  });

  it("are in transport mode where the set and the flow are for it", () => {
    const between = rule("permit", host(A), host(B));
    const transformSets = [{ ...transformSet(AES_SHA), mode: "transport" } as const];
    const manual = { inbound: TO_A, outbound: TO_B };
    const modeOf = (entry: CryptoMapEntry) =>
      planeOf(policyOf([entry])).view(at(0)).flows[0]?.inbound[0]?.mode;
    assert.equal(modeOf(entryOfA(manual, { transformSets })), "tunnel");
    assert.equal(modeOf(mapEntry([between], { manual, transformSets })), "transport");
  });
});
