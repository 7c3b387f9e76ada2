/** Configurations without what does not count when two are compared. */

import { hex } from "../../src/base/octets.ts";
import type { Configuration } from "../../src/config/configuration.ts";
import { Secret } from "../../src/crypto/secret.ts";

/** Without the lines it came from; keys as hexadecimal, which `deepEqual` can compare. */
export function plain(configuration: Configuration): unknown {
  return stripped(configuration);
}

function stripped(value: unknown): unknown {
  if (value instanceof Secret) return hex(value.reveal());
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "origin")
      .map(([name, inner]) => [name, stripped(inner)]),
  );
}
