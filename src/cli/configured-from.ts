/** What IOS logs when somebody leaves configuration mode: `%SYS-5-CONFIG_I`. */
import { printable } from "../observe/printable.ts";
import type { LineInUse } from "./services.ts";

/** Where a session is, and who began it; undefined parts are not known. */
export type SessionLine = Pick<LineInUse, "kind" | "number"> & Partial<Pick<LineInUse, "user" | "location">>;

/** `Configured from console by admin on vty0 (10.1.1.2)`. Without a line it is the console's. */
export function configuredFrom(line: SessionLine | undefined, user = line?.user): string {
  return `%SYS-5-CONFIG_I: Configured from console by ${operator(line, user)}`;
}

function operator(line: SessionLine | undefined, user: string | undefined): string {
  const isConsole = line === undefined || line.kind === "con";
  const name = isConsole ? "console" : `${line.kind}${line.number}`;
  const place = line?.location === undefined ? name : `${name} (${line.location})`;
  return user === undefined ? place : `${printable(user, USER_SHOWN)} on ${place}`;
}

/** Characters of a name. */
const USER_SHOWN = 64;
