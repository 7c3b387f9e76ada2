/** IOS's questions before a session at a line: user name and password, or the password of the line alone. */

import { type LineSettings, loginOf } from "../../config/line-settings.ts";
import { userWithPassword } from "../../config/login.ts";
import { isPassword } from "../../config/password.ts";
import type { UserSettings } from "../../config/user-settings.ts";
import { WAYS_IN_LIMITS } from "./limits.ts";
import type { WaysIn } from "./way-in.ts";

export type LoginOutcome =
  | { readonly kind: "in"; readonly user: UserSettings | undefined }
  /** A wrong answer; the last one ends it. */
  | { readonly kind: "wrong"; readonly name: string; readonly isLast: boolean }
  | undefined;

export class TelnetLogin {
  readonly #ways: WaysIn;
  readonly #line: LineSettings;
  readonly #asks: "name and password" | "password" | "nothing";
  #name: string | undefined;
  #typed = "";
  #attempts = 0;

  constructor(ways: WaysIn, line: LineSettings) {
    this.#ways = ways;
    this.#line = line;
    const { kind } = loginOf(line);
    this.#asks = kind === "none" ? "nothing" : kind === "password" ? "password" : "name and password";
  }

  get asksNothing(): boolean {
    return this.#asks === "nothing";
  }

  /** `login` without a `password` lets nobody in. */
  get isImpossible(): boolean {
    return this.#asks === "password" && this.#line.password === undefined;
  }

  prompt(): string {
    return this.#asks === "name and password" && this.#name === undefined ? "Username: " : "Password: ";
  }

  /** What the terminal echoes of a character, and what came of it. */
  type(character: string): { readonly echo: string; readonly outcome: LoginOutcome } {
    const isShown = this.prompt() === "Username: ";
    if (character === "\r") return { echo: "\r\n", outcome: this.#enter() };
    if (character === "\b" || character === "\u007f") {
      const hadSome = this.#typed !== "";
      this.#typed = this.#typed.slice(0, -1);
      return { echo: isShown && hadSome ? "\b \b" : "", outcome: undefined };
    }
    const isTaken = /^[^\p{Cc}]$/u.test(character) && this.#typed.length < WAYS_IN_LIMITS.loginLine;
    if (isTaken) this.#typed += character;
    return { echo: isShown && isTaken ? character : "", outcome: undefined };
  }

  #enter(): LoginOutcome {
    const typed = this.#typed;
    this.#typed = "";
    if (this.prompt() === "Username: ") {
      if (typed !== "") this.#name = typed;
      return undefined;
    }
    const name = this.#name;
    this.#name = undefined;
    const { password } = this.#line;
    if (this.#asks === "password") {
      if (password !== undefined && isPassword(password.value, typed)) return { kind: "in", user: undefined };
    } else {
      const user = userWithPassword(this.#ways.router.configuration(), name ?? "", typed);
      if (user !== undefined) return { kind: "in", user };
    }
    this.#attempts += 1;
    return { kind: "wrong", name: name ?? "", isLast: this.#attempts >= ATTEMPTS };
  }
}

const ATTEMPTS = 3;
