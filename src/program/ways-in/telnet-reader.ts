/** What a telnet client sends, taken apart (RFC 854): what was typed, and how large its screen is (RFC 1073). */
import type { ScreenSize } from "../../cli/terminal/pager.ts";

export interface TelnetInput {
  /** A line ends in one carriage return, whatever the client sends there. */
  readonly typed: Uint8Array;
  readonly screen: ScreenSize | undefined;
}

/** We echo, neither end waits for its turn, and we want to know the size of the window. */
export const TELNET_GREETING = Uint8Array.of(255, 251, 1, 255, 251, 3, 255, 253, 31);

export class TelnetReader {
  #state: "data" | "command" | "option" | "subnegotiation" | "subnegotiation command" = "data";
  #isAfterReturn = false;
  #sub: number[] = [];

  take(octets: Uint8Array): TelnetInput {
    const typed: number[] = [];
    let screen: ScreenSize | undefined;
    for (const octet of octets) {
      switch (this.#state) {
        case "data":
          if (octet === IAC) this.#state = "command";
          else this.#type(octet, typed);
          break;
        case "command":
          this.#state = octet === SB ? "subnegotiation" : octet >= WILL && octet <= DONT ? "option" : "data";
          if (octet === SB) this.#sub = [];
          break;
        case "option":
          this.#state = "data";
          break;
        case "subnegotiation":
          if (octet === IAC) this.#state = "subnegotiation command";
          else if (this.#sub.length < SUBNEGOTIATION_MAX) this.#sub.push(octet);
          break;
        case "subnegotiation command":
          this.#state = octet === SE ? "data" : "subnegotiation";
          if (octet === IAC && this.#sub.length < SUBNEGOTIATION_MAX) this.#sub.push(octet);
          if (octet === SE) screen = screenOf(this.#sub) ?? screen;
          break;
      }
    }
    return { typed: Uint8Array.from(typed), screen };
  }

  /** Enter comes as CR LF or CR NUL. */
  #type(octet: number, typed: number[]): void {
    const isTail = this.#isAfterReturn && (octet === 0 || octet === 10);
    this.#isAfterReturn = octet === 13;
    if (!isTail) typed.push(octet);
  }
}

function screenOf([option, ...size]: readonly number[]): ScreenSize | undefined {
  const [widthHigh = 0, widthLow = 0, lengthHigh = 0, lengthLow = 0] = size;
  if (option !== NAWS || size.length !== 4) return undefined;
  return { width: widthHigh * 256 + widthLow, length: lengthHigh * 256 + lengthLow };
}

const [IAC, SB, SE, WILL, DONT, NAWS] = [255, 250, 240, 251, 254, 31];
/** Octets. */
const SUBNEGOTIATION_MAX = 64;
