/**
 * An initiator that says any message in whatever state, as right as what it knows allows: with true keys where it has heard
 * enough to make them, else with keys of zeros. It is A of the case study and speaks to B.
 */
import { MalformedError, tolerant } from "../../src/base/errors.ts";
import { concat, equal, fromHex, hex, u32Octets, utf8 } from "../../src/base/octets.ts";
import { publicValue, sharedSecret } from "../../src/crypto/diffie-hellman.ts";
import { CIPHERS } from "../../src/crypto/names.ts";
import { rsaDecrypt, rsaEncrypt } from "../../src/crypto/rsa-encryption.ts";
import { Secret } from "../../src/crypto/secret.ts";
import {
  deriveSkeyids,
  encryptionKey,
  hash1,
  hash2,
  hash3,
  hashI,
  hashR,
  initialIv,
  keymat,
  type Phase1HashInput,
  phase2Iv,
  skeyidEncryption,
  skeyidPreShared,
} from "../../src/ike/keying.ts";
import { offerSuites } from "../../src/ike/phase1/protection-suite.ts";
import { PLAIN_MODES } from "../../src/ike/phase2/encapsulation.ts";
import { offerTransformSets } from "../../src/ike/phase2/esp-proposal.ts";
import { identitiesOf } from "../../src/ike/phase2/proxy-identity.ts";
import type { ProtectionSuite } from "../../src/ike/policy.ts";
import { type Protection, seal, unseal } from "../../src/ike/protection.ts";
import { nodeTransforms } from "../../src/ipsec/node-transforms.ts";
import { decodeHeader, FLAG_ENCRYPTION, HEADER_LENGTH, type IsakmpHeader } from "../../src/isakmp/header.ts";
import { encodeMessage } from "../../src/isakmp/message.ts";
import { PROTOCOL_ID } from "../../src/isakmp/numbers/domain.ts";
import { EXCHANGE_TYPE } from "../../src/isakmp/numbers/exchange-type.ts";
import { NOTIFY_TYPE } from "../../src/isakmp/numbers/notify-type.ts";
import { nameOf } from "../../src/isakmp/numbers/registry.ts";
import type { Identification, KeyExchange, Nonce, Payload } from "../../src/isakmp/payload.ts";
import { decodePayloads, encodeBody, encodePayloads } from "../../src/isakmp/payload-chain.ts";
import { ipv4Octets } from "../../src/net/ip-address.ts";
import { buildIpv4Packet } from "../../src/net/ipv4-packet.ts";
import { PROTOCOL } from "../../src/net/protocols.ts";
import { testKey } from "./certificates.ts";
import { opened, sealed } from "./esp-packets.ts";
import { A, B, policyOf, SELECTOR, SUITE, seededRandom, TRANSFORM_SET } from "./ike-pair.ts";

/** What it may say. MM is main mode, AM aggressive mode, QM quick mode, each with the number of its message. */
export const LETTERS = [
  "MM1 pre-share",
  "MM1 rsa-encr",
  "MM3 pre-share",
  "MM3 rsa-encr",
  "MM5 pre-share",
  "MM5 rsa-encr",
  "AM1",
  "AM3",
  "QM1",
  "QM3",
  "Delete",
  "another quick mode",
  "ESP",
] as const;

export type Letter = (typeof LETTERS)[number];

/** A datagram to port 500, an ESP packet, or nothing at all. */
export type Said =
  | { readonly kind: "ike"; readonly bytes: Uint8Array }
  | { readonly kind: "esp"; readonly bytes: Uint8Array }
  | { readonly kind: "nothing" };

export const PRE_SHARED_KEY = "jw4ep9846804ijl";
export const KEY_OF_A = testKey("router a");
export const KEY_OF_B = testKey("router b");
export const SUITES: { readonly [M in "pre-share" | "rsa-encr"]: ProtectionSuite } = {
  "pre-share": SUITE,
  "rsa-encr": { ...SUITE, priority: 2, authentication: "rsa-encr" },
};

