import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { at, keyedPair } from "../../test/support/data-plane-fixtures.ts";
import { endOf, NEVER, NO_VOLUME_LIMITS, renewalOf, volumeLimits } from "./lifetimes.ts";
import { DATA_PLANE_LIMITS } from "./limits.ts";

fc.configureGlobal({ seed: 2409 });

describe("an SA's limits", () => {
  it("are IOS's for IOS's defaults: renewal 30 seconds before the end", () => {
    const limits = limitsOf(3600, 4_608_000);
    assert.deepEqual([limits.softAt, limits.hardAt], [at(3570), at(3600)]);
    assert.equal(limits.hardOctets, 4_608_000 * 1024);
  });

  it("leave 256 kilobytes of a small volume and a twentieth of a large one", () => {
    assert.equal(limitsOf(3600, 2560).softOctets, (2560 - 256) * 1024);
    assert.equal(limitsOf(3600, 100_000).softOctets, 95_000 * 1024);
  });

  it("leave a quarter of a lifetime that is hardly longer than the margin", () => {
    assert.equal(limitsOf(8, 0).softAt, at(6));
    assert.equal(limitsOf(0, 40).softOctets, 30 * 1024);
  });

  it("come later for whoever did not initiate, so that both seldom renew at once", () => {
    assert.equal(limitsOf(3600, 0, false).softAt, at(3580));
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b) => {
          assert.ok(limitsOf(3600, 0, true, a).softAt < limitsOf(3600, 0, false, b).softAt);
        },
      ),
    );
  });

  it("are soft before hard, and after the installation, for every lifetime", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 1e7 }),
        fc.boolean(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seconds, kilobytes, isInitiator, jitter) => {
          const limits = limitsOf(seconds, kilobytes, isInitiator, jitter);
          assert.ok(at(0) < limits.softAt && limits.softAt < limits.hardAt);
          assert.ok(0 < limits.softOctets && limits.softOctets < limits.hardOctets);
        },
      ),
    );
  });

  it("are none where the lifetime is 0", () => {
    const none = Number.POSITIVE_INFINITY;
    assert.deepEqual(limitsOf(0, 0), { softAt: NEVER, hardAt: NEVER, softOctets: none, hardOctets: none });
  });
});

function limitsOf(lifetimeSeconds: number, lifetimeKilobytes: number, isInitiator = true, jitter = 0) {
  const initiator = isInitiator ? "a" : "b";
  const { inboundA } = keyedPair({ lifetimeSeconds, lifetimeKilobytes, initiator });
  return {
    softAt: renewalOf(inboundA, DATA_PLANE_LIMITS, jitter),
    hardAt: endOf(inboundA),
    ...volumeLimits(inboundA, DATA_PLANE_LIMITS, NO_VOLUME_LIMITS),
  };
}
