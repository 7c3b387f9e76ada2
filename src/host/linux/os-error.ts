/** What the operating system refuses: a value, because an operator can do something about it. */
import { getSystemErrorMap } from "node:util";

export interface OsError {
  readonly kind: "os-error";
  /** What was asked for: `bind 192.0.2.1:500`. */
  readonly what: string;
  /** `EADDRINUSE`. */
  readonly code: string;
  /** `address already in use`. */
  readonly text: string;
}

/** `errno` as libc gives it, positive. */
export function osError(what: string, errno: number): OsError {
  const [code, text] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, `error ${errno}`];
  return { kind: "os-error", what, code, text };
}

export function describeOsError({ what, text }: OsError): string {
  return `${what}: ${text}`;
}

export function isOsError(value: unknown): value is OsError {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "os-error";
}
