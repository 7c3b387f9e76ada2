/** The key derivation against whole sessions that others recorded: every encrypted message, every hash, every key. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ciscoHandshakes,
  type End,
  payloadsOf,
  type RecordedMessage,
  type RecordedPayload,
  type RecordedSession,
  type StrongswanSession,
  strongswanSessions,
} from "../../test/support/recorded-sessions.ts";
import { concat } from "../base/octets.ts";
import { decryptCbc } from "../crypto/cbc.ts";
import { CIPHERS, HASHES, ICV_LENGTHS } from "../crypto/names.ts";
import { packetAuthenticator } from "../crypto/packet-authenticator.ts";
import { packetCipher } from "../crypto/packet-cipher.ts";
import { Secret } from "../crypto/secret.ts";
import {
  encryptionKey,
  hash1,
  hash2,
  hash3,
  hashI,
  hashR,
  initialIv,
  keymat,
  natDiscoveryHash,
  phase2Iv,
  skeyidPreShared,
} from "./keying.ts";

describe("recorded sessions", () => {
  for (const each of ciscoHandshakes())
    it(`with an IOS router decrypt, and their hashes hold: ${each.name}`, () => {
      const { hashesChecked } = new Follower(each, {
        initiator: each.IDii_b,
        responder: each.IDir_b,
      }).follow();
      assert.equal(hashesChecked, HASHES_IN_CISCO[each.name]);
    });

  for (const each of strongswanSessions())
    it(`between two strongSwan decrypt, and their hashes and keys hold: ${each.name}`, () => {
      const follower = new Follower(each, undefined).follow();
      // Two in phase 1, three in quick mode, two Deletes.
      assert.equal(follower.hashesChecked, 7);
      checkPhase1Keys(each, follower);
      checkNatDiscovery(each);
      checkEsp(each, follower);
    });
});

const HASHES_IN_CISCO: Readonly<Record<string, number>> = {
  testAggressiveModePSKHandshake: 5,
  testMainModePSKHandshake: 5,
  testMainModePKEHandshake: 5,
  testMoreThanOneMessageHandshake: 3,
};

const [SA, KE, ID, HASH, NONCE, NAT_D] = [1, 4, 5, 8, 10, 20];
const [MAIN, AGGRESSIVE, INFORMATIONAL, QUICK] = [2, 4, 5, 32];

/** Reads a session from its first message to its last, as an end that knows SKEYID would. */
class Follower {
  readonly quick = new Map<End, Uint8Array>();
  readonly phase1 = new Map<End, { KE: Uint8Array; NONCE: Uint8Array | undefined }>();
  hashesChecked = 0;
  readonly #session: RecordedSession;
  readonly #identities: { readonly [E in End]: Uint8Array } | undefined;
  readonly #ivs = new Map<number, Uint8Array>();
  #lastPhase1Block: Uint8Array;
  #SAi_b: Uint8Array | undefined;
  #quickMessages = 0;

  constructor(session: RecordedSession, identities: { readonly [E in End]: Uint8Array } | undefined) {
    this.#session = session;
    this.#identities = identities;
    this.#lastPhase1Block = session.IV0;
  }

  follow(): this {
    for (const message of this.#session.messages) this.#read(message);
    return this;
  }

  #read(message: RecordedMessage): void {
    const body = message.isEncrypted ? this.#decrypted(message) : message.body;
    const payloads = payloadsOf(message.firstPayload, body);
    const first = (type: number): Uint8Array | undefined => payloads.find((each) => each.type === type)?.body;
    this.#SAi_b ??= first(SA);
    const publicValue = first(KE);
    if (message.exchange !== QUICK && publicValue !== undefined)
      this.phase1.set(message.from, { KE: publicValue, NONCE: first(NONCE) });
    const nonce = first(NONCE);
    if (message.exchange === QUICK && nonce !== undefined) this.quick.set(message.from, nonce);
    const hash = payloads.find((each) => each.type === HASH);
    if (hash === undefined) return;
    const last = payloads.at(-1)?.end ?? 0;
    const expected = this.#expected(message, body.slice(hash.end, last), first(ID));
    assert.deepEqual(hash.body, expected, `HASH of exchange ${message.exchange} from the ${message.from}`);
    this.hashesChecked++;
  }

  /** IKE keeps one chain of IVs per exchange; phase 1 has message ID 0. */
  #decrypted({ messageId, body }: RecordedMessage): Uint8Array {
    const { hash, cipher, Ka } = this.#session;
    const { blockLength } = CIPHERS[cipher];
    const isPhase1 = messageId === 0;
    const iv = isPhase1
      ? this.#lastPhase1Block
      : (this.#ivs.get(messageId) ?? phase2Iv(hash, this.#lastPhase1Block, messageId, blockLength));
    const lastBlock = body.slice(-blockLength);
    if (isPhase1) this.#lastPhase1Block = lastBlock;
    else this.#ivs.set(messageId, lastBlock);
    return decryptCbc(cipher, Ka, iv, body);
  }

