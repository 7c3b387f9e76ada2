/** Entropy from the operating system, drawn ahead in a pool: a call of its own for eight octets costs more than they do. */
import { randomFillSync } from "node:crypto";
import type { Random } from "../base/random.ts";

/** Unpredictable octets; no two draws share any. The purpose makes no difference here. */
export const systemRandom: Random = {
  bytes(_purpose, length) {
    if (length > POOL_LENGTH / 8) return randomFillSync(new Uint8Array(length));
    if (used + length > POOL_LENGTH) {
      randomFillSync(pool);
      used = 0;
    }
    const drawn = pool.slice(used, used + length);
    // What has been handed out may become a key, so the pool keeps no copy.
    pool.fill(0, used, used + length);
    used += length;
    return drawn;
  },
};

const POOL_LENGTH = 8192;
const pool = new Uint8Array(POOL_LENGTH);
let used = POOL_LENGTH;
