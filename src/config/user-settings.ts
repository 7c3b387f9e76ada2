/** `username` and `ip ssh`: who may log in at a terminal line, and how SSH lets them. */
import { hex, packed } from "../base/octets.ts";
import type { Origin } from "../base/origin.ts";
import { hash } from "../crypto/hash.ts";
import type { Setting } from "./configuration.ts";
import type { HashedPassword, HiddenPassword } from "./password.ts";

export interface UserSettings {
  readonly name: string;
  /** At which the user's sessions begin, 0 to 15; undefined is that of the line. */
  readonly privilege: number | undefined;
  readonly credential: UserCredential;
  readonly origin: Origin | undefined;
}

export type UserCredential =
  /** Named, and nothing to check: nobody logs in by it. */
  | { readonly kind: "none" }
  /** `nopassword`. */
  | { readonly kind: "nopassword" }
  | { readonly kind: "password"; readonly password: HiddenPassword }
  | { readonly kind: "secret"; readonly secret: HashedPassword };

export interface SshSettings {
  /** `ip ssh version`; 1 is not spoken here. */
  readonly version: Setting<1 | 2> | undefined;
  /** For who has not authenticated. */
  readonly timeOutSeconds: Setting<number>;
  readonly authenticationRetries: Setting<number>;
  /** Connections that may be without authentication at once. */
  readonly maxStartups: Setting<number> | undefined;
  /** Beside 22, for the lines of rotary groups. */
  readonly port: Setting<SshPort> | undefined;
  /** By user. */
  readonly keys: readonly SshUserKeys[];
}

export interface SshPort {
  readonly port: number;
  readonly firstGroup: number;
  readonly lastGroup: number | undefined;
}

/** `username` below `ip ssh pubkey-chain`. */
export interface SshUserKeys {
  readonly name: string;
  readonly hashes: readonly SshKeyHash[];
  readonly origin: Origin | undefined;
}

/** IOS keeps no keys, but their hashes. */
export interface SshKeyHash {
  readonly algorithm: SshKeyAlgorithm;
  /** MD5 of the key as SSH sends it (RFC 4253 §6.6), in hexadecimal, upper case. */
  readonly digest: string;
  readonly comment: string | undefined;
}

export const DEFAULT_SSH: SshSettings = {
  version: undefined,
  timeOutSeconds: { value: 120, origin: undefined },
  authenticationRetries: { value: 3, origin: undefined },
  maxStartups: undefined,
  port: undefined,
  keys: [],
};

export const SSH_KEY_ALGORITHMS = [
  "ssh-rsa",
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
] as const;
export type SshKeyAlgorithm = (typeof SSH_KEY_ALGORITHMS)[number];

/** The hash of a key as SSH sends it; undefined where it is none that can be used here. */
export function sshKeyHash(key: Uint8Array, comment?: string): SshKeyHash | undefined {
  const [, name] = /^\0\0\0.([a-z\d-]{7,19})\0/s.exec(packed(key.subarray(0, 32))) ?? [];
  const algorithm = SSH_KEY_ALGORITHMS.find((each) => each === name);
  if (algorithm === undefined) return undefined;
  return { algorithm, digest: hex(hash("md5", key)).toUpperCase(), comment };
}

/** Whether a user may log in with the key. Its hash is no secret. */
export function isKeyOf({ keys }: SshSettings, name: string, key: Uint8Array): boolean {
  const asked = sshKeyHash(key);
  const known = keys.find((each) => each.name === name)?.hashes ?? [];
  return known.some(({ algorithm, digest }) => algorithm === asked?.algorithm && digest === asked.digest);
}