const HASH = "sha1";
const CIPHER = "3des";
const { blockLength: BLOCK, keyLength: KEY_LENGTH } = CIPHERS[CIPHER];
const NO_COOKIE = new Uint8Array(8);
const NOTHING = new Uint8Array(0);
const PRIVATE_VALUE = new Uint8Array(32).fill(0x5a);
const NONCE_OF_A: Nonce = { kind: "NONCE", data: utf8("a nonce of twenty oc") };
const IDENTITY: Identification = { kind: "ID", idType: 1, protocolId: 17, port: 500, data: ipv4Octets(A) };
const IDii_b = encodeBody(IDENTITY);
const ZERO_KEYS: Protection = {
  cipher: CIPHER,
  hash: HASH,
  encryptionKey: new Secret(new Uint8Array(KEY_LENGTH)),
  SKEYID_a: new Secret(new Uint8Array(20)),
  SKEYID_d: new Secret(new Uint8Array(20)),
};

const OWN_KEY: KeyExchange = { kind: "KE", publicValue: publicValue(1, PRIVATE_VALUE) };

/** g^xy by B's public value, of which there is one where B has one private value for ever. */
const secretWith = remembered((gxr) => sharedSecret(1, PRIVATE_VALUE, gxr));

/** What B has encrypted to A. */
const decrypted = remembered((data) => rsaDecrypt(KEY_OF_A.privateKey, [data], [NOTHING])[0] ?? NOTHING);

/** The slow function of octets, computed once for each. */
function remembered(slow: (octets: Uint8Array) => Uint8Array): (octets: Uint8Array) => Uint8Array {
  const known = new Map<string, Uint8Array>();
  return (octets) => {
    const result = known.get(hex(octets)) ?? slow(octets);
    known.set(hex(octets), result);
    return result;
  };
}

/** Between A and B, since B last answered a first message. */
interface Session {
  readonly initiatorCookie: Uint8Array;
  readonly responderCookie: Uint8Array;
  readonly SAi_b: Uint8Array;
}

interface SessionKeys {
  readonly protection: Protection;
  readonly hashInput: Phase1HashInput;
  readonly initialIv: Uint8Array;
  /** Phase 2 follows from it. */
  readonly lastBlock: Uint8Array;
}

interface QuickAnswer {
  readonly Nr_b: Uint8Array;
  readonly lastBlock: Uint8Array;
}

interface EspKeys {
  readonly spiOfB: number;
  readonly spiOfA: number;
  readonly protection: Protection;
  readonly Ni_b: Uint8Array;
  readonly Nr_b: Uint8Array;
}

export interface InitiatorOptions {
  /** Every first message begins anew; else all of them have the same cookie. */
  readonly takesNewCookies: boolean;
  /** It has neither the pre-shared key nor A's private key. */
  readonly isImpostor?: boolean;
}

export class WaywardInitiator {
  readonly #options: InitiatorOptions;
  #cookies = 1;
  #session: Session = { initiatorCookie: cookie(1), responderCookie: NO_COOKIE, SAi_b: NOTHING };
  /** By the first message just said. */
  #offered: Session | undefined;
  #keys: SessionKeys | undefined;
  /** Of all sessions, by B's cookie: B may speak under an older one. */
  readonly #everyKeys = new Map<string, SessionKeys>();
  #quickModes = 1;
  #quickAnswer: QuickAnswer | undefined;
  #informationals = 0;
  #esp: EspKeys | undefined;
  #espPackets = 0;
  #lastMessage: Uint8Array = NOTHING;

  constructor(options: InitiatorOptions) {
    this.#options = options;
  }

  /** What decides, besides B, what a letter will mean. */
  get knowledge(): string {
    return [
      `cookies ${hex(this.#session.responderCookie) === hex(NO_COOKIE) ? "unknown" : "known"}`,
      this.#keys === undefined ? "no keys" : "keys",
      this.#keys === undefined || equal(this.#keys.lastBlock, this.#keys.initialIv) ? "" : "proof heard",
      this.#quickAnswer === undefined ? "" : "QM2 heard",
      this.#esp === undefined ? "" : "ESP keys",
    ].join(", ");
  }

