/**
 * From nonces, cookies and g^xy to every key and hash of IKE (RFC 2409 §5, §5.4, §5.5, App. B; RFC 3947 §3.2). prf is the
 * HMAC of the negotiated hash. `_b` is the body of a payload, without its generic header; g^x, g^y and g^xy have the
 * group's full length.
 */
import { concat, u16Octets, u32Octets } from "../base/octets.ts";
import { hash as digest, hmac as prf } from "../crypto/hash.ts";
import type { HashName } from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";

/** What SKEYID has for children: `d` derives IPsec's keys, `a` authenticates and `e` encrypts IKE's own messages. */
export interface Skeyids {
  readonly d: Secret;
  readonly a: Secret;
  readonly e: Secret;
}

/** RFC 2409 §5.4: SKEYID = prf(pre-shared-key, Ni_b | Nr_b). */
export function skeyidPreShared(
  hash: HashName,
  preSharedKey: Uint8Array,
  Ni_b: Uint8Array,
  Nr_b: Uint8Array,
): Secret {
  return new Secret(prf(hash, preSharedKey, Ni_b, Nr_b));
}

/** RFC 2409 §5.1: SKEYID = prf(Ni_b | Nr_b, g^xy). */
export function skeyidSignature(hash: HashName, Ni_b: Uint8Array, Nr_b: Uint8Array, gxy: Uint8Array): Secret {
  return new Secret(prf(hash, concat(Ni_b, Nr_b), gxy));
}

/**
 * RFC 2409 §5.2: SKEYID = prf(hash(Ni_b | Nr_b), CKY-I | CKY-R). IOS leaves the inner hash out. `cookies` is
 * CKY-I | CKY-R.
 */
export function skeyidEncryption(
  hash: HashName,
  Ni_b: Uint8Array,
  Nr_b: Uint8Array,
  cookies: Uint8Array,
  variant: "ios" | "rfc2409",
): Secret {
  const key = variant === "ios" ? concat(Ni_b, Nr_b) : digest(hash, Ni_b, Nr_b);
  return new Secret(prf(hash, key, cookies));
}

/** RFC 2409 §5: each child is made from the one before it, g^xy, the cookies and its number. */
export function deriveSkeyids(
  hash: HashName,
  SKEYID: Secret,
  gxy: Uint8Array,
  initiatorCookie: Uint8Array,
  responderCookie: Uint8Array,
): Skeyids {
  const child = (previous: Uint8Array, number: number): Uint8Array =>
    prf(hash, SKEYID.reveal(), previous, gxy, initiatorCookie, responderCookie, Uint8Array.of(number));
  const d = child(new Uint8Array(0), 0);
  const a = child(d, 1);
  const e = child(a, 2);
  return { d: new Secret(d), a: new Secret(a), e: new Secret(e) };
}

/**
 * RFC 2409 App. B: the key of IKE's cipher is the beginning of SKEYID_e or, where that is too short, of
 * Ka = K1 | K2 | ... with K1 = prf(SKEYID_e, 0) and Kn = prf(SKEYID_e, Kn-1). `keyLength` in octets.
 */
export function encryptionKey(hash: HashName, SKEYID_e: Secret, keyLength: number): Secret {
  if (SKEYID_e.length >= keyLength) return new Secret(SKEYID_e.reveal().slice(0, keyLength));
  const key = SKEYID_e.reveal();
  return new Secret(
    expand(keyLength, (previous) => prf(hash, key, previous.length === 0 ? Uint8Array.of(0) : previous)),
  );
}

/** RFC 2409 App. B: the IV of the first encrypted message of phase 1, from the two public values. */
export function initialIv(hash: HashName, gxi: Uint8Array, gxr: Uint8Array, blockLength: number): Uint8Array {
  return digest(hash, gxi, gxr).slice(0, blockLength);
}

/**
 * RFC 2409 App. B: the IV of the first message of an exchange after phase 1, from the last ciphertext block of phase 1
 * (the initial IV if nothing was encrypted there) and the exchange's message ID.
 */
export function phase2Iv(
  hash: HashName,
  lastPhase1Block: Uint8Array,
  messageId: number,
  blockLength: number,
): Uint8Array {
  return digest(hash, lastPhase1Block, u32Octets(messageId)).slice(0, blockLength);
}

/** What both ends' hashes of phase 1 cover, identities aside. */
export interface Phase1HashInput {
  readonly hash: HashName;
  readonly SKEYID: Secret;
  readonly gxi: Uint8Array;
  readonly gxr: Uint8Array;
  readonly initiatorCookie: Uint8Array;
  readonly responderCookie: Uint8Array;
  /** The body of the initiator's SA payload as it went over the wire, every offer in it. */
  readonly SAi_b: Uint8Array;
}

