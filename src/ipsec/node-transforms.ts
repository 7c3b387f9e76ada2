/** ESP's cryptography by the ciphers and HMACs of crypto/: the reference, for every machine that Node runs on. */
import { constantTimeEqual } from "../base/octets.ts";
import { type EspSuite, isAead, isCounterCipher } from "../crypto/names.ts";
import { type PacketAead, packetAead } from "../crypto/packet-aead.ts";
import { type PacketAuthenticator, packetAuthenticator } from "../crypto/packet-authenticator.ts";
import { type PacketCipher, packetCipher } from "../crypto/packet-cipher.ts";
import { packetCounterCipher } from "../crypto/packet-counter-cipher.ts";
import type { Secret } from "../crypto/secret.ts";
import {
  checkEspKeys,
  ESP_HEADER_LENGTH,
  type EspLayout,
  type EspTransforms,
  type EspTransformsFactory,
  espLayout,
} from "./esp-transforms.ts";

type Operations = Pick<EspTransforms, "seal" | "open">;

export const nodeTransforms: EspTransformsFactory = (suite, encryptionKey, integrityKey) => {
  checkEspKeys(suite, encryptionKey, integrityKey);
  return new NodeTransforms(suite, encryptionKey, integrityKey);
};

class NodeTransforms implements EspTransforms {
  readonly ivLength: number;
  readonly ivKind: EspLayout["ivKind"];
  readonly alignment: number;
  readonly icvLength: number;
  readonly #suite: EspSuite;
  readonly #encryptionKey: Secret;
  readonly #integrityKey: Secret;
  /** Made with the first packet: most SAs of a large gateway are idle. */
  #made: Operations | undefined;

  constructor(suite: EspSuite, encryptionKey: Secret, integrityKey: Secret) {
    const { ivLength, ivKind, alignment, icvLength } = espLayout(suite);
    this.ivLength = ivLength;
    this.ivKind = ivKind;
    this.alignment = alignment;
    this.icvLength = icvLength;
    this.#suite = suite;
    this.#encryptionKey = encryptionKey;
    this.#integrityKey = integrityKey;
  }

  seal(octets: Uint8Array, start: number, end: number): void {
    this.#made ??= this.#make();
    this.#made.seal(octets, start, end);
  }

  open(octets: Uint8Array, start: number, end: number, target: Uint8Array, at: number): boolean {
    this.#made ??= this.#make();
    return this.#made.open(octets, start, end, target, at);
  }

  release(): void {
    this.#made = undefined;
  }

  #make(): Operations {
    const { encryption, integrity } = this.#suite;
    if (isAead(encryption)) return aeadOperations(packetAead(encryption, this.#encryptionKey.reveal()), this);
    const encryptionKey = this.#encryptionKey.reveal();
    const cipher = isCounterCipher(encryption)
      ? packetCounterCipher(encryption, encryptionKey)
      : packetCipher(encryption, encryptionKey);
    const authenticator =
      integrity === undefined ? undefined : packetAuthenticator(integrity, this.#integrityKey.reveal());
    return encryptThenAuthenticate(cipher, authenticator, this);
  }
}

/** Encrypt, then authenticate (RFC 2406 §3.3.2). */
function encryptThenAuthenticate(
  cipher: PacketCipher,
  authenticator: PacketAuthenticator | undefined,
  { ivLength, icvLength }: EspLayout,
): Operations {
  const ivAndText = (octets: Uint8Array, start: number, covered: number) => {
    const textAt = start + ESP_HEADER_LENGTH + ivLength;
    return [octets.subarray(start + ESP_HEADER_LENGTH, textAt), octets.subarray(textAt, covered)] as const;
  };
  const icvOf = (octets: Uint8Array, start: number, covered: number) =>
    authenticator?.tag(octets.subarray(start, covered)).subarray(0, icvLength) ?? NO_OCTETS;
  return {
    seal(octets, start, end) {
      const covered = end - icvLength;
      const [iv, text] = ivAndText(octets, start, covered);
      text.set(cipher.seal(iv, text));
      octets.set(icvOf(octets, start, covered), covered);
    },
    open(octets, start, end, target, at) {
      const covered = end - icvLength;
      if (!constantTimeEqual(icvOf(octets, start, covered), octets.subarray(covered, end))) return false;
      const [iv, text] = ivAndText(octets, start, covered);
      target.set(cipher.open(iv, text), at + ivLength);
      return true;
    },
  };
}

/** SPI and sequence number are authenticated beside the ciphertext (RFC 4106 §5; RFC 4543 §3.3). */
function aeadOperations(aead: PacketAead, { ivLength, icvLength }: EspLayout): Operations {
  const parts = (octets: Uint8Array, start: number, end: number) => {
    const ivAt = start + ESP_HEADER_LENGTH;
    const textAt = ivAt + ivLength;
    return [
      octets.subarray(ivAt, textAt),
      octets.subarray(start, ivAt),
      octets.subarray(textAt, end),
    ] as const;
  };
  return {
    seal(octets, start, end) {
      const [iv, associated, text] = parts(octets, start, end - icvLength);
      octets.set(aead.seal(iv, associated, text), text.byteOffset - octets.byteOffset);
    },
    open(octets, start, end, target, at) {
      const plaintext = aead.open(...parts(octets, start, end));
      if (plaintext === undefined) return false;
      target.set(plaintext, at + ivLength);
      return true;
    },
  };
}

const NO_OCTETS = new Uint8Array();