  /** The cookies of B's for the SA that it speaks under. */
  get responderCookie(): string {
    return hex(this.#session.responderCookie);
  }

  /** Of B's SA that its ESP goes by. */
  get spiOfB(): number | undefined {
    return this.#esp?.spiOfB;
  }

  say(letter: Letter): Said {
    this.#offered = undefined;
    switch (letter) {
      case "MM1 pre-share":
        return this.#first("Identity Protection", [offerSuites([SUITES["pre-share"]], 1)]);
      case "MM1 rsa-encr":
        return this.#first("Identity Protection", [offerSuites([SUITES["rsa-encr"]], 1)]);
      case "AM1":
        return this.#first("Aggressive", [
          offerSuites([SUITES["pre-share"]], 1),
          OWN_KEY,
          NONCE_OF_A,
          IDENTITY,
        ]);
      case "MM3 pre-share":
        return this.#clear("Identity Protection", [OWN_KEY, NONCE_OF_A]);
      case "MM3 rsa-encr":
        return this.#clear("Identity Protection", [OWN_KEY, ...SEALED]);
      case "MM5 pre-share":
        return this.#proof([IDENTITY, { kind: "HASH", data: this.#hashI() }]);
      case "MM5 rsa-encr":
        return this.#proof([{ kind: "HASH", data: this.#hashI() }]);
      case "AM3":
        return this.#clear("Aggressive", [{ kind: "HASH", data: this.#hashI() }]);
      case "QM1":
        return this.#hashed("Quick Mode", this.#messageId, [
          this.#espOffer(),
          this.#nonce,
          ...identitiesOf(SELECTOR),
        ]);
      case "QM3":
        return this.#quickProof();
      case "Delete":
        this.#informationals += 1;
        return this.#hashed("Informational", 0x2000 + this.#informationals, [
          { kind: "DELETE", doi: 1, protocolId: PROTOCOL_ID.PROTO_ISAKMP, spiSize: 16, spis: [this.#spi()] },
        ]);
      case "another quick mode":
        this.#quickModes += 1;
        this.#quickAnswer = undefined;
        return { kind: "nothing" };
      case "ESP":
        return this.#espPacket();
    }
  }

  /** What B has answered, in short; what proves B is verified. */
  hear(bytes: Uint8Array): string {
    const header = decodeHeader(bytes);
    const isEncrypted = (header.flags & FLAG_ENCRYPTION) !== 0;
    switch (header.exchangeType) {
      case EXCHANGE_TYPE["Identity Protection"]:
        return isEncrypted ? this.#hearProof(header, bytes) : this.#hearClear("main mode", header, bytes);
      case EXCHANGE_TYPE.Aggressive:
        return this.#hearClear("aggressive mode", header, bytes);
      case EXCHANGE_TYPE["Quick Mode"]:
        return header.messageId === this.#messageId
          ? this.#hearQuickAnswer(bytes)
          : this.#hearFirst(header, bytes);
      case EXCHANGE_TYPE.Informational:
        return isEncrypted
          ? this.#hearFirst(header, bytes)
          : `refusal in clear: ${kindsOf(clearChain(header, bytes))}`;
      default:
        return `exchange ${header.exchangeType}`;
    }
  }

  /** Whether an ESP packet of B's is the answer of the host behind it. */
  understands(esp: Uint8Array): boolean {
    if (this.#esp === undefined) return false;
    const { spiOfA } = this.#esp;
    if (!equal(esp.subarray(0, 4), u32Octets(spiOfA))) return false;
    return opened(this.#transforms(spiOfA), esp).kind === "opened";
  }

  // ── Phase 1 ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #first(exchange: "Identity Protection" | "Aggressive", payloads: readonly Payload[]): Said {
    const [SA] = payloads;
    const initiatorCookie = cookie(this.#options.takesNewCookies ? this.#cookies : 1);
    this.#offered = {
      initiatorCookie,
      responderCookie: NO_COOKIE,
      SAi_b: SA === undefined ? NOTHING : encodeBody(SA),
    };
    return this.#message(
      {
        ...plainHeader(exchange),
        ...this.#offered,
      },
      payloads,
    );
  }

  #clear(exchange: "Identity Protection" | "Aggressive", payloads: readonly Payload[]): Said {
    return this.#message({ ...plainHeader(exchange), ...this.#session }, payloads);
  }

  #message(header: Omit<IsakmpHeader, "length" | "nextPayload">, payloads: readonly Payload[]): Said {
    return { kind: "ike", bytes: encodeMessage(header, payloads) };
  }

  /** Always under the first IV: B moves on with what it accepts alone. */
  #proof(payloads: readonly Payload[]): Said {
    return this.#sealed(this.#keys?.initialIv ?? new Uint8Array(BLOCK), "Identity Protection", 0, payloads);
  }

  #hashI(): Uint8Array {
    return this.#keys === undefined ? new Uint8Array(20) : hashI(this.#keys.hashInput, IDii_b);
  }

  #hearClear(mode: string, header: IsakmpHeader, bytes: Uint8Array): string {
    const payloads = clearChain(header, bytes);
    if (payloads.some(({ kind }) => kind === "SA")) this.#begin(header);
    const gxr = payloads.find((payload) => payload.kind === "KE")?.publicValue;
    const nonce = payloads.find((payload) => payload.kind === "NONCE")?.data;
    if (gxr === undefined || nonce === undefined) return `${mode}: ${kindsOf(payloads)}`;
    this.#makeKeys(
      gxr,
      nonce,
      payloads.some(({ kind }) => kind === "unknown"),
    );
    const proof = payloads.find((payload) => payload.kind === "HASH");
    const identity = payloads.find((payload) => payload.kind === "ID");
    if (proof === undefined || identity === undefined) return `${mode}: ${kindsOf(payloads)}`;
    return `${mode}: ${kindsOf(payloads)}${this.#isProofOfB(proof.data, encodeBody(identity)) ? "" : ", unproven"}`;
  }

  /** A first message of A's has been answered. */
  #begin({ responderCookie }: IsakmpHeader): void {
    if (this.#offered === undefined) return;
    this.#session = { ...this.#offered, responderCookie };
    this.#keys = undefined;
    this.#quickModes += 1;
    this.#quickAnswer = undefined;
    if (this.#options.takesNewCookies) this.#cookies += 1;
  }

  #learnKeys(keys: SessionKeys): void {
    this.#keys = keys;
    this.#everyKeys.set(this.responderCookie, keys);
  }

  #makeKeys(gxr: Uint8Array, nonce: Uint8Array, isSealed: boolean): void {
    const { initiatorCookie, responderCookie, SAi_b } = this.#session;
    const gxi = OWN_KEY.publicValue;
    const gxy = secretWith(gxr);
    const Ni_b = encodeBody(NONCE_OF_A);
    const { isImpostor = false } = this.#options;
    const Nr_b = isSealed ? (isImpostor ? NOTHING : decrypted(nonce)) : nonce;
    const SKEYID = isSealed
      ? skeyidEncryption(HASH, Ni_b, Nr_b, concat(initiatorCookie, responderCookie), "ios")
      : skeyidPreShared(HASH, utf8(isImpostor ? "a guess" : PRE_SHARED_KEY), Ni_b, Nr_b);
    const { a, d, e } = deriveSkeyids(HASH, SKEYID, gxy, initiatorCookie, responderCookie);
    const iv = initialIv(HASH, gxi, gxr, BLOCK);
    this.#learnKeys({
      protection: {
        cipher: CIPHER,
        hash: HASH,
        encryptionKey: encryptionKey(HASH, e, KEY_LENGTH),
        SKEYID_a: a,
        SKEYID_d: d,
      },
      hashInput: { hash: HASH, SKEYID, gxi, gxr, initiatorCookie, responderCookie, SAi_b },
      initialIv: iv,
      lastBlock: iv,
    });
  }

  #hearProof(header: IsakmpHeader, bytes: Uint8Array): string {
    const payloads = open(header, bytes, this.#protection, this.#lastMessage.slice(-BLOCK));
    const identity = payloads.find((payload) => payload.kind === "ID");
    const proof = payloads.find((payload) => payload.kind === "HASH");
    // Where it is encrypted to A, it has come before: B's is its address.
    const IDir_b = encodeBody(identity ?? { ...IDENTITY, data: ipv4Octets(B) });
    const isProven = proof !== undefined && this.#isProofOfB(proof.data, IDir_b);
    if (isProven && this.#keys !== undefined)
      this.#learnKeys({ ...this.#keys, lastBlock: bytes.slice(-BLOCK) });
    return `main mode, encrypted: ${kindsOf(payloads)}${isProven ? "" : ", unproven"}`;
  }

  #isProofOfB(hash: Uint8Array, IDir_b: Uint8Array): boolean {
    return this.#keys !== undefined && equal(hash, hashR(this.#keys.hashInput, IDir_b));
  }

  // ── Phase 2 ────────────────────────────────────────────────────────────────────────────────────────────────────────

  get #messageId(): number {
    return 0x1000 + this.#quickModes;
  }

  get #spiOfA(): number {
    return 0xa000 + this.#quickModes;
  }

  get #nonce(): Nonce {
    return { kind: "NONCE", data: concat(utf8("another nonce of"), u32Octets(this.#quickModes)) };
  }

  get #protection(): Protection {
    return this.#keys?.protection ?? ZERO_KEYS;
  }

  #spi(): Uint8Array {
    return concat(this.#session.initiatorCookie, this.#session.responderCookie);
  }

  #espOffer(): Payload {
    return offerTransformSets(CONNECTION, { spi: this.#spiOfA, ahSpi: undefined }, 1, true, {
      numbers: PLAIN_MODES,
      isBetweenPeers: false,
    });
  }

  #firstIv(messageId: number): Uint8Array {
    return phase2Iv(HASH, this.#keys?.lastBlock ?? new Uint8Array(BLOCK), messageId, BLOCK);
  }

  #hashed(exchange: "Quick Mode" | "Informational", messageId: number, payloads: readonly Payload[]): Said {
    const data = hash1(HASH, this.#protection.SKEYID_a, messageId, encodePayloads(payloads).bytes);
    return this.#sealed(this.#firstIv(messageId), exchange, messageId, [{ kind: "HASH", data }, ...payloads]);
  }

  #quickProof(): Said {
    const answer = this.#quickAnswer;
    const data = hash3(
      HASH,
      this.#protection.SKEYID_a,
      this.#messageId,
      encodeBody(this.#nonce),
      answer?.Nr_b ?? NOTHING,
    );
    const iv = answer?.lastBlock ?? this.#firstIv(this.#messageId);
    return this.#sealed(iv, "Quick Mode", this.#messageId, [{ kind: "HASH", data }]);
  }

  #hearQuickAnswer(bytes: Uint8Array): string {
    const header = decodeHeader(bytes);
    const payloads = open(header, bytes, this.#protection, this.#lastMessage.slice(-BLOCK));
    const [proof, SA, nonce] = payloads;
    if (proof?.kind !== "HASH" || SA?.kind !== "SA" || nonce?.kind !== "NONCE")
      return `quick mode: ${kindsOf(payloads)}`;
    const rest = encodePayloads(payloads.slice(1)).bytes;
    const Ni_b = encodeBody(this.#nonce);
    if (!equal(proof.data, hash2(HASH, this.#protection.SKEYID_a, this.#messageId, Ni_b, rest)))
      return "quick mode, unproven";
    const Nr_b = nonce.data;
    this.#quickAnswer = { Nr_b, lastBlock: bytes.slice(-BLOCK) };
    const [spi = NOTHING] = SA.proposals.map((proposal) => proposal.spi);
    this.#esp = {
      spiOfB: Number.parseInt(hex(spi), 16),
      spiOfA: this.#spiOfA,
      protection: this.#protection,
      Ni_b,
      Nr_b,
    };
    return `quick mode: ${kindsOf(payloads)}`;
  }

  /** The first message of an exchange that B has begun. */
  #hearFirst(header: IsakmpHeader, bytes: Uint8Array): string {
    const keys = this.#everyKeys.get(hex(header.responderCookie));
    if (keys === undefined) return "what nobody can read";
    const { protection, lastBlock } = keys;
    const payloads = open(header, bytes, protection, phase2Iv(HASH, lastBlock, header.messageId, BLOCK));
    const [proof, ...rest] = payloads;
    const expected = hash1(HASH, protection.SKEYID_a, header.messageId, encodePayloads(rest).bytes);
    const isProven = proof?.kind === "HASH" && equal(proof.data, expected);
    const what = `${nameOf(EXCHANGE_TYPE, header.exchangeType)} of B's own`;
    return isProven ? `${what}: ${kindsOf(payloads)}` : `${what}, unproven`;
  }

  // ── ESP ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #espPacket(): Said {
    this.#espPackets += 1;
    const header = { spi: this.#esp?.spiOfB ?? 0x1234, sequenceNumber: this.#espPackets };
    const iv = new Uint8Array(BLOCK).fill(this.#espPackets);
    const esp = sealed(this.#transforms(header.spi), header, iv, TCP_SYN, PROTOCOL.IPV4);
    return {
      kind: "esp",
      bytes: buildIpv4Packet(
        {
          source: A,
          destination: B,
          protocol: PROTOCOL.ESP,
          timeToLive: 64,
          identification: this.#espPackets,
        },
        esp,
      ),
    };
  }

  #transforms(spi: number) {
    const { Ni_b = NOTHING, Nr_b = NOTHING, protection = ZERO_KEYS } = this.#esp ?? {};
    const input = {
      protocol: PROTOCOL_ID.PROTO_IPSEC_ESP,
      spi: u32Octets(spi),
      Ni_b,
      Nr_b,
      gqmxy: undefined,
    };
    const material = keymat(HASH, protection.SKEYID_d, input, KEY_LENGTH + 16);
    return nodeTransforms(
      TRANSFORM_SET.esp,
      new Secret(material.slice(0, KEY_LENGTH)),
      new Secret(material.slice(KEY_LENGTH)),
    );
  }

  // ── Octets ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  #sealed(
    iv: Uint8Array,
    exchange: "Identity Protection" | "Quick Mode" | "Informational",
    messageId: number,
    payloads: readonly Payload[],
  ): Said {
    const header = { ...this.#session, exchangeType: EXCHANGE_TYPE[exchange], messageId };
    this.#lastMessage = seal(this.#protection, iv, header, payloads).bytes;
    return { kind: "ike", bytes: this.#lastMessage };
  }
}

/** The connection that it offers: B's own lifetime is shorter, which B is to say. */
const CONNECTION = (() => {
  const [connection] = policyOf(A, B, { lifetimeSeconds: 28800 }).connections;
  if (connection === undefined) throw new TypeError("the case study has a connection");
  return connection;
})();

/** Identity and nonce, encrypted to B. */
const SEALED: readonly Payload[] = (() => {
  const random = seededRandom("wayward");
  const encrypted = (payload: Payload): Uint8Array =>
    rsaEncrypt(KEY_OF_B.publicKey, encodeBody(payload), random);
  return [
    { kind: "unknown", payloadType: 5, body: encrypted(IDENTITY) },
    { kind: "NONCE", data: encrypted(NONCE_OF_A) },
  ];
})();

/** From port 1024 of a host behind A to port 80 of one behind B. */
const TCP_SYN = buildIpv4Packet(
  {
    source: SELECTOR.local.address,
    destination: SELECTOR.remote.address,
    protocol: PROTOCOL.TCP,
    timeToLive: 64,
    identification: 1,
  },
  fromHex("0400 0050 00000001 00000000 5002 2000 0000 0000"),
);

function plainHeader(exchange: "Identity Protection" | "Aggressive") {
  return { majorVersion: 1, minorVersion: 0, exchangeType: EXCHANGE_TYPE[exchange], flags: 0, messageId: 0 };
}

function cookie(number: number): Uint8Array {
  return concat(Uint8Array.of(0xa, 0, 0, 0), u32Octets(number));
}

/** The payloads of a clear message; an identity that is encrypted to A stays as it is. */
function clearChain(header: IsakmpHeader, bytes: Uint8Array): readonly Payload[] {
  const sealedIdentities = header.exchangeType === EXCHANGE_TYPE["Identity Protection"];
  return decodePayloads(header.nextPayload, bytes.subarray(HEADER_LENGTH), { sealedIdentities }).payloads;
}

/** Nothing where it does not decrypt to payloads. */
function open(
  { nextPayload }: IsakmpHeader,
  bytes: Uint8Array,
  protection: Protection,
  iv: Uint8Array,
): readonly Payload[] {
  const plaintext = unseal(protection, iv, bytes)?.plaintext ?? NOTHING;
  const chain = tolerant(() => decodePayloads(nextPayload, plaintext));
  return chain instanceof MalformedError ? [] : chain.payloads;
}

/** Their kinds, and what notifications say. */
function kindsOf(payloads: readonly Payload[]): string {
  return payloads
    .map((payload) =>
      payload.kind === "NOTIFY" ? `NOTIFY ${nameOf(NOTIFY_TYPE, payload.notifyType)}` : payload.kind,
    )
    .join(" ");
}
