/**
 * Address translation as IOS does it: packets from an inside interface straight to an outside one get another source, what
 * answers them gets its destination back (RFC 3022, `ip nat inside source`).
 */
import type { Instant } from "../base/time.ts";
import type { NatView } from "../cli/services.ts";
import type { NatPolicy, StaticTranslation, TranslationRule } from "../config/router-policy.ts";
import { FragmentReassembler } from "../net/fragments.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "../net/ip-address.ts";
import { type Ipv4Packet, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { type Conversation, type ConversationEnd, conversationOf, readdressed } from "../net/readdressing.ts";
import { entryFor, type Permits } from "./policy-routing.ts";
import { expiryOf, type Translation, Translations } from "./translations.ts";

/** What becomes of a packet: it goes on, changed or not; `lost`, with no address left for it; or its fragments are awaited. */
export type Translated = Ipv4Packet | "lost" | "awaited";

export class Nat {
  readonly #permits: Permits;
  /** Ports are in the first fragment alone. */
  readonly #fragments = new FragmentReassembler();
  #translations = new Translations();
  #policy: NatPolicy = { rules: [], statics: [] };
  readonly #counts = { hits: 0, misses: 0, expired: 0 };

  constructor(permits: Permits) {
    this.#permits = permits;
  }

  /** Dynamic translations stay while the rules do. */
  reconfigure(policy: NatPolicy): void {
    const isSame = JSON.stringify(policy) === JSON.stringify(this.#policy);
    this.#policy = policy;
    if (!isSame) this.clear();
  }

  /** Static translations stay. */
  clear(): void {
    this.#translations = new Translations();
    for (const each of this.#policy.statics) this.#translations.add(permanent(each));
  }

  view(now: Instant): NatView {
    this.#expire(now);
    const translations = Array.from(
      this.#translations,
      ({ protocol, local, global, outside, expiresAt }) => ({
        ...{ protocol, local, global, outside },
        isStatic: expiresAt === undefined,
      }),
    );
    return { translations, ...this.#counts };
  }

  /** Somebody else's address that is answered for here: a static translation's, or of a pool. */
  answersFor(address: IpAddress): boolean {
    const { rules, statics } = this.#policy;
    const value = ipv4ToNumber(address);
    return (
      statics.some(({ global }) => global.address === address) ||
      rules.some(({ first, last }) => ipv4ToNumber(first) <= value && value <= ipv4ToNumber(last))
    );
  }

  /** A packet from inside, routed to the outside. */
  outward(now: Instant, piece: Ipv4Packet): Translated {
    if (!this.#isAtWork) return piece;
    const packet = this.#fragments.add(now, piece);
    if (packet === undefined) return "awaited";
    this.#expire(now);
    const conversation = conversationOf(packet);
    const { protocol, source, destination } = conversation;
    const known = this.#translations.forLocal(protocol, source, outsideEnd(protocol, destination));
    const translation = known ?? this.#newTranslation(now, packet, conversation);
    if (translation === undefined || translation === "lost") return translation ?? packet;
    return this.#changed(now, translation, packet, "source", {
      address: translation.global.address,
      port: translation.protocol === 0 ? source.port : translation.global.port,
    });
  }

  /** A packet from outside, before it is routed. */
  inward(now: Instant, piece: Ipv4Packet): Translated {
    if (!this.#isAtWork || !this.answersFor(piece.destination)) return piece;
    const packet = this.#fragments.add(now, piece);
    if (packet === undefined) return "awaited";
    this.#expire(now);
    const { protocol, source, destination } = conversationOf(packet);
    const translation = this.#translations.forGlobal(protocol, destination, outsideEnd(protocol, source));
    if (translation === undefined) return packet;
    return this.#changed(now, translation, packet, "destination", {
      address: translation.local.address,
      port: translation.protocol === 0 ? destination.port : translation.local.port,
    });
  }

  get #isAtWork(): boolean {
    return this.#policy.rules.length > 0 || this.#policy.statics.length > 0;
  }

  #changed(
    now: Instant,
    translation: Translation,
    packet: Ipv4Packet,
    side: "source" | "destination",
    to: Translation["local"],
  ): Translated {
    this.#counts.hits++;
    if (translation.expiresAt !== undefined) translation.expiresAt = expiryOf(translation, now);
    return parseIpv4Packet(readdressed(packet, side, to)) ?? "lost";
  }

  /** Undefined where no rule is for the packet. */
  #newTranslation(
    now: Instant,
    packet: Ipv4Packet,
    conversation: Conversation & { readonly isError: boolean },
  ): Translation | "lost" | undefined {
    // An error about something that was never translated begins nothing.
    if (conversation.isError) return undefined;
    const rule = this.#policy.rules.find(({ match }) => entryFor(match, packet, this.#permits) !== undefined);
    if (rule === undefined) return undefined;
    this.#counts.misses++;
    if (this.#translations.size >= TRANSLATIONS_MAX) return "lost";
    const made = rule.overload
      ? this.#sharedTranslation(rule, conversation, now)
      : this.#wholeTranslation(rule, conversation, now);
    if (made === undefined) return "lost";
    this.#translations.add(made);
    return made;
  }

  /** By port: its own if that is free, else the first free one of its range. */
  #sharedTranslation(
    rule: TranslationRule,
    conversation: Conversation,
    now: Instant,
  ): Translation | undefined {
    const { protocol, source: local } = conversation;
    const outside = outsideEnd(protocol, conversation.destination);
    for (const address of addressesOf(rule))
      for (const port of portsLike(protocol, local.port)) {
        const global = { address, port };
        if (isReserved(protocol, port) || !this.#translations.isFree(protocol, global, local)) continue;
        return { protocol, local, global, outside, expiresAt: expiryOf({ protocol }, now) };
      }
    return undefined;
  }

  #wholeTranslation(rule: TranslationRule, { source }: Conversation, now: Instant): Translation | undefined {
    const address = addressesOf(rule).find((each) => this.#translations.isAddressFree(each));
    if (address === undefined) return undefined;
    const [local, global] = [source.address, address].map((each) => ({ address: each, port: 0 }));
    if (local === undefined || global === undefined) return undefined;
    return { protocol: 0, local, global, outside: undefined, expiresAt: expiryOf({ protocol: 0 }, now) };
  }

  #expire(now: Instant): void {
    const before = this.#translations.size;
    this.#translations.expire(now);
    this.#counts.expired += before - this.#translations.size;
  }
}

