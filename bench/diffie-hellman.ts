/** A handshake's worth of Diffie-Hellman: one key pair and one shared secret, as one job makes them, a second and core. */
import { randomBytes } from "node:crypto";
import { publicValue } from "../src/crypto/diffie-hellman.ts";
import { group } from "../src/crypto/groups.ts";
import { GROUP_IDS, type GroupId } from "../src/crypto/names.ts";
import { performJob } from "../src/crypto/perform-job.ts";
import { alternating, type Benchmark, type Row } from "./benchmark.ts";
import { opensslAgreements } from "./openssl-speed.ts";

const MILLISECONDS = 500;

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
  const exchange = () => performJob({ kind: "dh-both", group: id, privateValue: draw(), peerPublicValue });
  exchange();
  const start = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < MILLISECONDS) {
    exchange();
    count++;
    elapsed = performance.now() - start;
  }
  return (count * 1000) / elapsed;
}
