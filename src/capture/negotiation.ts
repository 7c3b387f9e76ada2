/**
 * What is learnt of an ISAKMP SA while its messages pass by: who began it, what was agreed on, what IVs and hashes are made
 * of. Nothing of it is authenticated; it serves to explain, not to decide.
 */
import { equal, hex } from "../base/octets.ts";
import { EXCHANGES_MAX, IV_CANDIDATES_MAX, NEGOTIATIONS_MAX } from "./limits.ts";
import type { ProtectionSuite } from "./protection-suite.ts";

/** Of the ISAKMP SA, whoever begins an exchange under it. */
export type Role = "initiator" | "responder";

/** The messages of phase 1, or those with one message id after it. */
export class Exchange {
  /** Who sent the first message that was seen. */
  opener: string | undefined;
  /** Last blocks of the ciphertexts seen, the newest first: one of them is the IV of the next message. */
  readonly lastBlocks: Uint8Array[] = [];
  /** Body of the opener's nonce, and of the other's. */
  openerNonce: Uint8Array | undefined;
  answererNonce: Uint8Array | undefined;
  readonly #messages: SeenMessage[] = [];

  /** The message with the same octets, if it was seen recently. */
  earlier(bytes: Uint8Array): SeenMessage | undefined {
    return this.#messages.find((message) => equal(message.bytes, bytes));
  }

  remember(message: SeenMessage): void {
    this.#messages.unshift(message);
    this.#messages.length = Math.min(this.#messages.length, IV_CANDIDATES_MAX);
  }

  rememberLastBlock(block: Uint8Array): void {
    this.lastBlocks.unshift(block);
    this.lastBlocks.length = Math.min(this.lastBlocks.length, IV_CANDIDATES_MAX);
  }

  /** Messages seen from `sender`, repeats aside. */
  countFrom(sender: string): number {
    return this.#messages.filter((message) => message.sender === sender).length;
  }
}

export interface SeenMessage {
  readonly bytes: Uint8Array;
  readonly sender: string;
  readonly frame: number;
  readonly label: string;
}

export class Negotiation {
  readonly initiatorCookie: Uint8Array;
  /** Address of the initiator as it appears in the capture. */
  initiator: string | undefined;
  suite: ProtectionSuite | undefined;
  /** Body of the initiator's SA payload, octet by octet. */
  SAi_b: Uint8Array | undefined;
  /** Body of the initiator's ID payload, where it was sent in clear. */
  IDii_b: Uint8Array | undefined;
  gxi: Uint8Array | undefined;
  gxr: Uint8Array | undefined;
  /** The key has opened a message, so that one it does not open is at fault itself. */
  isKeyProven = false;
  readonly phase1 = new Exchange();
  readonly #exchanges = new Map<number, Exchange>();

  constructor(initiatorCookie: Uint8Array) {
    this.initiatorCookie = initiatorCookie;
  }

  roleOf(sender: string): Role | undefined {
    if (this.initiator === undefined) return undefined;
    return sender === this.initiator ? "initiator" : "responder";
  }

  exchange(messageId: number): Exchange {
    if (messageId === 0) return this.phase1;
    return entryOf(this.#exchanges, messageId, EXCHANGES_MAX, () => new Exchange());
  }
}

/** All ISAKMP SAs of a capture, by the initiator's cookie. */
export class Negotiations {
  readonly #byCookie = new Map<string, Negotiation>();

  of(initiatorCookie: Uint8Array): Negotiation {
    return entryOf(
      this.#byCookie,
      hex(initiatorCookie),
      NEGOTIATIONS_MAX,
      () => new Negotiation(initiatorCookie),
    );
  }
}

/** The entry of `key`, made if it is missing; the oldest gives way where there are `max`. */
function entryOf<K, V>(map: Map<K, V>, key: K, max: number, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size >= max) map.delete(oldest);
  const made = make();
  map.set(key, made);
  return made;
}
