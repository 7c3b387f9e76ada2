/**
 * A handshake's worth of Diffie-Hellman: one key pair and one shared secret, as one job makes them, a second and core. As
 * `skeyid run` does it: by libcrypto itself in the MODP groups.
 */
import { randomBytes } from "node:crypto";
import { publicValue } from "../src/crypto/diffie-hellman.ts";
import { group } from "../src/crypto/groups.ts";
import { isModpGroup } from "../src/crypto/modp-primes.ts";
import { GROUP_IDS, type GroupId } from "../src/crypto/names.ts";
import { performJob } from "../src/crypto/perform-job.ts";
import { loadLibc } from "../src/host/linux/libc.ts";
import { loadLibcryptoBignum } from "../src/host/linux/libcrypto-bignum.ts";
import { EXPONENTIATION_OCTETS, ModularExponentiation } from "../src/host/linux/modular-exponentiation.ts";
import { NativeMemory } from "../src/host/linux/native-memory.ts";
import { alternating, type Benchmark, processorTime, type Row } from "./benchmark.ts";
import { opensslAgreements } from "./openssl-speed.ts";

const MILLISECONDS = 500;
/** Exchanges between looks at the clock. */
const ROUND = 5;

const native = await nativeExponentiation();

/** What `openssl speed` calls a group; it knows no MODP group below 2048 bits, and not Oakley's curves. */
const OPENSSL_NAMES: { readonly [G in GroupId]?: string } = {
  7: "ecdhk163",
  14: "ffdh2048",
  15: "ffdh3072",
  16: "ffdh4096",
  17: "ffdh6144",
  18: "ffdh8192",
  19: "ecdhp256",
  20: "ecdhp384",
  21: "ecdhp521",
};

export const diffieHellman: Benchmark = {
  name: "diffie-hellman",
  title: "Diffie-Hellman: key pair and shared secret",
  whyNot: () => undefined,
  async run(runs) {
    const rows: Row[] = [];
    for (const id of GROUP_IDS.filter((each) => group(each).available)) rows.push(await rowOf(id, runs));
    return rows;
  },
};

async function rowOf(id: GroupId, runs: number): Promise<Row> {
  const name = OPENSSL_NAMES[id];
  // A key pair and a secret are two of its operations.
  const limit = () => (name === undefined ? Number.NaN : (opensslAgreements(name) ?? Number.NaN) / 2);
  const { ours, openssl } = await alternating(runs, { ours: () => exchangesPerSecond(id), openssl: limit });
  const other = Number.isNaN(openssl) ? undefined : { name: "openssl speed / 2", figure: openssl };
  return { subject: `group ${id}, ${group(id).name}`, unit: "1/s", ours, other };
}

function exchangesPerSecond(id: GroupId): number {
  const draw = (): Uint8Array => new Uint8Array(randomBytes(group(id).privateLength));
  const peerPublicValue = publicValue(id, draw());
  const exchange = () => {
    const privateValue = draw();
    if (native === undefined || !isModpGroup(id))
      return performJob({ kind: "dh-both", group: id, privateValue, peerPublicValue });
    return [native.perform(id, privateValue), native.perform(id, privateValue, peerPublicValue)];
  };
  exchange();
  let count = 0;
  let spent = 0;
  while (spent < MILLISECONDS) {
    spent += processorTime(() => {
      for (let i = 0; i < ROUND; i++) exchange();
    });
    count += ROUND;
  }
  return (count * 1000) / spent;
}

/** Undefined where libcrypto cannot be had: then jobs are performed by node:crypto. */
async function nativeExponentiation(): Promise<ModularExponentiation | undefined> {
  const [libc, bignum] = [await loadLibc(), await loadLibcryptoBignum()];
  if ("kind" in libc || "kind" in bignum) return undefined;
  return new ModularExponentiation(bignum, new NativeMemory(libc, new ArrayBuffer(EXPONENTIATION_OCTETS)));
}
