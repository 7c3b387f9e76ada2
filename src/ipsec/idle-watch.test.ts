import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  at,
  B,
  keyedPair,
  mapEntry,
  NET_A,
  NET_B,
  policyOf,
  rule,
  seededRandom,
  udpPacket,
} from "../../test/support/data-plane-fixtures.ts";
import { eventsOf, outputsOf } from "../../test/support/data-plane-outputs.ts";
import { type IpAddress, ipv4 } from "../net/ip-address.ts";
import { DataPlane } from "./data-plane.ts";
import type { IpsecPolicy } from "./policy.ts";

function policy(seconds: number | undefined): IpsecPolicy {
  const idleTime = seconds === undefined ? undefined : { seconds, returnsToFirstPeer: false };
  return policyOf([mapEntry([rule("permit", NET_A, NET_B)], { idleTime })]);
}

function planeWith(seconds: number | undefined): DataPlane {
  const plane = new DataPlane({ policy: policy(seconds), random: seededRandom(1), holdPackets: false });
  const { inboundA, outboundA } = keyedPair({ lifetimeSeconds: 86_400 });
  plane.install(at(0), inboundA);
  plane.install(at(0), outboundA);
  return plane;
}

/** Seconds until the idle pair goes, within the time. */
function endOf(plane: DataPlane, before: number): number | undefined {
  for (;;) {
    const next = plane.nextDeadline()?.at;
    if (next === undefined || next > at(before)) return undefined;
    plane.wake(next);
    if (eventsOf(plane.drain(), "sa-removed").some(({ reason }) => reason === "idle")) return next / 1000;
  }
}

describe("a pair with the second peer that goes idle", () => {
  const SECOND = ipv4("172.16.172.30");
  /** Whom the next packet has asked. */
  const askedAfter = (returnsToFirstPeer: boolean): readonly IpAddress[] => {
    const idleTime = { seconds: 60, returnsToFirstPeer };
    const entry = mapEntry([rule("permit", NET_A, NET_B)], { idleTime, peers: [B, SECOND] });
    const plane = new DataPlane({ policy: policyOf([entry]), random: seededRandom(1), holdPackets: false });
    const { inboundA, outboundA } = keyedPair({ lifetimeSeconds: 86_400 });
    for (const sa of [inboundA, outboundA]) plane.install(at(0), { ...sa, peer: SECOND });
    const end = endOf(plane, 1000) ?? 0;
    plane.drain();
    plane.outbound(at(end + 1), "Ethernet1/0", udpPacket());
    return outputsOf(plane.drain(), "negotiate").map(({ peer }) => peer);
  };

  it("is followed by one with the first, where the idle time says default", () => {
    assert.deepEqual(askedAfter(true), [B]);
    assert.deepEqual(askedAfter(false), [SECOND]);
  });
});

describe("an idle time that is configured later", () => {
  it("is watched over from then on", () => {
    const plane = planeWith(undefined);
    plane.setPolicy(at(100), policy(60));
    assert.equal(endOf(plane, 1000), 160);
  });

  it("replaces a longer one, and gives way to a longer one", () => {
    const shorter = planeWith(3600);
    shorter.setPolicy(at(100), policy(60));
    assert.equal(endOf(shorter, 1000), 160);
    const longer = planeWith(60);
    longer.setPolicy(at(30), policy(600));
    assert.equal(endOf(longer, 2000), 630);
  });

  it("is forgotten when it is taken back", () => {
    const plane = planeWith(60);
    plane.setPolicy(at(30), policy(undefined));
    assert.equal(endOf(plane, 2000), undefined);
  });
});
