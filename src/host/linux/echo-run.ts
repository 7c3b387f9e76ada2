/** IOS's ping: one echo at a time, the next as soon as the last is answered or given up. Who sends and hears is told apart. */
import { equal } from "../../base/octets.ts";
import { elapsed, instant, type Milliseconds } from "../../base/time.ts";
import { buildIcmp, parseIcmp, UNREACHABLE } from "../../net/icmp.ts";
import { type IpAddress, ipv4 } from "../../net/ip-address.ts";
import { buildIpv4Packet, parseIpv4Packet } from "../../net/ipv4-packet.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import { putU32, u16At } from "../../net/words.ts";
import type { Clock } from "../clock.ts";

export interface EchoOptions {
  readonly destination: IpAddress;
  /** Undefined: whoever sends it chooses. */
  readonly source: IpAddress | undefined;
  readonly repeat: number;
  /** Octets of the whole IP packet. */
  readonly size: number;
  readonly timeoutSeconds: number;
  readonly typeOfService: number;
  readonly dontFragment: boolean;
  readonly validate: boolean;
  readonly pattern: number;
}

/** `!` answered, `.` nothing came, `U` unreachable, `M` too big, `&` TTL exceeded. */
export type EchoMark = "!" | "." | "U" | "M" | "&";

export interface EchoResult {
  readonly sent: number;
  readonly received: number;
  /** In the order of sending. */
  readonly marks: string;
  readonly roundTrips: readonly Milliseconds[];
}

export interface EchoEars {
  readonly onMark: (mark: EchoMark) => void;
  readonly onDone: (result: EchoResult) => void;
}

export class EchoRun {
  readonly #options: EchoOptions;
  readonly #clock: Clock;
  readonly #send: (packet: Uint8Array) => void;
  readonly #ears: EchoEars;
  readonly #identifier: number;
  readonly #roundTrips: Milliseconds[] = [];
  #marks = "";
  #sentAt = instant(0);
  #data: Uint8Array = new Uint8Array();
  #timer: NodeJS.Timeout;
  #isOver = false;

  /** `send` gets whole packets; their source is 0.0.0.0 where none is asked for. */
  constructor(options: EchoOptions, clock: Clock, send: (packet: Uint8Array) => void, ears: EchoEars) {
    this.#options = options;
    this.#clock = clock;
    this.#send = send;
    this.#ears = ears;
    nextIdentifier = (nextIdentifier + 1) & 0xffff;
    this.#identifier = nextIdentifier;
    // Not from within the caller: what it still has to print comes first.
    this.#timer = setTimeout(() => this.#sendNext(), 0);
  }

  /** A whole packet of ICMP that has come to us; most are not about this. */
  heard(bytes: Uint8Array): void {
    if (this.#isOver) return;
    const answer = answerIn(bytes, this.#identifier, this.#marks.length & 0xffff);
    const isFalse = this.#options.validate && answer?.data !== undefined && !equal(answer.data, this.#data);
    if (answer !== undefined && !isFalse) this.#mark(answer.mark);
  }

  /** Ends it, with what there is. */
  finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    const [marks, roundTrips] = [this.#marks, this.#roundTrips];
    this.#ears.onDone({ sent: marks.length, received: roundTrips.length, marks, roundTrips });
  }

  #mark(character: EchoMark): void {
    clearTimeout(this.#timer);
    if (character === "!") this.#roundTrips.push(elapsed(this.#sentAt, this.#clock.now()));
    this.#marks += character;
    this.#ears.onMark(character);
    this.#sendNext();
  }

  #sendNext(): void {
    if (this.#marks.length >= this.#options.repeat) return this.finish();
    this.#sentAt = this.#clock.now();
    this.#data = echoData(this.#options, this.#sentAt);
    this.#timer = setTimeout(() => this.#mark("."), this.#options.timeoutSeconds * 1000);
    this.#send(this.#packet());
  }

  #packet(): Uint8Array {
    const { destination, source = ANY, typeOfService, dontFragment } = this.#options;
    const sequenceNumber = this.#marks.length & 0xffff;
    const identifier = this.#identifier;
    const echo = buildIcmp({ kind: "echo-request", identifier, sequenceNumber, data: this.#data });
    const fields = { destination, source, typeOfService, dontFragment, identification: sequenceNumber };
    return buildIpv4Packet({ ...fields, protocol: PROTOCOL.ICMP, timeToLive: 255 }, echo);
  }
}

let nextIdentifier = 0;

interface Answer {
  readonly mark: EchoMark;
  readonly data: Uint8Array | undefined;
}

function answerIn(bytes: Uint8Array, identifier: number, sequenceNumber: number): Answer | undefined {
  const packet = parseIpv4Packet(bytes, "ignored");
  const message = packet === undefined ? undefined : parseIcmp(packet);
  if (message?.kind === "echo-reply") {
    const isOurs = message.identifier === identifier && message.sequenceNumber === sequenceNumber;
    return isOurs ? { mark: "!", data: message.data } : undefined;
  }
  if (message?.kind !== "destination-unreachable" && message?.kind !== "time-exceeded") return undefined;
  const { quoted } = message;
  const echo = quoted.subarray(((quoted[0] ?? 0) & 15) * 4);
  const isOurs =
    quoted[9] === PROTOCOL.ICMP &&
    echo.length >= 8 &&
    echo[0] === ECHO_REQUEST &&
    u16At(echo, 4) === identifier &&
    u16At(echo, 6) === sequenceNumber;
  if (!isOurs) return undefined;
  if (message.kind === "time-exceeded") return { mark: "&", data: undefined };
  return { mark: message.code === UNREACHABLE.FRAGMENTATION_NEEDED ? "M" : "U", data: undefined };
}

/** A time stamp, as IOS puts it first, then the pattern. */
function echoData({ size, pattern }: EchoOptions, now: number): Uint8Array {
  const data = new Uint8Array(Math.max(0, size - HEADERS));
  for (let i = 0; i < data.length; i++) data[i] = i % 2 === 0 ? pattern >> 8 : pattern;
  if (data.length >= 8) putU32(data, 4, Math.floor(now) >>> 0);
  return data;
}

const ANY = ipv4("0.0.0.0");
const ECHO_REQUEST = 8;
/** IP and ICMP. */
const HEADERS = 28;
