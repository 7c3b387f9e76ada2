/** What every way in shares: the router, its log, its terminal lines, and the door that strangers knock at. */
import type { RouterServices } from "../../cli/services.ts";
import type { UserSettings } from "../../config/user-settings.ts";
import { printable } from "../../observe/printable.ts";
import type { RunLog } from "../run-log.ts";
import type { Door } from "./door.ts";
import type { TerminalLines } from "./terminal-lines.ts";

export interface WaysIn {
  readonly router: RouterServices;
  readonly log: RunLog;
  readonly lines: TerminalLines;
  readonly door: Door;
}

/** A login that succeeded or not, in IOS's words. */
export interface LoginAttempt {
  readonly user: UserSettings["name"];
  readonly from: string;
  readonly port: number;
}

export function tellLogin({ log }: WaysIn, { user, from, port }: LoginAttempt, failure?: string): void {
  const who = `[user: ${printable(user, NAME_SHOWN)}] [Source: ${from}] [localport: ${port}]`;
  if (failure === undefined) log.say([`%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success ${who}`]);
  // Strangers try as often as they like: so many lines a minute are enough.
  else log.sayOnce("%SEC_LOGIN-4-LOGIN_FAILED", `Login failed ${who} [Reason: ${failure}]`);
}

/** Somebody who is not let in to try. */
export function tellRefusal({ log }: WaysIn, from: string, why: string): void {
  log.sayOnce("%SKEYID-5-REFUSED", `A connection from ${from} is refused: ${why}`);
}

/** Characters of a name that a stranger has chosen. */
const NAME_SHOWN = 64;
