/** All ISAKMP SAs, found by cookies and by peer; bounds those that nobody has authenticated yet. */
import { MultiMap } from "../base/multi-map.ts";
import { concat, equal, packed } from "../base/octets.ts";
import { COOKIE_LENGTH } from "../isakmp/header.ts";
import type { Endpoint, IpAddress } from "../net/ip-address.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";
import type { IkeLimits } from "./limits.ts";

export class SaTable {
  readonly #byCookies = new Map<string, IsakmpSa>();
  readonly #byPeer = new MultiMap<IpAddress, IsakmpSa>();
  /** In order of age. */
  readonly #halfOpen = new Set<IsakmpSa>();
  readonly #halfOpenByAddress = new Map<IpAddress, number>();

  add(sa: IsakmpSa): void {
    this.#byCookies.set(sa.cookies, sa);
    this.#byPeer.add(sa.remote.address, sa);
    this.#halfOpen.add(sa);
    this.#countHalfOpen(sa, 1);
  }

  remove(sa: IsakmpSa): void {
    this.#byCookies.delete(sa.cookies);
    this.#byPeer.remove(sa.remote.address, sa);
    this.#settle(sa);
  }

  /** Phase 1 is done: it no longer counts against strangers. */
  markEstablished(sa: IsakmpSa): void {
    this.#settle(sa);
  }

  /** The responder's cookie became known. */
  setResponderCookie(sa: IsakmpSa, responderCookie: Uint8Array): void {
    this.#byCookies.delete(sa.cookies);
    sa.responderCookie = responderCookie;
    this.#byCookies.set(sa.cookies, sa);
  }

  /** The peer is at another address or port now. */
  move(sa: IsakmpSa, local: Endpoint, remote: Endpoint): void {
    const isHalfOpen = this.#halfOpen.has(sa);
    this.#byPeer.remove(sa.remote.address, sa);
    if (isHalfOpen) this.#countHalfOpen(sa, -1);
    sa.local = local;
    sa.remote = remote;
    this.#byPeer.add(remote.address, sa);
    if (isHalfOpen) this.#countHalfOpen(sa, 1);
  }

  has(sa: IsakmpSa): boolean {
    return this.#byCookies.get(sa.cookies) === sa;
  }

  /** The SA of a message, also of the first answer to an initiator that does not know the responder's cookie yet. */
  find(initiatorCookie: Uint8Array, responderCookie: Uint8Array): IsakmpSa | undefined {
    return (
      this.#byCookies.get(keyOf(initiatorCookie, responderCookie)) ??
      this.#byCookies.get(keyOf(initiatorCookie, NO_COOKIE))
    );
  }

  /** The SA that a first message has already made, or ours with this peer under the same cookie. */
  findByFirstMessage(remote: Endpoint, initiatorCookie: Uint8Array): IsakmpSa | undefined {
    for (const sa of this.#byPeer.get(remote.address))
      if (
        // A peer that has moved to another port may still send copies from the first one.
        (sa.role === "initiator" || sa.remote.port === remote.port || sa.nat !== undefined) &&
        equal(sa.initiatorCookie, initiatorCookie)
      )
        return sa;
    return undefined;
  }

  ofPeer(peer: IpAddress): readonly IsakmpSa[] {
    return this.#byPeer.get(peer);
  }

  /** The newest established SA between two addresses, of all or of those with an identity. */
  newestWith(localAddress: IpAddress, peer: IpAddress, identity?: string): IsakmpSa | undefined {
    return this.ofPeer(peer).findLast(
      (sa) =>
        sa.isEstablished &&
        sa.local.address === localAddress &&
        (identity === undefined || sa.identity === identity),
    );
  }

  all(): readonly IsakmpSa[] {
    return [...this.#byCookies.values()];
  }

  get size(): number {
    return this.#byCookies.size;
  }

  get halfOpen(): number {
    return this.#halfOpen.size;
  }

  /** The half-open SA of a stranger that must go before one more from this address may come; undefined if there is room. */
  displacedBy(address: IpAddress, limits: IkeLimits): IsakmpSa | undefined {
    const sameAddressFull = (this.#halfOpenByAddress.get(address) ?? 0) >= limits.halfOpenPerAddressMax;
    if (!sameAddressFull && this.#halfOpen.size < limits.halfOpenMax) return undefined;
    for (const sa of this.#halfOpen)
      if (sa.role === "responder" && (!sameAddressFull || sa.remote.address === address)) return sa;
    return undefined;
  }

  #settle(sa: IsakmpSa): void {
    if (this.#halfOpen.delete(sa)) this.#countHalfOpen(sa, -1);
  }

  #countHalfOpen(sa: IsakmpSa, change: number): void {
    const count = (this.#halfOpenByAddress.get(sa.remote.address) ?? 0) + change;
    if (count === 0) this.#halfOpenByAddress.delete(sa.remote.address);
    else this.#halfOpenByAddress.set(sa.remote.address, count);
  }
}

const NO_COOKIE = new Uint8Array(COOKIE_LENGTH);

function keyOf(initiatorCookie: Uint8Array, responderCookie: Uint8Array): string {
  return packed(concat(initiatorCookie, responderCookie));
}
