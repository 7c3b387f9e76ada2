/** Main mode with encrypted nonces: both ends ours, the wrong keys, and what nobody must learn from our answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testKey } from "../../test/support/certificates.ts";
import {
  A,
  B,
  type Datagram,
  IkePair,
  type PolicyChanges,
  policyOf,
  SUITE,
} from "../../test/support/ike-pair.ts";
import { concat, u16Octets } from "../base/octets.ts";
import { rsaEncrypt } from "../crypto/rsa-encryption.ts";
import { type GeneratedRsaKey, generateRsaKey } from "../crypto/rsa-generation.ts";
import { Secret } from "../crypto/secret.ts";
import { encodeBody } from "../isakmp/payload.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { IkeEvent } from "./events.ts";
import type { PeerRsaKey, RsaPolicy } from "./policy.ts";
import { IOS_CONVENTIONS } from "./wire-conventions.ts";

const SUITES = [{ ...SUITE, authentication: "rsa-encr", group: 2 }] as const;
const KEY_A = testKey("router a");
const KEY_B = testKey("router b");
const KEY_OTHER = testKey("another router");

function peerKey(key: GeneratedRsaKey, named: { name?: string; address?: IpAddress }): PeerRsaKey {
  const { name, address } = named;
  return {
    name,
    address,
    publicKey: key.publicKey,
    origin: { file: "test.cfg", line: 30, text: "named-key b" },
  };
}

function rsaOf(own: GeneratedRsaKey, ...peerKeys: readonly PeerRsaKey[]): RsaPolicy {
  const { publicKey, privateKey } = own;
  const encryptionKey = { publicKey, privateKey: new Secret(privateKey) };
  return { certificates: [], authorities: [], encryptionKey, peerKeys };
}

const BY_ADDRESS = {
  a: rsaOf(KEY_A, peerKey(KEY_B, { address: B })),
  b: rsaOf(KEY_B, peerKey(KEY_OTHER, { name: "other.example.com" }), peerKey(KEY_A, { address: A })),
};

function pairOf(
  rsa: { readonly a: RsaPolicy; readonly b: RsaPolicy } = BY_ADDRESS,
  changes: PolicyChanges = {},
  options = {},
): IkePair {
  const of = (own: RsaPolicy) => ({ ...options, changes: { suites: SUITES, rsa: own, ...changes } });
  return new IkePair(of(rsa.a), of(rsa.b));
}

function isUp(pair: IkePair): boolean {
  return (["A", "B"] as const).every((end) => pair.engines[end].view().isakmpSas[0]?.state === "QM_IDLE");
}

function failure(pair: IkePair, of: "A" | "B"): Extract<IkeEvent, { kind: "negotiation-failed" }> {
  return pair.event(of, "negotiation-failed") ?? assert.fail(`${of} has refused nothing`);
}

test("two routers that know each other's keys by address authenticate each other", () => {
  const pair = pairOf();
  pair.negotiate("A");
  assert.ok(isUp(pair), "both ends are up");
  assert.equal(pair.event("B", "peer-authenticated")?.identity, A);
  assert.equal(pair.event("A", "peer-authenticated")?.identity, B);
  assert.equal(pair.event("A", "isakmp-sa-established")?.authentication, "rsa-encr");
  assert.equal(pair.installed("A").length, 2);
  const [, , third, fourth] = pair.wire;
  for (const clear of [A, B])
    for (const message of [third, fourth])
      assert.ok(
        !Buffer.from(message?.bytes ?? []).includes(Buffer.from(clear.split(".").map(Number))),
        "no identity is in clear",
      );
});

test("two routers that know each other's keys by name say their names, encrypted", () => {
  const hosts = new Map([
    ["initiator", [A]],
    ["responder", [B]],
  ]);
  const of = (own: IpAddress, peer: IpAddress, rsa: RsaPolicy) => ({
    policy: { ...policyOf(own, peer, { suites: SUITES, rsa }), identity: "hostname", hosts } as const,
  });
  const pair = new IkePair(
    of(A, B, rsaOf(KEY_A, peerKey(KEY_B, { name: "responder" }))),
    of(B, A, rsaOf(KEY_B, peerKey(KEY_A, { name: "initiator" }))),
  );
  pair.negotiate("A");
  assert.ok(isUp(pair), "both ends are up");
  assert.equal(pair.event("B", "peer-authenticated")?.identity, "Initiator");
});

test("a name too long for the peer's key gives way to the address", () => {
  const short = generateRsaKey(512, new Uint8Array(48).fill(9));
  const policy = policyOf(A, B, { suites: SUITES, rsa: rsaOf(KEY_A, peerKey(short, { address: B })) });
  const pair = new IkePair(
    { policy: { ...policy, identity: "hostname", hostname: `${"long".repeat(20)}.example.com` } },
    { changes: { suites: SUITES, rsa: rsaOf(short, peerKey(KEY_A, { address: A })) } },
  );
  pair.negotiate("A");
  assert.ok(isUp(pair), "both ends are up");
  assert.equal(pair.event("B", "peer-authenticated")?.identity, A);
});

test("IOS's SKEYID and that of RFC 2409 are not the same", () => {
  const rfc = { ...IOS_CONVENTIONS, encryptedNonceSkeyid: "rfc2409" } as const;
  const both = pairOf(BY_ADDRESS, {}, { conventions: rfc });
  both.negotiate("A");
  assert.ok(isUp(both), "two that keep to the RFC");
  const mixed = new IkePair(
    { conventions: rfc, changes: { suites: SUITES, rsa: BY_ADDRESS.a } },
    { changes: { suites: SUITES, rsa: BY_ADDRESS.b } },
  );
  mixed.negotiate("A");
  assert.ok(!isUp(mixed), "one of each");
});

test("a wrong public key on either end is told of on both", () => {
  const wrongA = { ...BY_ADDRESS, a: rsaOf(KEY_A, peerKey(KEY_OTHER, { address: B })) };
  const wrongB = { ...BY_ADDRESS, b: rsaOf(KEY_B, peerKey(KEY_OTHER, { address: A })) };
  for (const rsa of [wrongA, wrongB]) {
    const pair = pairOf(rsa);
    pair.negotiate("A");
    pair.runUntil(200_000);
    assert.ok(!isUp(pair), "refused");
    assert.equal(failure(pair, "B").reason, "authentication failed");
    assert.equal(failure(pair, "B").authentication, "rsa-encr");
    assert.match(failure(pair, "B").explanation, /crypto key pubkey-chain rsa/);
    assert.match(failure(pair, "A").explanation, /does not accept our RSA key/);
  }
});

test("whoever holds a key may only be who the key is entered for", () => {
  const b = rsaOf(KEY_B, peerKey(KEY_A, { name: "somebody.example.com" }));
  const pair = pairOf({ ...BY_ADDRESS, b });
  pair.negotiate("A");
  assert.match(
    failure(pair, "B").explanation,
    /says that it is 172\.16\.172\.10, and the public key that it has proven/,
  );
  assert.equal(pair.installed("B").length, 0);
});

test("without keys encrypted nonces are neither offered nor accepted", () => {
  const noPeer = pairOf({ ...BY_ADDRESS, a: rsaOf(KEY_A) });
  noPeer.negotiate("A");
  assert.match(failure(noPeer, "A").explanation, /policy 1 \(rsa-encr\): no RSA public key of this peer/);
  const noKey = pairOf({ ...BY_ADDRESS, b: { ...BY_ADDRESS.b, encryptionKey: undefined } });
  noKey.negotiate("A");
  assert.match(JSON.stringify(failure(noKey, "B").mismatches), /no RSA key of ours that may decrypt/);
});

test("lost and repeated messages are made good", () => {
  for (let lost = 0; lost < 6; lost++) {
    const pair = pairOf();
    pair.network = (datagram, index) => (index === lost ? [] : [datagram, datagram]);
    pair.negotiate("A");
    pair.runUntil(20_000);
    assert.ok(isUp(pair), `message ${lost + 1}`);
  }
});

// ── What a stranger learns ───────────────────────────────────────────────────────────────────────────────────────────

/** What a stranger learns who sends B a third message: every message of B's, and how long it stays. */
function askWith(spoil: (nonce: Uint8Array, id: Uint8Array) => { nonce?: Uint8Array; id?: Uint8Array }) {
  const pair = pairOf();
  pair.network = (datagram, index) => {
    if (index > 2) return [];
    return index === 2 ? [withPayloads(datagram, spoil)] : [datagram];
  };
  pair.negotiate("A");
  const answers = pair.wire.filter(({ from }) => from === "B");
  const sa = pair.engines.B.view().isakmpSas[0];
  const jobs = pair.events.B.flatMap((event) => (event.kind === "job-started" ? [event.job] : []));
  return {
    answers: answers.map(({ bytes }) => bytes.length),
    shape: answers.map(({ bytes }) => payloadTypes(bytes)),
    state: sa?.state,
    jobs,
    told: pair.events.B.filter(({ kind }) => kind !== "identity-built").map(({ kind }) => kind),
    deadline: pair.engines.B.nextDeadline()?.at,
  };
}

