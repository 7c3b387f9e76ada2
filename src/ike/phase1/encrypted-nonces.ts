/**
 * Authentication by encrypted nonces (RFC 2409 §5.2): each end encrypts its nonce and its identity to the other's RSA key,
 * and whoever knows both nonces has decrypted the other's.
 *
 * As responder we tell nobody whether anything decrypted: a bad ciphertext yields a random nonce, an identity that we do not
 * know a key that somebody else holds, and it all fails where a wrong key fails, at the peer's proof (Bleichenbacher 1998;
 * CVE-2018-0131).
 */
import type { Job } from "../../crypto/jobs.ts";
import { encryptableLength, rsaEncrypt } from "../../crypto/rsa-encryption.ts";
import { PAYLOAD_TYPE } from "../../isakmp/numbers/payload-type.ts";
import type { Payload } from "../../isakmp/payload.ts";
import { encodeBody } from "../../isakmp/payload-chain.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import { NONCE_LENGTHS } from "../limits.ts";
import type { OwnRsaKey, PeerRsaKey } from "../policy.ts";
import { addressIdentity, ownIdentity } from "./identity.ts";
import { findRsaKeyByIdentity } from "./peer-rsa-key.ts";
import type { Phase1Context } from "./phase1-state.ts";

/** Who we say we are: what is configured, or our address where that is too long for the peer's key. */
export function sealableIdentity(
  context: Phase1Context,
  { publicKey }: PeerRsaKey,
  configured: Identification = ownIdentity(context, false),
): Identification {
  return encodeBody(configured).length <= encryptableLength(publicKey)
    ? configured
    : addressIdentity(context, false);
}

/** Identity and nonce, each encrypted by itself. Their generic headers stay clear. */
export function sealedPayloads(
  { random }: Phase1Context,
  { publicKey }: PeerRsaKey,
  id: Identification,
  nonce: Uint8Array,
): Payload[] {
  return [
    { kind: "unknown", payloadType: PAYLOAD_TYPE.ID, body: rsaEncrypt(publicKey, encodeBody(id), random) },
    { kind: "NONCE", data: rsaEncrypt(publicKey, nonce, random) },
  ];
}

/** What stands for an identity in a message whose identities are encrypted. */
export function sealedIdentity(payloads: readonly Payload[]): Uint8Array | undefined {
  for (const payload of payloads)
    if (payload.kind === "unknown" && payload.payloadType === PAYLOAD_TYPE.ID) return payload.body;
  return undefined;
}

/** What decrypts a peer's identity and nonce. */
export function opening(
  { random }: Phase1Context,
  { privateKey }: OwnRsaKey,
  sealedId: Uint8Array,
  sealedNonce: Uint8Array,
): Job {
  return {
    kind: "rsa-decrypt",
    privateKey: privateKey.reveal(),
    ciphertexts: [sealedId, sealedNonce],
    substitutes: [
      random.bytes("rsa substitute", SUBSTITUTE_LENGTH),
      random.bytes("rsa substitute", SUBSTITUTE_LENGTH),
    ],
  };
}

/** The identity and the nonce that came of it, in whatever they are: nothing here tells good from bad. */
export function opened(
  { random }: Phase1Context,
  [id = new Uint8Array(0), nonce = new Uint8Array(0)]: readonly Uint8Array[],
): { readonly peerId: Identification; readonly nonce: Uint8Array } {
  const [idType = 0, protocolId = 0, high = 0, low = 0] = id;
  const substitute = random.bytes("rsa substitute", SUBSTITUTE_LENGTH);
  const isFit = nonce.length >= NONCE_LENGTHS.minimum && nonce.length <= NONCE_LENGTHS.maximum;
  return {
    peerId: { kind: "ID", idType, protocolId, port: high * 256 + low, data: id.slice(4) },
    nonce: isFit ? nonce : substitute,
  };
}

/** The key to answer a peer with, for one that we do not know too; undefined only where there are no keys at all. */
export function keyToAnswer(
  { policy }: Phase1Context,
  known: PeerRsaKey | undefined,
  id: Identification,
): PeerRsaKey | undefined {
  return known ?? findRsaKeyByIdentity(policy, id) ?? policy.rsa.peerKeys[0];
}

/** Octets: those of IOS's nonces. */
const SUBSTITUTE_LENGTH = 20;
