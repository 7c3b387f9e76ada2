/** The table of translations: who inside is known outside by which address and port, for how long. */
import { after, type Instant, seconds } from "../base/time.ts";
import { PROTOCOL } from "../net/protocols.ts";
import type { ConversationEnd } from "../net/readdressing.ts";

export interface Translation {
  /** 0: the whole address. */
  readonly protocol: number;
  readonly local: ConversationEnd;
  readonly global: ConversationEnd;
  /** The far end of one conversation; undefined where the translation is for all. */
  readonly outside: ConversationEnd | undefined;
  /** Undefined: for ever. */
  expiresAt: Instant | undefined;
}

export class Translations {
  /** In the order in which they were made. */
  readonly #all = new Set<Translation>();
  readonly #byLocal = new Map<string, Translation>();
  readonly #byGlobal = new Map<string, Translation>();
  /** How many conversations use a global end, and for whom inside. */
  readonly #users = new Map<string, { readonly local: string; count: number }>();

  get size(): number {
    return this.#all.size;
  }

  *[Symbol.iterator](): IterableIterator<Translation> {
    yield* this.#all;
  }

  add(translation: Translation): void {
    const { protocol, local, global, outside } = translation;
    this.#all.add(translation);
    this.#byLocal.set(keyOf(protocol, local, outside), translation);
    this.#byGlobal.set(keyOf(protocol, global, outside), translation);
    const key = keyOf(protocol, global, undefined);
    const user = this.#users.get(key) ?? { local: keyOf(protocol, local, undefined), count: 0 };
    user.count++;
    this.#users.set(key, user);
  }

  delete(translation: Translation): void {
    const { protocol, local, global, outside } = translation;
    if (!this.#all.delete(translation)) return;
    this.#byLocal.delete(keyOf(protocol, local, outside));
    this.#byGlobal.delete(keyOf(protocol, global, outside));
    const key = keyOf(protocol, global, undefined);
    const user = this.#users.get(key);
    if (user !== undefined && --user.count === 0) this.#users.delete(key);
  }

  /** Of a conversation that someone inside has. */
  forLocal(protocol: number, local: ConversationEnd, outside: ConversationEnd): Translation | undefined {
    return find(this.#byLocal, protocol, local, outside);
  }

  /** Of a conversation with a global end. */
  forGlobal(protocol: number, global: ConversationEnd, outside: ConversationEnd): Translation | undefined {
    return find(this.#byGlobal, protocol, global, outside);
  }

  /** The global end is nobody's else. */
  isFree(protocol: number, global: ConversationEnd, local: ConversationEnd): boolean {
    const user = this.#users.get(keyOf(protocol, global, undefined));
    return user === undefined || user.local === keyOf(protocol, local, undefined);
  }

  /** The address is no whole address of anyone. */
  isAddressFree(global: ConversationEnd["address"]): boolean {
    return !this.#users.has(keyOf(0, { address: global, port: 0 }, undefined));
  }

  expire(now: Instant): void {
    for (const each of this.#all)
      if (each.expiresAt !== undefined && each.expiresAt <= now) this.delete(each);
  }
}

/** One conversation's, one service's, or one address's. */
function find(
  index: ReadonlyMap<string, Translation>,
  protocol: number,
  end: ConversationEnd,
  outside: ConversationEnd,
): Translation | undefined {
  return (
    index.get(keyOf(protocol, end, outside)) ??
    index.get(keyOf(protocol, end, undefined)) ??
    index.get(keyOf(0, { address: end.address, port: 0 }, undefined))
  );
}

function keyOf(protocol: number, end: ConversationEnd, outside: ConversationEnd | undefined): string {
  const far = outside === undefined ? "" : ` ${outside.address} ${outside.port}`;
  return `${protocol} ${end.address} ${end.port}${far}`;
}

/** When a translation that is used now ends if nobody uses it any more: IOS's times. */
export function expiryOf({ protocol }: Pick<Translation, "protocol">, now: Instant): Instant {
  return after(now, seconds(LIFETIME_SECONDS[protocol] ?? LIFETIME_SECONDS_OTHERWISE));
}

const LIFETIME_SECONDS: { readonly [protocol: number]: number } = {
  [PROTOCOL.ICMP]: 60,
  [PROTOCOL.UDP]: 300,
};
/** TCP, and whole addresses. */
const LIFETIME_SECONDS_OTHERWISE = 86_400;