/** The message with its last but one payloads of type 5 and 10 changed. */
function withPayloads(datagram: Datagram, spoil: Parameters<typeof askWith>[0]): Datagram {
  const parts: { type: number; body: Uint8Array }[] = [];
  const { bytes } = datagram;
  for (let type = bytes[16] ?? 0, at = 28; type !== 0; ) {
    const length = (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    parts.push({ type, body: bytes.slice(at + 4, at + length) });
    type = bytes[at] ?? 0;
    at += length;
  }
  const bodyOf = (type: number) => parts.find((part) => part.type === type)?.body ?? new Uint8Array(0);
  const { nonce = bodyOf(10), id = bodyOf(5) } = spoil(bodyOf(10), bodyOf(5));
  const changed = parts.map(({ type, body }) => (type === 10 ? nonce : type === 5 ? id : body));
  const chain = changed.map((body, i) =>
    concat(Uint8Array.of(parts[i + 1]?.type ?? 0, 0), u16Octets(body.length + 4), body),
  );
  const message = concat(bytes.slice(0, 28), ...chain);
  new DataView(message.buffer).setUint32(24, message.length);
  return { ...datagram, bytes: message };
}

function payloadTypes(bytes: Uint8Array): number[] {
  const types: number[] = [];
  for (let type = bytes[16] ?? 0, at = 28; type !== 0; ) {
    types.push(type);
    type = bytes[at] ?? 0;
    at += (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
  }
  return types;
}

test("no answer tells whether anything decrypted: no Bleichenbacher oracle", () => {
  const good = askWith(() => ({}));
  assert.deepEqual(good.shape[1]?.slice(0, 3), [4, 5, 10], "MM4 as it should be");
  const modulus = KEY_B.publicKey.modulus;
  const cases: [string, Parameters<typeof askWith>[0]][] = [
    ["a nonce that is noise", (nonce) => ({ nonce: nonce.map((octet) => octet ^ 0x55).fill(0, 0, 1) })],
    ["an identity that is noise", (_, id) => ({ id: id.map((octet) => octet ^ 0x55).fill(0, 0, 1) })],
    [
      "both noise",
      (nonce, id) => ({ nonce: nonce.toReversed().fill(0, 0, 1), id: id.toReversed().fill(0, 0, 1) }),
    ],
    ["zeros", (nonce) => ({ nonce: nonce.map(() => 0) })],
    ["a number above the modulus", () => ({ nonce: modulus.map(() => 0xff) })],
    ["a ciphertext that is too short", (nonce) => ({ nonce: nonce.slice(0, 20) })],
    ["the two exchanged", (nonce, id) => ({ nonce: id, id: nonce })],
  ];
  for (const [what, spoil] of cases) {
    const asked = askWith(spoil);
    assert.deepEqual(asked, good, what);
  }
});

test("a stranger's identity is answered as well, with a key that he does not have", () => {
  const unknown: RsaPolicy = {
    ...BY_ADDRESS.b,
    peerKeys: [peerKey(KEY_OTHER, { name: "other.example.com" })],
  };
  const pair = pairOf({ ...BY_ADDRESS, b: unknown });
  pair.network = (datagram, index) => (index > 3 ? [] : [datagram]);
  pair.negotiate("A");
  const fourth = pair.wire[3];
  assert.deepEqual(payloadTypes(fourth?.bytes ?? new Uint8Array(0)).slice(0, 3), [4, 5, 10]);
  assert.deepEqual(
    pair.kinds("B").filter((kind) => kind === "negotiation-failed"),
    [],
    "and nothing fails yet",
  );
});

test("an engine asked by a replayed third message decrypts no more than one at a time", () => {
  const pair = pairOf();
  pair.network = (datagram, index) => (index === 2 ? [datagram, datagram, datagram] : [datagram]);
  pair.negotiate("A");
  const decryptions = pair.events.B.filter(
    (event) => event.kind === "job-started" && event.job === "rsa-decrypt",
  );
  assert.equal(decryptions.length, 1);
});

test("the proof after a bad identity fails as a wrong proof does, whatever did not decrypt", () => {
  const outcome = (spoil: (id: Uint8Array) => Uint8Array) => {
    const pair = pairOf();
    pair.network = (datagram, index) =>
      index === 2 ? [withPayloads(datagram, (_, id) => ({ id: spoil(id) }))] : [datagram];
    pair.negotiate("A");
    pair.runUntil(50_000);
    return pair.events.B.flatMap((event) =>
      event.kind === "message-dropped"
        ? [event.reason]
        : event.kind === "negotiation-failed"
          ? [event.explanation]
          : [],
    );
  };
  const other = {
    kind: "ID",
    idType: 1,
    protocolId: 17,
    port: 500,
    data: Uint8Array.of(10, 0, 0, 1),
  } as const;
  const wellMade = outcome(() =>
    rsaEncrypt(KEY_B.publicKey, encodeBody(other), { bytes: (_, length) => new Uint8Array(length).fill(7) }),
  );
  assert.equal(wellMade[0], "hash mismatch");
  for (const spoil of [
    (id: Uint8Array) => id.map((octet) => octet ^ 0x55).fill(0, 0, 1),
    (id: Uint8Array) => id.map(() => 0),
    (id: Uint8Array) => id.slice(0, 20),
  ])
    assert.deepEqual(outcome(spoil), wellMade);
});

// ── Aggressive mode ──────────────────────────────────────────────────────────────────────────────────────────────────

function aggressively(rsa: { readonly a: RsaPolicy; readonly b: RsaPolicy } = BY_ADDRESS): IkePair {
  const base = (own: IpAddress, peer: IpAddress, keys: RsaPolicy) =>
    policyOf(own, peer, { suites: SUITES, rsa: keys });
  const identity = { kind: "ipv4-address", address: A } as const;
  return new IkePair(
    { policy: { ...base(A, B, rsa.a), aggressivePeers: [{ peer: B, key: undefined, identity }] } },
    { policy: base(B, A, rsa.b) },
  );
}

test("aggressive mode with encrypted nonces: three messages, and no identity in clear", () => {
  const pair = aggressively();
  pair.negotiate("A");
  assert.ok(isUp(pair), "both ends are up");
  assert.equal(pair.event("B", "isakmp-sa-established")?.exchange, "aggressive");
  assert.equal(pair.event("B", "isakmp-sa-established")?.authentication, "rsa-encr");
  assert.equal(pair.event("B", "peer-authenticated")?.identity, A);
  assert.equal(pair.event("A", "peer-authenticated")?.identity, B);
  assert.equal(pair.installed("A").length, 2);
  for (const clear of [A, B])
    for (const { bytes } of pair.wire.slice(0, 2))
      assert.ok(
        !Buffer.from(bytes).includes(Buffer.from(clear.split(".").map(Number))),
        "no identity is in clear",
      );
});

test("aggressive mode of a router with keys takes identities in clear as well", () => {
  const preShared = [{ ...SUITE, group: 2 }] as const;
  const endpoint = { kind: "fqdn", name: "branch.example.com" } as const;
  const pair = new IkePair(
    { changes: { suites: preShared, clientEndpoint: endpoint } },
    { changes: { suites: preShared, keysForNames: ["branch.example.com"], rsa: BY_ADDRESS.b } },
  );
  pair.negotiate("A");
  assert.ok(isUp(pair), "both ends are up");
  assert.equal(pair.event("B", "peer-authenticated")?.identity, "branch.example.com");
});

test("in aggressive mode wrong keys and wrong names are refused by either end", () => {
  const cases: [string, { a: RsaPolicy; b: RsaPolicy }, "A" | "B", RegExp][] = [
    [
      "our key of the peer",
      { ...BY_ADDRESS, a: rsaOf(KEY_A, peerKey(KEY_OTHER, { address: B })) },
      "A",
      /does not verify/,
    ],
    [
      "the peer's key of us",
      { ...BY_ADDRESS, b: rsaOf(KEY_B, peerKey(KEY_OTHER, { address: A })) },
      "A",
      /does not verify/,
    ],
    [
      "the peer's name",
      { ...BY_ADDRESS, b: rsaOf(KEY_B, peerKey(KEY_A, { name: "somebody" })) },
      "B",
      /is not entered for that/,
    ],
  ];
  for (const [what, rsa, end, says] of cases) {
    const pair = aggressively(rsa);
    pair.negotiate("A");
    assert.ok(!isUp(pair), what);
    assert.match(failure(pair, end).explanation, says, what);
  }
});

test("in aggressive mode no answer tells whether anything decrypted", () => {
  const ask = (spoil: Parameters<typeof askWith>[0]) => {
    const pair = aggressively();
    pair.network = (datagram, index) => (index === 0 ? [withPayloads(datagram, spoil)] : []);
    pair.negotiate("A");
    const [, answer] = pair.wire;
    return {
      length: answer?.bytes.length,
      shape: payloadTypes(answer?.bytes ?? new Uint8Array(0)),
      state: pair.engines.B.view().isakmpSas[0]?.state,
      told: pair.kinds("B").filter((kind) => kind !== "identity-built"),
    };
  };
  const good = ask(() => ({}));
  assert.deepEqual(
    good.shape.filter((type) => [4, 5, 8, 10].includes(type)),
    [4, 5, 10, 8],
  );
  for (const spoil of [
    (nonce: Uint8Array) => ({ nonce: nonce.toReversed().fill(0, 0, 1) }),
    (_: Uint8Array, id: Uint8Array) => ({ id: id.toReversed().fill(0, 0, 1) }),
    (nonce: Uint8Array, id: Uint8Array) => ({ nonce: id, id: nonce }),
    (nonce: Uint8Array) => ({ nonce: nonce.map(() => 0xff) }),
  ])
    assert.deepEqual(ask(spoil), good);
});
