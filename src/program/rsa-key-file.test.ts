import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { testKey } from "../../test/support/certificates.ts";
import type { RsaKeyPair } from "../config/rsa-key-pair.ts";
import { Secret } from "../crypto/secret.ts";
import { keyFileOf, loadRsaKeys, saveRsaKeys } from "./rsa-key-file.ts";

const folder = mkdtempSync(join(tmpdir(), "keys-"));
after(() => rmSync(folder, { recursive: true }));

const { publicKey, privateKey } = testKey("a");
const KEY: RsaKeyPair = {
  name: "r1.example.com",
  usage: "general",
  publicKey,
  privateKey: new Secret(privateKey),
  generatedAt: 1,
};

test("the file stands beside the configuration, under its name", () => {
  assert.equal(keyFileOf("/etc/skeyid/router.cfg"), "/etc/skeyid/router.keys");
  assert.equal(keyFileOf("router"), "router.keys");
  assert.equal(keyFileOf("../v1.2/router"), "../v1.2/router.keys");
});

test("keys are kept for their owner alone, replaced at once, and gone when they are removed", () => {
  const path = join(folder, "router.keys");
  assert.deepEqual(loadRsaKeys(path, "r"), []);
  // A draft left behind by somebody whose files are open to all.
  writeFileSync(`${path}.new`, "", { mode: 0o666 });
  assert.equal(saveRsaKeys(path, [KEY]), undefined);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ["router.keys"]);
  const loaded = loadRsaKeys(path, "r");
  assert.ok(typeof loaded !== "string" && loaded[0]?.name === "r1.example.com", "read again");
  assert.equal(saveRsaKeys(path, []), undefined);
  assert.ok(!existsSync(path), "no file without keys");
});

test("keys that others may read are not used, and one is told why", () => {
  const path = join(folder, "open.keys");
  saveRsaKeys(path, [KEY]);
  chmodSync(path, 0o640);
  assert.match(String(loadRsaKeys(path, "r")), /others may read the private keys in it; chmod 600/);
});

test("what the file system refuses is told", () => {
  assert.match(saveRsaKeys(join(folder, "missing", "router.keys"), [KEY]) ?? "", /ENOENT/);
});
