/** What `openssl speed` reaches on this machine: the limit of what our own cryptography can. */
import { spawnSync } from "node:child_process";

/** Seconds of each measurement. */
const DURATION = 1;

/** Microseconds for `length` octets; undefined where there is no openssl, or it does not know the algorithm. */
export function opensslMicroseconds(length: number, ...algorithm: readonly string[]): number | undefined {
  const output = speed("-bytes", `${length}`, ...algorithm);
  // The last line, in thousands of octets a second.
  const perSecond = /\s([\d.]+)k\s*$/.exec(output ?? "")?.[1];
  return perSecond === undefined ? undefined : (length * 1e6) / (Number(perSecond) * 1000);
}

/** Key agreements a second: `ffdh2048`, `ecdhp256`. */
export function opensslAgreements(name: string): number | undefined {
  const perSecond = /bits (?:ffdh|ecdh).*\s([\d.]+)\s*$/.exec(speed(name) ?? "")?.[1];
  return perSecond === undefined ? undefined : Number(perSecond);
}

function speed(...args: readonly string[]): string | undefined {
  const { stdout, status } = spawnSync("openssl", ["speed", "-seconds", `${DURATION}`, ...args], {
    encoding: "utf8",
  });
  return status === 0 ? stdout : undefined;
}
