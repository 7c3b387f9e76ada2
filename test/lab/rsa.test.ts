/** Authentication by RSA as a user sees it: what the chapter's debugs show, in the same order. */
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { skeyidLab } from "./lab-program.ts";

async function linesOf(example: string): Promise<readonly string[]> {
  const { code, out, err } = await skeyidLab(example, "--seed", "13");
  assert.deepEqual([code, err], [0, []]);
  return out;
}

/** In this order, other lines between. */
function assertInOrder(lines: readonly string[], wanted: readonly RegExp[]): void {
  let at = -1;
  for (const pattern of wanted) {
    const next = lines.findIndex((line, i) => i > at && pattern.test(line));
    assert.ok(next >= 0, `${pattern} after line ${at + 1}`);
    at = next;
  }
}

test("a responder's debugging of signatures shows what the chapter's example 13-9 shows", async () => {
  const lines = (await linesOf("rsa-signatures")).filter((line) => line.startsWith("lab-isdn  |"));
  assertInOrder(lines, [
    /processing SA payload\. message ID = 0/,
    /Checking ISAKMP transform 1 against priority 65535 policy/,
    /encryption DES-CBC/,
    /hash SHA/,
    /default group 1/,
    /auth RSA sig/,
    /atts are acceptable\. Next payload is 0/,
    /processing KE payload\. message ID = 0/,
    /generate alg param/,
    /create ISAKMP SKEYID for conn id/,
    /SKEYID state generated/,
    /processing ID payload\. message ID = 0/,
    /processing CERT payload\. message ID = 0/,
    /cert approved with warning/,
    /processing SIG payload\. message ID = 0/,
    /RSA decrypt with public key/,
    /generate hmac context for conn id/,
    /SA has been authenticated/,
    /RSA encrypt with private key/,
  ]);
});

test("in aggressive mode the certificate and the signature come with the responder's answer and the third message", async () => {
  const lines = await linesOf("rsa-signatures-aggressive");
  assertInOrder(lines, [
    /lab-isdn {2}\|.*processing SA payload\. message ID = 0/,
    /lab-isdn {2}\|.*processing ID payload\. message ID = 0/,
    /lab-isdn1 \|.*processing CERT payload\. message ID = 0/,
    /lab-isdn1 \|.*processing SIG payload\. message ID = 0/,
    /lab-isdn1 \|.*SA has been authenticated/,
    /lab-isdn {2}\|.*processing CERT payload\. message ID = 0/,
    /lab-isdn {2}\|.*SA has been authenticated/,
  ]);
});

test("a responder's debugging of encrypted nonces shows what the chapter's example 13-12 shows", async () => {
  const lines = (await linesOf("rsa-encrypted-nonces")).filter((line) => line.startsWith("wan2511 |"));
  assertInOrder(lines, [
    /processing SA payload\. message ID = 0/,
    /Checking ISAKMP transform 1 against priority 1\b/,
    /default group 2/,
    /auth RSA encr/,
    /atts are acceptable\. Next payload is 0/,
    /processing KE payload\. message ID = 0/,
    /SA is doing RSA encryption authentication/,
    /processing ID payload\. message ID = 0/,
    /processing NONCE payload\. message ID = 0/,
    /SKEYID state generated/,
    /processing HASH payload\. message ID = 0/,
    /SA has been authenticated/,
  ]);
});

test("no private key is ever shown", async () => {
  for (const example of [
    "rsa-signatures",
    "rsa-signatures-aggressive",
    "rsa-encrypted-nonces",
    "rsa-encrypted-nonces-aggressive",
    "certificate-refused",
  ]) {
    const out = (await linesOf(example)).join("\n");
    assert.doesNotMatch(out, /PRIVATE KEY|BEGIN/);
    for (const { read } of keyFiles(example)) {
      // The exponent that decrypts follows the public numbers: its octets are nowhere.
      const hidden = read.toString("hex").slice(-120, -60);
      assert.ok(!out.replace(/\s/g, "").toLowerCase().includes(hidden), example);
    }
  }
});

function keyFiles(example: string): { readonly read: Buffer }[] {
  const folder = new URL(`../../examples/${example}/`, import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".keys"))
    .flatMap((name) => readFileSync(new URL(name, folder), "utf8").split("-----BEGIN").slice(1))
    .map((block) => createPrivateKey(`-----BEGIN${block}`).export({ format: "der", type: "pkcs8" }))
    .map((read) => ({ read }));
}
