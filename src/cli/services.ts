/** What a console acts on. The lab and the gateway daemon implement it; a session knows nothing else of them. */
import type { Milliseconds } from "../base/time.ts";
import type { Problem } from "../config/compile.ts";
import type { AccessListRule, Configuration, RouteMapEntrySettings } from "../config/configuration.ts";
import type { LineKind } from "../config/line-settings.ts";
import type { RsaKeyPair } from "../config/rsa-key-pair.ts";
import type { GatewayRequest, GatewayView } from "../gateway/contract.ts";
import type { MachineView } from "../gateway/machine-view.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { ConversationEnd } from "../net/readdressing.ts";
import type { DebugConditions } from "../observe/debug-conditions.ts";
import type { DebugFlag } from "../observe/debug-message.ts";
import type { LoggingView } from "../observe/logging.ts";
import type { FileStore } from "./files/file-store.ts";
import type { PendingChanges } from "./files/pending-changes.ts";

export type { DebugFlag } from "../observe/debug-message.ts";

export interface RouterServices {
  configuration(): Configuration;
  /**
   * Hides what is not to stay in clear (config/sealing.ts), compiles with `incompleteEntries: "disabled"` (an operator
   * writes a crypto map line by line) and commits. Problems of
   * severity error leave everything as it was; all problems are returned.
   */
  commit(next: Configuration): readonly Problem[];
  view(): GatewayView;
  request(request: GatewayRequest): void;
  machine(): MachineView;
  /** The router's own. */
  rsaKeys(): readonly RsaKeyPair[];
  /** Makes keys in place of all that there are; `done` is called later, with what went wrong, if anything. */
  generateRsaKeys(
    wishes: readonly RsaKeyWish[],
    done: (problem: string | undefined) => void,
  ): { cancel(): void };
  /** Removes all. What went wrong, if anything. */
  zeroizeRsaKeys(): string | undefined;
  /** What pre-shared keys are encrypted with (`key config-key`). It is kept beside the configuration, never in it. */
  configKey(): string | undefined;
  /** What is encrypted is encrypted anew; without a key it can no longer be read. What went wrong, if anything. */
  setConfigKey(key: string | undefined): string | undefined;
  files(): FileStore;
  /** The router begins anew: nothing that was negotiated is left. Problems of severity error leave everything as it was. */
  restart(startup: Configuration): readonly Problem[];
  /** What was asked for and is not done yet. */
  pending(): PendingChanges;
  /** `act` is called once, after this span, unless it is cancelled. */
  after(span: Milliseconds, act: () => void): { cancel(): void };
  /** A line of the log: `%SYS-5-RELOAD: Reload requested`. */
  log(line: string): void;
  /** What becomes of packets beside IPsec; undefined where others than the gateway see to that. */
  forwarding(): ForwardingServices | undefined;
  /** Who is at which terminal line. */
  terminalLines(): readonly LineInUse[];
  /** Ends what is at a line. */
  clearLine(kind: LineKind, number: number): void;
  logging(): LoggingView;
  /** Empties the buffer. */
  clearLogging(): void;
  debugFlags(): ReadonlySet<DebugFlag>;
  setDebug(flag: DebugFlag, on: boolean): void;
  /** What debugging is about. */
  debugConditions(): DebugConditions;
  setDebugConditions(conditions: DebugConditions): void;
  /**
   * Starts a ping. All of its output comes through `print`, from `Type escape sequence to abort.` to the success rate,
   * newlines included; then `done` is called, also after `cancel`.
   */
  ping(options: PingOptions, print: (text: string) => void, done: () => void): { cancel(): void };
  /** Starts a traceroute, in the same way. */
  traceroute(options: TracerouteOptions, print: (text: string) => void, done: () => void): { cancel(): void };
}

export interface LineInUse {
  readonly kind: LineKind;
  readonly number: number;
  readonly user: string | undefined;
  /** An address; undefined for who is at the router itself. */
  readonly location: string | undefined;
  /** Since something was typed. */
  readonly idleMilliseconds: number;
}

export interface ForwardingServices {
  /** How many packets a line of an access list has decided about. */
  matchesOf(rule: AccessListRule): number;
  clearMatches(rule: AccessListRule): void;
  /** What an entry of a route map has routed by policy. */
  routedBy(entry: RouteMapEntrySettings): PolicyRouted;
  nat(): NatView;
  clearTranslations(): void;
  /** Undefined where it is not spoken. */
  rip(): RipView | undefined;
}

export interface PolicyRouted {
  readonly packets: number;
  /** Of the packets as IP has them. */
  readonly octets: number;
}

export interface RipView {
  /** Until everything is told next. */
  readonly nextUpdate: Milliseconds;
  /** By which it is spoken. */
  readonly interfaces: readonly string[];
  /** Neighbours, and how long ago they were heard. */
  readonly sources: readonly { readonly address: IpAddress; readonly age: Milliseconds }[];
}

export interface NatView {
  /** In the order in which they were made. */
  readonly translations: readonly TranslationView[];
  readonly hits: number;
  readonly misses: number;
  readonly expired: number;
}

export interface TranslationView {
  /** 0: the whole address; ports then are 0. */
  readonly protocol: number;
  readonly local: ConversationEnd;
  readonly global: ConversationEnd;
  /** Undefined where the translation is for whoever it is. */
  readonly outside: ConversationEnd | undefined;
  readonly isStatic: boolean;
}

export interface TracerouteOptions {
  readonly destination: IpAddress;
  /** One of the router's own addresses; undefined is that of the interface a probe leaves by. */
  readonly source: IpAddress | undefined;
  /** 0 to 3600. */
  readonly timeoutSeconds: number;
  /** With each TTL. */
  readonly probes: number;
  /** 1 to 255. */
  readonly minimumTimeToLive: number;
  readonly maximumTimeToLive: number;
  /** Of the first probe; each next one goes to the next port. */
  readonly port: number;
}

export interface RsaKeyWish extends Pick<RsaKeyPair, "name" | "usage"> {
  readonly modulusBits: number;
}

export interface PingOptions {
  readonly destination: IpAddress;
  /** One of the router's own addresses; undefined is that of the interface the echo leaves by. */
  readonly source: IpAddress | undefined;
  readonly repeat: number;
  /** Octets of the whole IP packet, 36 to 18024. */
  readonly size: number;
  /** 0 to 3600. */
  readonly timeoutSeconds: number;
  readonly typeOfService: number;
  readonly dontFragment: boolean;
  /** `Validate reply data`: an answer with other data counts as lost. */
  readonly validate: boolean;
  /** Two octets, repeated. */
  readonly pattern: number;
  /** `repeat` is then how often all sizes are gone through. */
  readonly sweep: PingSweep | undefined;
}

/** Sizes one after the other, instead of `size`. */
export interface PingSweep {
  readonly minimum: number;
  readonly maximum: number;
  readonly interval: number;
}