  #expected(message: RecordedMessage, rest: Uint8Array, ID_b: Uint8Array | undefined): Uint8Array {
    const { hash, SKEYID_a } = this.#session;
    const key = new Secret(SKEYID_a);
    switch (message.exchange) {
      case MAIN:
      case AGGRESSIVE:
        return this.#phase1Hash(message.from, ID_b ?? this.#identity(message.from));
      case INFORMATIONAL:
        return hash1(hash, key, message.messageId, rest);
      case QUICK:
        this.#quickMessages++;
        if (this.#quickMessages === 1) return hash1(hash, key, message.messageId, rest);
        if (this.#quickMessages === 2)
          return hash2(hash, key, message.messageId, found(this.quick.get("initiator")), rest);
        return hash3(
          hash,
          key,
          message.messageId,
          found(this.quick.get("initiator")),
          found(this.quick.get("responder")),
        );
      default:
        return assert.fail(`exchange ${message.exchange}`);
    }
  }

  #phase1Hash(from: End, ID_b: Uint8Array): Uint8Array {
    const { hash, SKEYID, CKY_I, CKY_R } = this.#session;
    const input = {
      hash,
      SKEYID: new Secret(SKEYID),
      gxi: found(this.phase1.get("initiator")).KE,
      gxr: found(this.phase1.get("responder")).KE,
      initiatorCookie: CKY_I,
      responderCookie: CKY_R,
      SAi_b: found(this.#SAi_b),
    };
    return from === "initiator" ? hashI(input, ID_b) : hashR(input, ID_b);
  }

  /** Of an end that did not send its identity beside its hash. */
  #identity(end: End): Uint8Array {
    const sentInClear = this.#session.messages
      .filter(({ from, isEncrypted }) => from === end && !isEncrypted)
      .flatMap(({ firstPayload, body }) => payloadsOf(firstPayload, body))
      .find(({ type }) => type === ID);
    return this.#identities?.[end] ?? found(sentInClear).body;
  }
}

function checkPhase1Keys(session: StrongswanSession, { phase1 }: Follower): void {
  const { hash, cipher, psk, SKEYID, SKEYID_e, Ka, IV0 } = session;
  const [initiator, responder] = [found(phase1.get("initiator")), found(phase1.get("responder"))];
  const made = skeyidPreShared(hash, found(psk), found(initiator.NONCE), found(responder.NONCE));
  assert.deepEqual(made.reveal(), SKEYID);
  const { keyLength, blockLength } = CIPHERS[cipher];
  assert.deepEqual(encryptionKey(hash, new Secret(SKEYID_e), keyLength).reveal(), Ka);
  assert.deepEqual(initialIv(hash, initiator.KE, responder.KE, blockLength), IV0);
}

/** The first NAT-D payload of each end is about the other end, as that sees itself too: nothing was translated. */
function checkNatDiscovery({
  hash,
  CKY_I,
  CKY_R,
  initiatorAddress,
  responderAddress,
  messages,
}: StrongswanSession) {
  const told = new Map<End, RecordedPayload>();
  for (const { from, isEncrypted, firstPayload, body } of messages.filter((each) => !each.isEncrypted)) {
    const payload = isEncrypted
      ? undefined
      : payloadsOf(firstPayload, body).find(({ type }) => type === NAT_D);
    if (payload !== undefined) told.set(from, payload);
  }
  const of = (address: Uint8Array): Uint8Array => natDiscoveryHash(hash, CKY_I, CKY_R, address, 500);
  // In aggressive mode the initiator's are in the encrypted third message.
  if (told.has("initiator")) assert.deepEqual(told.get("initiator")?.body, of(responderAddress));
  assert.deepEqual(found(told.get("responder")).body, of(initiatorAddress));
}

/** KEYMAT of both directions, and the packets under it. */
function checkEsp({ hash, SKEYID_d, esp }: StrongswanSession, { quick }: Follower): void {
  const { keyLength, blockLength } = CIPHERS[esp.cipher];
  const total = keyLength + HASHES[esp.hash].length;
  for (const from of ["initiator", "responder"] as const) {
    const { encryptionKey: key, integrityKey } = esp.ends[from];
    const { spi } = esp.ends[from === "initiator" ? "responder" : "initiator"];
    const [Ni_b, Nr_b] = [found(quick.get("initiator")), found(quick.get("responder"))];
    const made = keymat(
      hash,
      new Secret(SKEYID_d),
      { protocol: 3, spi, Ni_b, Nr_b, gqmxy: undefined },
      total,
    );
    // With PFS, g(qm)^xy would have to be known.
    assert[esp.pfs ? "notDeepEqual" : "deepEqual"](made, concat(key, integrityKey));
    const cipher = packetCipher(esp.cipher, key);
    const authenticator = packetAuthenticator(esp.hash, integrityKey);
    const packets = esp.packets.filter((each) => each.from === from);
    assert.equal(packets.length, 2);
    for (const { packet } of packets) {
      assert.deepEqual(packet.slice(0, 4), spi);
      const covered = packet.slice(0, -ICV_LENGTHS[esp.hash]);
      const icv = packet.slice(covered.length);
      assert.deepEqual(authenticator.tag(covered).slice(0, icv.length), icv);
      const plaintext = cipher.open(covered.slice(8, 8 + blockLength), covered.slice(8 + blockLength));
      // Tunnel mode: an IPv4 packet inside, and the trailer says so.
      assert.equal((plaintext[0] ?? 0) >> 4, 4);
      assert.equal(plaintext.at(-1), 4);
    }
  }
}

function found<T>(value: T | undefined): T {
  return value ?? assert.fail("not found in the recording");
}
