import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { group } from "./groups.ts";
import type { Job } from "./jobs.ts";
import { GROUP_IDS } from "./names.ts";
import { performJob } from "./perform-job.ts";

fc.configureGlobal({ seed: 2409 });

const QUICK = GROUP_IDS.filter((id) => group(id).sharedLength <= 192 && group(id).available);
const bytes = fc.uint8Array({ maxLength: 140 });
const anyJob: fc.Arbitrary<Job> = fc.oneof(
  fc.record({
    kind: fc.constant("dh-public" as const),
    group: fc.constantFrom(...QUICK),
    privateValue: bytes,
  }),
  fc.record({
    kind: fc.constantFrom("dh-shared" as const, "dh-both" as const),
    group: fc.constantFrom(...QUICK),
    privateValue: bytes,
    peerPublicValue: bytes,
  }),
);

describe("a job", () => {
  it("gives a result whatever is in it, and the same one again", () => {
    fc.assert(
      fc.property(anyJob, (job) => {
        const result = performJob(job);
        assert.ok(result.kind === job.kind || result.kind === "failed");
        assert.deepEqual(performJob(job), result);
      }),
    );
  });

  it("that makes both is the two others together", () => {
    for (const id of QUICK) {
      const privateValue = Uint8Array.of(11, 12, 13);
      const peer = performJob({ kind: "dh-public", group: id, privateValue: Uint8Array.of(14, 15) });
      assert.ok(peer.kind === "dh-public");
      const asked = { group: id, privateValue, peerPublicValue: peer.publicValue };
      const both = performJob({ kind: "dh-both", ...asked });
      assert.ok(both.kind === "dh-both");
      assert.deepEqual(performJob({ kind: "dh-shared", ...asked }), {
        kind: "dh-shared",
        sharedSecret: both.sharedSecret,
      });
      assert.deepEqual(performJob({ kind: "dh-public", ...asked }), {
        kind: "dh-public",
        publicValue: both.publicValue,
      });
    }
  });

  it("with a public value outside the group fails with a reason", () => {
    for (const kind of ["dh-shared", "dh-both"] as const) {
      const result = performJob({
        kind,
        group: 2,
        privateValue: Uint8Array.of(3),
        peerPublicValue: new Uint8Array(128),
      });
      assert.deepEqual(result, {
        kind: "failed",
        reason: "the public value is 0, and must be above 1 (RFC 2412 §2.3.1.1)",
      });
    }
  });

  it("that fails does not tell the private value", () => {
    const result = performJob({
      kind: "dh-shared",
      group: 19,
      privateValue: new Uint8Array(32).fill(0xab),
      peerPublicValue: new Uint8Array(64).fill(0xcd),
    });
    assert.ok(result.kind === "failed");
    assert.doesNotMatch(result.reason, /abab|171/);
  });
});
