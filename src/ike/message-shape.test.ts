/** Laws of the shapes: what one takes, and what no shape takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Payload } from "../isakmp/payload.ts";
import {
  INFO_PROTECTED,
  isShapeProblem,
  MM_AUTH,
  MM_KE,
  MM_SA,
  open,
  QM_DONE,
  QM_OFFER,
  type Shape,
} from "./message-shape.ts";

type Kind = Payload["kind"];

const EMPTY = new Uint8Array(0);
const SAMPLES: { readonly [K in Kind]: Extract<Payload, { kind: K }> } = {
  SA: { kind: "SA", doi: 1, situation: 1, proposals: [] },
  KE: { kind: "KE", publicValue: EMPTY },
  ID: { kind: "ID", idType: 1, protocolId: 0, port: 0, data: new Uint8Array(4) },
  CERT: { kind: "CERT", encoding: 4, data: EMPTY },
  CERTREQ: { kind: "CERTREQ", certificateType: 4, authority: EMPTY },
  HASH: { kind: "HASH", data: EMPTY },
  SIG: { kind: "SIG", data: EMPTY },
  NONCE: { kind: "NONCE", data: EMPTY },
  NOTIFY: { kind: "NOTIFY", doi: 1, protocolId: 1, spi: EMPTY, notifyType: 1, data: EMPTY },
  DELETE: { kind: "DELETE", doi: 1, protocolId: 1, spiSize: 16, spis: [] },
  VID: { kind: "VID", vendorId: EMPTY },
  ATTRIBUTES: { kind: "ATTRIBUTES", configType: 1, identifier: 0, attributes: [] },
  "NAT-D": { kind: "NAT-D", payloadType: 20, hash: EMPTY },
  "NAT-OA": { kind: "NAT-OA", payloadType: 21, idType: 1, address: new Uint8Array(4) },
  FRAGMENT: { kind: "FRAGMENT", fragmentId: 1, number: 1, isLast: true, data: EMPTY },
  unknown: { kind: "unknown", payloadType: 15, body: EMPTY },
};
const KINDS = Object.keys(SAMPLES) as Kind[]; // the table has exactly these keys

const SHAPES: readonly (readonly [string, Shape<Kind, Kind>])[] = [
  ["MM_SA", MM_SA],
  ["MM_KE", MM_KE],
  ["MM_AUTH", MM_AUTH],
  ["QM_OFFER", QM_OFFER],
  ["QM_DONE", QM_DONE],
  ["INFO_PROTECTED", INFO_PROTECTED],
];

/** What must be there, in the order in which it must come. */
function least(shape: Shape<Kind, Kind>): Payload[] {
  const rest = shape.require.filter((kind) => !shape.first.includes(kind));
  return [...shape.first, ...rest].map((kind) => SAMPLES[kind]);
}

const takes = (shape: Shape<Kind, Kind>, payloads: readonly Payload[]): boolean =>
  !isShapeProblem(open(shape, payloads));

test("every shape takes its required payloads, with any number of the allowed ones behind them in any order", () => {
  for (const [name, shape] of SHAPES) {
    assert.ok(takes(shape, least(shape)), name);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...shape.allow), { maxLength: 12 }), (kinds) => {
        const extra = kinds.map((kind) => SAMPLES[kind]);
        const bag = open(shape, [...least(shape), ...extra]);
        assert.ok(!isShapeProblem(bag), name);
        for (const kind of shape.require) assert.equal(bag[kind], SAMPLES[kind]);
        for (const kind of shape.allow)
          assert.equal(bag.all[kind].length, kinds.filter((one) => one === kind).length);
      }),
      { numRuns: 50, seed: 21 },
    );
  }
});

test("no shape takes a message that lacks a required payload or has one twice", () => {
  for (const [name, shape] of SHAPES)
    for (const kind of shape.require) {
      const without = least(shape).filter((payload) => payload.kind !== kind);
      assert.ok(!takes(shape, without), `${name} without ${kind}`);
      assert.ok(!takes(shape, [...least(shape), SAMPLES[kind]]), `${name} with two ${kind}`);
    }
});

test("no shape takes a payload that it does not name, whatever its kind", () => {
  for (const [name, shape] of SHAPES)
    for (const kind of KINDS) {
      if (shape.require.includes(kind) || shape.allow.includes(kind)) continue;
      const problem = open(shape, [...least(shape), SAMPLES[kind]]);
      assert.ok(isShapeProblem(problem), `${name} with ${kind}`);
      assert.match(problem.detail, new RegExp(`unexpected ${kind} payload`));
    }
});

test("a payload of a private type is passed over, one of an assigned type that nobody knows is not", () => {
  for (const [name, shape] of SHAPES) {
    assert.ok(takes(shape, [...least(shape), { ...SAMPLES.unknown, payloadType: 128 }]), name);
    assert.ok(takes(shape, [...least(shape), { ...SAMPLES.unknown, payloadType: 255 }]), name);
    assert.ok(!takes(shape, [...least(shape), { ...SAMPLES.unknown, payloadType: 127 }]), name);
  }
});

test("what must come first comes first: SA in phase 1, HASH and then SA in quick mode (RFC 2409 §5, §5.5)", () => {
  assert.ok(!takes(MM_SA, [SAMPLES.VID, SAMPLES.SA]), "!takes(MM_SA, [SAMPLES.VID, SAMPLES.SA])");
  assert.ok(
    !takes(QM_OFFER, [SAMPLES.SA, SAMPLES.HASH, SAMPLES.NONCE]),
    "!takes(QM_OFFER, [SAMPLES.SA, SAMPLES.HASH, SAMPLES.NONCE])",
  );
  assert.ok(
    !takes(QM_OFFER, [SAMPLES.HASH, SAMPLES.NONCE, SAMPLES.SA]),
    "!takes(QM_OFFER, [SAMPLES.HASH, SAMPLES.NONCE, SAMPLES.SA])",
  );
  assert.ok(!takes(QM_DONE, [SAMPLES.VID, SAMPLES.HASH]), "!takes(QM_DONE, [SAMPLES.VID, SAMPLES.HASH])");
  assert.ok(
    !takes(INFO_PROTECTED, [SAMPLES.DELETE, SAMPLES.HASH]),
    "!takes(INFO_PROTECTED, [SAMPLES.DELETE, SAMPLES.HASH])",
  );
});

test("KE and NONCE, ID and HASH may come in either order (RFC 2409 §5)", () => {
  assert.ok(takes(MM_KE, [SAMPLES.NONCE, SAMPLES.KE]), "takes(MM_KE, [SAMPLES.NONCE, SAMPLES.KE])");
  assert.ok(takes(MM_AUTH, [SAMPLES.HASH, SAMPLES.ID]), "takes(MM_AUTH, [SAMPLES.HASH, SAMPLES.ID])");
});

test("an empty message fits no shape", () => {
  for (const [name, shape] of SHAPES) assert.ok(!takes(shape, []), name);
});
