/** Events as JSON, one line each, for log collectors: octets in hexadecimal, no secrets, `at` in milliseconds. */
import { hex } from "../base/octets.ts";
import { Secret } from "../crypto/secret.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import { withoutSecrets } from "./printable.ts";

/** A line without its end. `router` tells several gateways apart. */
export function jsonLine(event: GatewayEvent, router?: string): string {
  const { at, kind, ...rest } = event;
  const head = router === undefined ? { at, kind } : { at, router, kind };
  return JSON.stringify(plainValue({ ...head, ...rest }));
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
