/**
 * IOS's ping: one echo at a time, the next as soon as the last is answered or given up; a mark for each, and the
 * success rate. It runs on routers and hosts alike.
 */
import { equal } from "../base/octets.ts";
import { elapsed, instant, type Milliseconds, milliseconds, seconds } from "../base/time.ts";
import type { PingOptions, PingSweep } from "../cli/services.ts";
import { buildIcmp, type IcmpMessage, parseIcmp, UNREACHABLE } from "../net/icmp.ts";
import { IPV4_HEADER_LENGTH, type Ipv4Packet, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { putU32, u16At } from "../net/words.ts";
import type { IpStack } from "./ip-stack.ts";
import type { Scheduled } from "./world.ts";

export const DEFAULT_PING = {
  source: undefined,
  repeat: 5,
  size: 100,
  timeoutSeconds: 2,
  typeOfService: 0,
  dontFragment: false,
  validate: false,
  pattern: 0xabcd,
  sweep: undefined,
} as const;

/** `!` answered, `.` nothing came, `U` unreachable, `M` too big, `&` TTL exceeded, `?` something else. */
export type PingMark = "!" | "." | "U" | "M" | "&" | "?";

export interface PingResult {
  readonly sent: number;
  readonly received: number;
  /** In the order of sending. */
  readonly marks: string;
  readonly roundTrips: readonly Milliseconds[];
}

export interface PingWatcher {
  readonly onMark: (mark: PingMark) => void;
  readonly onDone: (result: PingResult) => void;
}

/** What came about an echo. `data` is that of an echo reply. */
interface Answer {
  readonly mark: PingMark;
  readonly sequenceNumber: number;
  readonly data: Uint8Array | undefined;
}

/** The nodes' ping programs: who waits for which echo. One per stack. */
export class Pinger {
  readonly #stack: IpStack;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextIdentifier = 0;

  constructor(stack: IpStack) {
    this.#stack = stack;
    stack.handle(PROTOCOL.ICMP, (packet) => this.#heard(packet));
  }

  /** Starts a ping; the function returned ends it early, and its result is then what there is. */
  start(options: PingOptions, watcher: PingWatcher): () => void {
    const { world } = this.#stack;
    const identifier = this.#nextIdentifier;
    this.#nextIdentifier = (identifier + 1) & 0xffff;
    // A timeout of 0 floods on IOS; here time must go on.
    const timeout = options.timeoutSeconds === 0 ? milliseconds(1) : seconds(options.timeoutSeconds);
    const roundTrips: Milliseconds[] = [];
    let marks = "";
    let sequenceNumber = -1;
    let sentAt = instant(0);
    let data: Uint8Array = new Uint8Array();
    let timer: Scheduled | undefined;

    const finish = () => {
      timer?.cancel();
      if (!this.#waiting.delete(identifier)) return;
      const received = roundTrips.length;
      watcher.onDone({ sent: marks.length, received, marks, roundTrips });
    };
    const sendNext = () => {
      if (marks.length >= echoCount(options)) return finish();
      sequenceNumber = (sequenceNumber + 1) & 0xffff;
      sentAt = world.now;
      data = echoData(sizeOfEcho(options, marks.length), options.pattern, sentAt);
      timer = world.after(timeout, () => mark("."));
      this.#send(options, { kind: "echo-request", identifier, sequenceNumber, data });
    };
    const mark = (character: PingMark) => {
      timer?.cancel();
      if (character === "!") roundTrips.push(elapsed(sentAt, world.now));
      marks += character;
      watcher.onMark(character);
      sendNext();
    };
    this.#waiting.set(identifier, (answer) => {
      if (answer.sequenceNumber !== sequenceNumber) return;
      const isFalse = options.validate && answer.data !== undefined && !equal(answer.data, data);
      if (!isFalse) mark(answer.mark);
    });
    // Not from within the caller: what it still has to print comes first.
    timer = world.at(world.now, sendNext);
    return finish;
  }

  #send(options: PingOptions, message: IcmpMessage): void {
    const { destination, source, typeOfService, dontFragment } = options;
    const echo = buildIcmp(message);
    const own = { destination, protocol: PROTOCOL.ICMP, typeOfService, dontFragment, payload: () => echo };
    // Without a route nothing leaves and the time runs out, as on IOS.
    this.#stack.send(source === undefined ? own : { ...own, source });
  }

  #heard(packet: Ipv4Packet): void {
    const message = parseIcmp(packet);
    if (message === undefined) return;
    if (message.kind === "echo-reply") {
      const { identifier, sequenceNumber, data } = message;
      this.#waiting.get(identifier)?.({ mark: "!", sequenceNumber, data });
    } else if (message.kind === "destination-unreachable" || message.kind === "time-exceeded") {
      const about = echoQuotedIn(message.quoted);
      if (about === undefined) return;
      const { identifier, sequenceNumber } = about;
      this.#waiting.get(identifier)?.({ mark: markOf(message), sequenceNumber, data: undefined });
    }
  }
}

/** How many echoes there are in all. */
export function echoCount({ repeat, sweep }: PingOptions): number {
  return sweep === undefined ? repeat : repeat * sizesIn(sweep);
}

function sizesIn({ minimum, maximum, interval }: PingSweep): number {
  return Math.floor((maximum - minimum) / interval) + 1;
}

/** Of the echo of this index: the sizes of a sweep one after the other, from the first again. */
function sizeOfEcho({ size, sweep }: PingOptions, index: number): number {
  return sweep === undefined ? size : sweep.minimum + (index % sizesIn(sweep)) * sweep.interval;
}

/** A time stamp, as IOS puts it first, then the pattern. */
function echoData(size: number, pattern: number, now: number): Uint8Array {
  const data = new Uint8Array(Math.max(0, size - IPV4_HEADER_LENGTH - ICMP_HEADER_LENGTH));
  for (let i = 0; i < data.length; i++) data[i] = i % 2 === 0 ? pattern >> 8 : pattern;
  if (data.length >= 8) {
    putU32(data, 0, 0);
    putU32(data, 4, Math.floor(now) >>> 0);
  }
  return data;
}

/** An ICMP error quotes the header and eight octets more of what it is about: an echo's identifier is among them. */
function echoQuotedIn(quoted: Uint8Array): { identifier: number; sequenceNumber: number } | undefined {
  // The quotation is cut short, so its total length is made to fit before it is read.
  const copy = quoted.slice();
  copy[2] = copy.length >> 8;
  copy[3] = copy.length;
  const packet = parseIpv4Packet(copy, "ignored");
  if (packet?.protocol !== PROTOCOL.ICMP || packet.payload[0] !== ECHO_REQUEST) return undefined;
  return { identifier: u16At(packet.payload, 4), sequenceNumber: u16At(packet.payload, 6) };
}

function markOf(
  message: Extract<IcmpMessage, { kind: "destination-unreachable" | "time-exceeded" }>,
): PingMark {
  if (message.kind === "time-exceeded") return "&";
  return message.code === UNREACHABLE.FRAGMENTATION_NEEDED ? "M" : "U";
}

const ECHO_REQUEST = 8;
const ICMP_HEADER_LENGTH = 8;
