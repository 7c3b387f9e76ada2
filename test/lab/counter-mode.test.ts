import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleFiles, typedLab } from "../support/typed-lab.ts";

/** IV, padding to 4 octets, and ICV of an echo of 100 octets are what differs: of ESP, in octets, without the outer header. */
const SETS = [
  ["esp-gmac", 136],
  ["esp-gmac 256", 136],
  ["esp-gcm 192", 136],
  ["esp-aes ctr esp-sha-hmac", 132],
  ["esp-aes 192 ctr esp-sha256-hmac", 136],
  ["esp-aes 256 ctr esp-sha512-hmac", 152],
] as const;

for (const [transforms, length] of SETS)
  test(`two routers negotiate ${transforms}, and what they send has its length and comes through`, () => {
    const made = typedLab(
      exampleFiles("router-to-router-psk").map(({ name, text }) => ({
        name,
        text: text.replace("esp-3des esp-md5-hmac", transforms),
      })),
    );
    assert.equal(made.type("Initiator", "ping 10.1.2.1 source 10.1.1.1").at(-2), ".!!!!");
    const sas = made.type("Initiator", "show crypto ipsec sa").join("\n");
    assert.ok(sas.includes(`transform: ${transforms} ,`), sas);
    assert.match(sas, /#pkts encaps: 4, #pkts encrypt: 4, #pkts digest:? 4/);
    const lengths = made.crossed.filter(({ bytes }) => bytes[9] === 50).map(({ bytes }) => bytes.length - 20);
    assert.deepEqual(new Set(lengths), new Set([length]));
  });
