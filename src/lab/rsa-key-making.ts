/** Making a router's RSA keys: one job after the other, for each a seed of its own. */
import type { Random } from "../base/random.ts";
import type { RsaKeyWish } from "../cli/services.ts";
import type { RsaKeyPair } from "../config/rsa-key-pair.ts";
import { RSA_SEED_LENGTH } from "../crypto/rsa-generation.ts";
import { Secret } from "../crypto/secret.ts";
import type { JobRunner } from "./job-runner.ts";

export interface KeyMaking {
  readonly random: Random;
  readonly jobs: JobRunner;
  /** Milliseconds since 1970. */
  readonly now: () => number | undefined;
}

/** `done` gets the keys, or what went wrong; not after `cancel`. */
export function makeRsaKeys(
  wishes: readonly RsaKeyWish[],
  making: KeyMaking,
  done: (made: readonly RsaKeyPair[] | string) => void,
): { cancel(): void } {
  const made: RsaKeyPair[] = [];
  let callOff = () => {};
  const next = (): void => {
    const wish = wishes[made.length];
    if (wish === undefined) return done(made);
    const { name, usage, modulusBits } = wish;
    const seed = making.random.bytes("rsa key", RSA_SEED_LENGTH);
    callOff = making.jobs({ kind: "rsa-generate", modulusBits, seed }, (result) => {
      if (result.kind !== "rsa-generate") return done(result.kind === "failed" ? result.reason : result.kind);
      const { publicKey, privateKey } = result.key;
      made.push({ name, usage, publicKey, privateKey: new Secret(privateKey), generatedAt: making.now() });
      next();
    });
  };
  next();
  return { cancel: () => callOff() };
}
