/** AH's cryptography by the HMACs of crypto/: the reference, for every machine that Node runs on. */
import { constantTimeEqual } from "../base/octets.ts";
import type { HashName } from "../crypto/names.ts";
import { type PacketAuthenticator, packetAuthenticator } from "../crypto/packet-authenticator.ts";
import type { Secret } from "../crypto/secret.ts";
import {
  AH_FIXED_LENGTH,
  type AhTransforms,
  type AhTransformsFactory,
  ahLayout,
  COVERED_HEADERS_MAX,
  putCoveredHeaders,
} from "./ah-transforms.ts";

export const nodeAhTransforms: AhTransformsFactory = (hash, key) => new NodeAhTransforms(hash, key);

class NodeAhTransforms implements AhTransforms {
  readonly headerLength: number;
  readonly icvLength: number;
  readonly #hash: HashName;
  readonly #key: Secret;
  /** Made with the first packet: most SAs of a large gateway are idle. */
  #authenticator: PacketAuthenticator | undefined;

  constructor(hash: HashName, key: Secret) {
    const { headerLength, icvLength } = ahLayout(hash, key);
    this.headerLength = headerLength;
    this.icvLength = icvLength;
    this.#hash = hash;
    this.#key = key;
  }

  sign(packet: Uint8Array, at: number, payloadAt: number): void {
    packet.set(this.#icv(packet, at, payloadAt), at + AH_FIXED_LENGTH);
  }

  isRight(packet: Uint8Array, at: number, payloadAt: number): boolean {
    const icvAt = at + AH_FIXED_LENGTH;
    return constantTimeEqual(
      this.#icv(packet, at, payloadAt),
      packet.subarray(icvAt, icvAt + this.icvLength),
    );
  }

  release(): void {
    this.#authenticator = undefined;
  }

  #icv(packet: Uint8Array, at: number, payloadAt: number): Uint8Array {
    this.#authenticator ??= packetAuthenticator(this.#hash, this.#key.reveal());
    putCoveredHeaders(HEADERS, packet, at, payloadAt, this.icvLength);
    return this.#authenticator
      .tag(HEADERS.subarray(0, payloadAt), packet.subarray(payloadAt))
      .subarray(0, this.icvLength);
  }
}

/** For one packet at a time. */
const HEADERS = new Uint8Array(COVERED_HEADERS_MAX);