/** RFC 2409 §5: HASH_I = prf(SKEYID, g^xi | g^xr | CKY-I | CKY-R | SAi_b | IDii_b). */
export function hashI(input: Phase1HashInput, IDii_b: Uint8Array): Uint8Array {
  const { hash, SKEYID, gxi, gxr, initiatorCookie, responderCookie, SAi_b } = input;
  return prf(hash, SKEYID.reveal(), gxi, gxr, initiatorCookie, responderCookie, SAi_b, IDii_b);
}

/** RFC 2409 §5: HASH_R = prf(SKEYID, g^xr | g^xi | CKY-R | CKY-I | SAi_b | IDir_b). */
export function hashR(input: Phase1HashInput, IDir_b: Uint8Array): Uint8Array {
  const { hash, SKEYID, gxi, gxr, initiatorCookie, responderCookie, SAi_b } = input;
  return prf(hash, SKEYID.reveal(), gxr, gxi, responderCookie, initiatorCookie, SAi_b, IDir_b);
}

/**
 * RFC 2409 §5.5: HASH(1) = prf(SKEYID_a, M-ID | rest); `rest` is the message from behind the HASH payload to its end,
 * without padding. Informational exchanges (§5.7) and Transaction exchanges are protected by the same formula.
 */
export function hash1(hash: HashName, SKEYID_a: Secret, messageId: number, rest: Uint8Array): Uint8Array {
  return prf(hash, SKEYID_a.reveal(), u32Octets(messageId), rest);
}

/** RFC 2409 §5.5: HASH(2) = prf(SKEYID_a, M-ID | Ni_b | rest). */
export function hash2(
  hash: HashName,
  SKEYID_a: Secret,
  messageId: number,
  Ni_b: Uint8Array,
  rest: Uint8Array,
): Uint8Array {
  return prf(hash, SKEYID_a.reveal(), u32Octets(messageId), Ni_b, rest);
}

/** RFC 2409 §5.5: HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b). */
export function hash3(
  hash: HashName,
  SKEYID_a: Secret,
  messageId: number,
  Ni_b: Uint8Array,
  Nr_b: Uint8Array,
): Uint8Array {
  return prf(hash, SKEYID_a.reveal(), Uint8Array.of(0), u32Octets(messageId), Ni_b, Nr_b);
}

export interface KeymatInput {
  /** ISAKMP's number of the IPsec protocol: 2 is AH, 3 is ESP (RFC 2407 §4.4.1). */
  readonly protocol: number;
  /** Of the SA that the keys are for, as its receiver chose it. */
  readonly spi: Uint8Array;
  readonly Ni_b: Uint8Array;
  readonly Nr_b: Uint8Array;
  /** Of quick mode's own Diffie-Hellman; undefined without PFS. */
  readonly gqmxy: Uint8Array | undefined;
}

/**
 * RFC 2409 §5.5: KEYMAT = K1 | K2 | ... with K1 = prf(SKEYID_d, [g(qm)^xy |] protocol | SPI | Ni_b | Nr_b) and Kn the
 * same with Kn-1 before it. The first `length` octets: the encryption key, then the authentication key (RFC 2407 §4.5).
 */
export function keymat(hash: HashName, SKEYID_d: Secret, input: KeymatInput, length: number): Uint8Array {
  const { protocol, spi, Ni_b, Nr_b, gqmxy = new Uint8Array(0) } = input;
  return expand(length, (previous) =>
    prf(hash, SKEYID_d.reveal(), previous, gqmxy, Uint8Array.of(protocol), spi, Ni_b, Nr_b),
  );
}

/** RFC 3947 §3.2: HASH(CKY-I | CKY-R | IP | Port). `address` has 4 or 16 octets. */
export function natDiscoveryHash(
  hash: HashName,
  initiatorCookie: Uint8Array,
  responderCookie: Uint8Array,
  address: Uint8Array,
  port: number,
): Uint8Array {
  return digest(hash, initiatorCookie, responderCookie, address, u16Octets(port));
}

/** K1 | K2 | ... cut to `length`, where each is `next` of the one before it; the first is `next` of nothing. */
function expand(length: number, next: (previous: Uint8Array) => Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  let block: Uint8Array = new Uint8Array(0);
  for (let made = 0; made < length; made += block.length) {
    block = next(block);
    blocks.push(block);
  }
  return concat(...blocks).slice(0, length);
}
