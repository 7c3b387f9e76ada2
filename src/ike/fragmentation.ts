/**
 * Cisco's fragmentation of IKE messages, for ways on which fragments of IP are lost: a message that is too long goes in
 * several of its own, each with the SA's cookies, message id 0 and a piece of the original, header included. Both ends say
 * by vendor ID that they can. Nothing protects the pieces, only the whole.
 */

import { MalformedError, tolerant } from "../base/errors.ts";
import { concat, equal } from "../base/octets.ts";
import { elapsed, type Instant, seconds } from "../base/time.ts";
import { decodeHeader, HEADER_LENGTH, type IsakmpHeader } from "../isakmp/header.ts";
import { encodeMessage } from "../isakmp/message.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import { PAYLOAD_TYPE } from "../isakmp/numbers/payload-type.ts";
import type { Fragment } from "../isakmp/payload.ts";
import type { Endpoint } from "../net/ip-address.ts";
import type { EngineState } from "./engine-state.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";
import { decodeChain } from "./receiving.ts";

/** Sends a message of an SA, in pieces where both ends can and it is long. */
export function sendUnder(state: EngineState, sa: IsakmpSa, bytes: Uint8Array): void {
  const isCut = bytes.length > MESSAGE_LENGTH_MAX && state.policy.fragmentation && sa.peerKnowsFragments;
  const count = Math.ceil(bytes.length / PIECE_LENGTH);
  if (!isCut || count > FRAGMENTS_MAX) return state.send(sa.local, sa.remote, bytes);
  sa.lastFragmentId = (sa.lastFragmentId % 0xffff) + 1;
  for (let number = 1; number <= count; number++) {
    const piece: Fragment = {
      kind: "FRAGMENT",
      fragmentId: sa.lastFragmentId,
      number,
      isLast: number === count,
      data: bytes.slice((number - 1) * PIECE_LENGTH, number * PIECE_LENGTH),
    };
    state.send(sa.local, sa.remote, encodeMessage(fragmentHeader(sa), [piece]));
  }
  state.emit({ kind: "message-fragmented", sa: sa.reference(), fragments: count, length: bytes.length });
}

function fragmentHeader({ initiatorCookie, responderCookie, mode }: IsakmpSa) {
  const exchangeType = mode === "main" ? EXCHANGE_TYPE["Identity Protection"] : EXCHANGE_TYPE.Aggressive;
  const version = { majorVersion: 1, minorVersion: 0 };
  return { initiatorCookie, responderCookie, exchangeType, ...version, flags: 0, messageId: 0 };
}

export function isFragment({ nextPayload, flags }: IsakmpHeader): boolean {
  return nextPayload === PAYLOAD_TYPE.FRAGMENT && flags === 0;
}

/** The message that a fragment completes; undefined while there is none. */
export function collectFragment(
  state: EngineState,
  sa: IsakmpSa,
  local: Endpoint,
  remote: Endpoint,
  header: IsakmpHeader,
  bytes: Uint8Array,
): Uint8Array | undefined {
  const drop = (reason: "unexpected" | "malformed", detail: string): undefined => {
    sa.fragments = undefined;
    state.dropped(sa, local, remote, reason, detail);
  };
  // An initiator learns what its peer can by the very message that may come in pieces.
  const maySendThem = sa.peerKnowsFragments || !sa.knowsResponderCookie;
  if (!state.policy.fragmentation || !maySendThem)
    return drop("unexpected", "a fragment, which the two ends have not agreed on");
  const payloads = decodeChain(state, sa, local, remote, header.nextPayload, bytes);
  const [fragment, ...others] = payloads ?? [];
  if (fragment?.kind !== "FRAGMENT") return undefined;
  if (others.length > 0) return drop("malformed", "a fragment with other payloads beside it");
  if (sa.fragments === undefined || !sa.fragments.isOf(fragment, state.now))
    sa.fragments = new FragmentSet(fragment.fragmentId, state.now);
  const problem = sa.fragments.add(fragment);
  if (problem !== undefined) return drop("malformed", problem);
  const whole = sa.fragments.whole();
  if (whole === undefined) return undefined;
  sa.fragments = undefined;
  const inner = tolerant(() => decodeHeader(whole));
  if (inner instanceof MalformedError) return drop("malformed", `of fragments: ${inner.message}`);
  const isOfSameSa =
    equal(inner.initiatorCookie, header.initiatorCookie) &&
    equal(inner.responderCookie, header.responderCookie);
  if (isFragment(inner) || !isOfSameSa)
    return drop("malformed", "fragments of a fragment, or of a message of another SA");
  state.emit({ kind: "message-assembled", sa: sa.reference(), length: whole.length });
  return whole;
}

/** The pieces of one message. */
export class FragmentSet {
  readonly #fragmentId: number;
  readonly #since: Instant;
  readonly #pieces = new Map<number, Uint8Array>();
  #octets = 0;
  #last: number | undefined;

  constructor(fragmentId: number, since: Instant) {
    this.#fragmentId = fragmentId;
    this.#since = since;
  }

  /** Another message's fragment, or one that comes too late, begins a set of its own. */
  isOf({ fragmentId }: Fragment, now: Instant): boolean {
    return fragmentId === this.#fragmentId && elapsed(this.#since, now) < SET_LIFE;
  }

  /** What is wrong with the set now; undefined if it may go on. */
  add({ number, isLast, data }: Fragment): string | undefined {
    if (number > FRAGMENTS_MAX) return `fragment ${number} of at most ${FRAGMENTS_MAX}`;
    const known = this.#pieces.get(number);
    if (known !== undefined) return equal(known, data) ? undefined : `two fragments ${number}`;
    if (isLast && this.#last !== undefined) return "two last fragments";
    if (isLast) this.#last = number;
    this.#pieces.set(number, data);
    this.#octets += data.length;
    if (this.#octets > OCTETS_MAX) return `fragments of more than ${OCTETS_MAX} octets`;
    for (const other of this.#pieces.keys())
      if (this.#last !== undefined && other > this.#last) return "a fragment beyond the last";
    return undefined;
  }

  whole(): Uint8Array | undefined {
    if (this.#pieces.size !== this.#last) return undefined;
    return concat(
      ...Array.from({ length: this.#last }, (_, i) => this.#pieces.get(i + 1) ?? new Uint8Array(0)),
    );
  }
}

/** An IP packet of 576 octets, which every way takes, with UDP, the marker of port 4500 and both ISAKMP headers. */
const PIECE_LENGTH = 576 - 20 - 8 - 4 - HEADER_LENGTH - 8;
/** The longest message that fits into such a packet whole. */
const MESSAGE_LENGTH_MAX = 576 - 20 - 8 - 4;
/** As other implementations bound it, which is enough for 8 kilobytes of certificates in small pieces. */
const FRAGMENTS_MAX = 16;
/** Of one SA, whose other end has proven nothing yet. */
const OCTETS_MAX = 16_384;
/** Longer than a sender takes to repeat its message. */
const SET_LIFE = seconds(15);