/** The identifier of an echo is that of both ends, and is translated: the far one is known without it. */
function outsideEnd(protocol: number, { address, port }: ConversationEnd): ConversationEnd {
  return { address, port: protocol === PROTOCOL.ICMP ? 0 : port };
}

function permanent({ protocol, local, global }: StaticTranslation): Translation {
  return { protocol, local, global, outside: undefined, expiresAt: undefined };
}

function addressesOf({ first, last }: TranslationRule): IpAddress[] {
  const from = ipv4ToNumber(first);
  const count = Math.min(ipv4ToNumber(last) - from + 1, POOL_MAX);
  return Array.from({ length: count }, (_, i) => ipv4FromNumber(from + i));
}

/** A port, and then those of its range, as IOS divides them; a protocol without ports has the one. */
function* portsLike(protocol: number, port: number): Generator<number> {
  yield port;
  if (!PORTED.includes(protocol)) return;
  const [low, high] = port < 512 ? [1, 511] : port < 1024 ? [512, 1023] : [1024, 65_535];
  for (let other = low; other <= high; other++) yield other;
}

/** IKE's own, which the router answers itself. */
function isReserved(protocol: number, port: number): boolean {
  return protocol === PROTOCOL.UDP && (port === 500 || port === 4500);
}

/** ICMP by its echo identifiers. */
const PORTED: readonly number[] = [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.ICMP];

/** IMPLEMENTATION: what the lab holds of them. */
const TRANSLATIONS_MAX = 10_000;
/** Addresses of a pool that are looked at: nobody in a lab has more hosts. */
const POOL_MAX = 256;
