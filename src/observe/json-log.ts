/** Events as JSON, one line each, for log collectors: octets in hexadecimal, no secrets, `at` in milliseconds. */
import { hex } from "../base/octets.ts";
import { Secret } from "../crypto/secret.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import { withoutSecrets } from "./printable.ts";

/** A line without its end. `router` tells several gateways apart. */
export function jsonLine(event: GatewayEvent, router?: string): string {
  const { at, kind, ...rest } = event;
  const head = router === undefined ? { at, kind } : { at, router, kind };
  return JSON.stringify(plainValue({ ...head, ...rest })).replace(LEFT_AS_THEY_ARE, escaped);
}

/** What JSON lets stand, but a terminal or another line reader obeys. */
const LEFT_AS_THEY_ARE = /[\u007f-\u009f\u2028\u2029]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The same value made of what JSON has. */
function plainValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (value instanceof Secret) return value.toJSON();
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value === "string") return withoutSecrets(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainValue(member)]));
}
