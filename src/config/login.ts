/** Who may come in at which terminal line, and as what. */
import type { IpAddress } from "../net/ip-address.ts";
import { blockContains } from "../net/selector.ts";
import { rulesOf } from "./access-rules.ts";
import type { Configuration } from "./configuration.ts";
import { type LineSettings, loginOf } from "./line-settings.ts";
import { type HashedPassword, isPassword, password } from "./password.ts";
import type { UserSettings } from "./user-settings.ts";

/** Where somebody knocks. */
export interface Knock {
  readonly transport: "ssh" | "telnet";
  readonly from: IpAddress;
  /** Only lines of these rotary groups; undefined is all lines. */
  readonly groups?: { readonly first: number; readonly last: number } | undefined;
}

/** The virtual terminals that would let somebody in, ascending. Nothing comes in where `transport input` does not say so. */
export function linesOpenTo(
  configuration: Configuration,
  { transport, from, groups }: Knock,
): readonly LineSettings[] {
  return configuration.lines.filter(
    (line) =>
      line.kind === "vty" &&
      line.transportInput?.value.includes(transport) === true &&
      (transport === "telnet" || loginOf(line).kind === "local") &&
      isOfGroups(line, groups) &&
      admits(configuration, line, from),
  );
}

function isOfGroups({ rotary }: LineSettings, groups: Knock["groups"]): boolean {
  if (groups === undefined) return true;
  return rotary !== undefined && rotary.value >= groups.first && rotary.value <= groups.last;
}

/** `access-class … in`. A list that is not there, or says what cannot be decided here, lets nobody in. */
function admits(configuration: Configuration, { accessClassIn }: LineSettings, from: IpAddress): boolean {
  if (accessClassIn === undefined) return true;
  const list = configuration.accessLists.find(({ name }) => name === accessClassIn.value);
  const rule =
    list === undefined ? undefined : rulesOf(list).find(({ source }) => blockContains(source, from));
  return rule?.action === "permit" && rule.conditions.length === 0;
}

/** The user, if the password is his. It takes as long for somebody who is not there as for somebody with a `secret`. */
export function userWithPassword(
  { users }: Configuration,
  name: string,
  typed: string,
): UserSettings | undefined {
  const user = users.find((each) => each.name === name);
  switch (user?.credential.kind) {
    case "secret":
      return isPassword(user.credential.secret, typed) ? user : undefined;
    case "password":
      // As slow as a hash, so that the time does not tell kinds of users apart either.
      isPassword(NOBODY, typed);
      return isPassword(user.credential.password, typed) ? user : undefined;
    case undefined:
    case "none":
    case "nopassword":
      isPassword(NOBODY, typed);
      return undefined;
  }
}

/** No password has this hash. */
const NOBODY: HashedPassword = password(9, `$9$${".".repeat(14)}$${".".repeat(43)}`);

/** The level at which a user's session begins: his own, or that of the line. */
export function beginningLevel(user: UserSettings | undefined, line: LineSettings): number {
  return user?.privilege ?? line.privilege.value;
}
