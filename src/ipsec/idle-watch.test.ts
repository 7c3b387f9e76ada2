import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  at,
  keyedPair,
  mapEntry,
  NET_A,
  NET_B,
  policyOf,
  rule,
  seededRandom,
} from "../../test/support/data-plane-fixtures.ts";
import { eventsOf } from "../../test/support/data-plane-outputs.ts";
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
