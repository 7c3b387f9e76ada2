/**
 * Handshakes' worth of Diffie-Hellman per second and core: one key pair and one shared secret, as one job makes them.
 * Beside it what `openssl speed` reaches for two exponentiations in the same run, if there is an openssl.
 * Run: node --import tsx bench/diffie-hellman.ts [seconds per group]
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { publicValue } from "../src/crypto/diffie-hellman.ts";
import { group } from "../src/crypto/groups.ts";
import { GROUP_IDS, type GroupId } from "../src/crypto/names.ts";
import { performJob } from "../src/crypto/perform-job.ts";

const SECONDS = Number(process.argv[2] ?? 1);

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

console.log(`node ${process.version}, OpenSSL ${process.versions.openssl}`);
console.log(
  `${"group".padEnd(34)}${"per second".padStart(11)}${"openssl/2".padStart(11)}${"ratio".padStart(7)}`,
);
for (const id of GROUP_IDS.filter((each) => group(each).available)) {
  const ours = exchangesPerSecond(id);
  const limit = limitOf(id);
  const comparison = limit === undefined ? ["-", "-"] : [limit.toFixed(0), (ours / limit).toFixed(2)];
  const label = `${id} ${group(id).name}`;
  console.log(
    label.padEnd(34) +
      ours.toFixed(0).padStart(11) +
      (comparison[0] ?? "").padStart(11) +
      (comparison[1] ?? "").padStart(7),
  );
}

function exchangesPerSecond(id: GroupId): number {
  const draw = (): Uint8Array => new Uint8Array(randomBytes(group(id).privateLength));
  const peerPublicValue = publicValue(id, draw());
  performJob({ kind: "dh-both", group: id, privateValue: draw(), peerPublicValue });
  const start = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < SECONDS * 1000) {
    performJob({ kind: "dh-both", group: id, privateValue: draw(), peerPublicValue });
    count++;
    elapsed = performance.now() - start;
  }
  return (count * 1000) / elapsed;
}

/** Half of the operations per second that openssl reports: a key pair and a secret are two. */
function limitOf(id: GroupId): number | undefined {
  const name = OPENSSL_NAMES[id];
  if (name === undefined) return undefined;
  const { stdout, status } = spawnSync("openssl", ["speed", "-seconds", "1", name], { encoding: "utf8" });
  const perSecond = status === 0 ? /bits (?:ffdh|ecdh).*\s([\d.]+)\s*$/.exec(stdout)?.[1] : undefined;
  return perSecond === undefined ? undefined : Number(perSecond) / 2;
}
