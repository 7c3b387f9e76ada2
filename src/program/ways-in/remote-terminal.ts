/** Somebody far away at a terminal: a session of the command line on a stream of octets. */
import type { Duplex } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { ScreenSize } from "../../cli/terminal/pager.ts";
import { TerminalSession } from "../../cli/terminal/terminal-session.ts";
import type { LineSettings } from "../../config/line-settings.ts";
import { WAYS_IN_LIMITS } from "./limits.ts";
import type { Seat } from "./terminal-lines.ts";
import type { WaysIn } from "./way-in.ts";

export interface RemoteOperator {
  readonly seat: Seat;
  /** Of the seat. */
  readonly line: LineSettings;
  /** Where sessions begin, 0 to 15. */
  readonly level: number;
}

export class RemoteTerminal {
  readonly #ways: WaysIn;
  readonly #operator: RemoteOperator;
  readonly #stream: Duplex;
  readonly #session: TerminalSession;
  readonly #decoder = new StringDecoder("utf8");
  #idle: NodeJS.Timeout | undefined;
  #unmonitor: (() => void) | undefined;

  /** `screen`: of the terminal; the line's where it does not say. Reads the stream only by `input`. */
  constructor(ways: WaysIn, operator: RemoteOperator, stream: Duplex, screen: Partial<ScreenSize>) {
    this.#ways = ways;
    this.#operator = operator;
    this.#stream = stream;
    const { line, level } = operator;
    this.#session = new TerminalSession(ways.router, (text) => this.#write(text), {
      level,
      line: operator.seat,
      isRemote: true,
      screen: { length: screen.length ?? line.length.value, width: screen.width ?? line.width.value },
      onMonitor: (on) => this.#monitor(on),
      onClosed: () => this.#close(),
    });
    stream.on("error", () => this.end());
    stream.on("close", () => this.end());
    this.#waitForInput();
  }

  input(octets: Uint8Array): void {
    this.#operator.seat.touch();
    this.#waitForInput();
    this.#session.input(this.#decoder.write(Buffer.from(octets)));
  }

  resize(screen: ScreenSize): void {
    this.#session.resize(screen);
  }

  end(): void {
    this.#session.end();
  }

  #waitForInput(): void {
    clearTimeout(this.#idle);
    const { value: seconds } = this.#operator.line.execTimeoutSeconds;
    if (seconds > 0) this.#idle = setTimeout(() => this.end(), Math.min(seconds * 1000, TIMER_MAX)).unref();
  }

  #monitor(on: boolean): void {
    this.#unmonitor?.();
    this.#unmonitor = on ? this.#ways.log.listen((lines) => this.#session.log(lines)) : undefined;
  }

  #write(text: string): void {
    if (this.#stream.destroyed || this.#stream.writableEnded) return;
    this.#stream.write(text.replaceAll("\n", "\r\n"));
    if (this.#stream.writableLength > WAYS_IN_LIMITS.unread) this.#stream.destroy();
  }

  #close(): void {
    clearTimeout(this.#idle);
    this.#unmonitor?.();
    if (!this.#stream.destroyed) this.#stream.end();
  }
}

/** Milliseconds: what timers of Node can wait. */
const TIMER_MAX = 2 ** 31 - 1;
