import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mismatch } from "../ike/events.ts";
import { transformSetLine } from "./transform-set-remedy.ts";

function lineFor(text: string, offered: Partial<Record<Mismatch["attribute"], string>>): string | undefined {
  const origin = { file: "a.cfg", line: 9, text };
  return transformSetLine(
    Object.entries(offered).map(([attribute, what]) => ({
      attribute: attribute as Mismatch["attribute"], // the keys of the parameter
      offered: what,
      accepted: "ours",
      origin,
    })),
  );
}

const LINE = "crypto ipsec transform-set strong esp-aes 256 esp-sha256-hmac";

test("what differs is replaced in the line, and nothing else", () => {
  assert.equal(
    lineFor(LINE, { encryption: "ESP_AES with 128 bits" }),
    "crypto ipsec transform-set strong esp-aes esp-sha256-hmac",
  );
  assert.equal(
    lineFor(LINE, { integrity: "sha1" }),
    "crypto ipsec transform-set strong esp-aes 256 esp-sha-hmac",
  );
  assert.equal(
    lineFor(LINE, { encryption: "ESP_GCM_16 with 256 bits", integrity: "none" }),
    "crypto ipsec transform-set strong esp-gcm 256",
  );
  const counter = "crypto ipsec transform-set strong esp-aes 256 ctr esp-sha256-hmac";
  assert.equal(lineFor(LINE, { encryption: "ESP_AES_CTR with 256 bits" }), counter);
  assert.equal(lineFor(counter, { encryption: "ESP_AES with 256 bits" }), LINE);
  assert.equal(
    lineFor(counter, { integrity: "sha1" }),
    "crypto ipsec transform-set strong esp-aes 256 ctr esp-sha-hmac",
  );
  assert.equal(
    lineFor(counter, { encryption: "ESP_GMAC with 128 bits", integrity: "none" }),
    "crypto ipsec transform-set strong esp-gmac",
  );
  assert.equal(
    lineFor("crypto ipsec transform-set s ah-sha-hmac esp-des", { encryption: "ESP_3DES" }),
    "crypto ipsec transform-set s ah-sha-hmac esp-3des",
  );
});

test("an offer without a word of ours, another difference of protocol, or an abbreviated line has no remedy", () => {
  assert.equal(lineFor(LINE, { encryption: "ESP_BLOWFISH with 128 bits" }), undefined);
  assert.equal(lineFor(LINE, { encryption: "ESP_AES" }), undefined, "without a key length");
  assert.equal(lineFor(LINE, { integrity: "authenticator 9" }), undefined);
  assert.equal(lineFor(LINE, { integrity: "md5", protocol: "AH and ESP" }), undefined);
  assert.equal(lineFor("cry ips trans s esp-des", { encryption: "ESP_3DES" }), undefined);
  assert.equal(lineFor(LINE, {}), undefined);
});
