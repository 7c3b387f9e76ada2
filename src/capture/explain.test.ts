import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  assertCovered,
  espOf,
  HANDSHAKES,
  handshakeKeys,
  handshakeNamed,
  keysOf,
  leaves,
  messagesOf,
  outline,
  SESSIONS,
  session,
  wireOf,
} from "../../test/support/explained.ts";
import { foreignCapture, foreignCaptures, skipWithout } from "../../test/support/foreign-captures.ts";
import { udpCapture } from "../../test/support/udp-capture.ts";
import { hex } from "../base/octets.ts";
import type { DissectionNode } from "./dissection.ts";
import { explainCapture } from "./explain.ts";
import type { Explanation } from "./explanation.ts";
import { formatExplanation } from "./format-explanation.ts";

// Sessions between two strongSwan, with every key.

const MAIN = [
  "MM1 SA VID VID VID VID VID",
  "MM2 SA VID VID VID VID",
  "MM3 KE NONCE NAT-D NAT-D",
  "MM4 KE NONCE NAT-D NAT-D",
];
const AGGRESSIVE = [
  "AM1 SA KE NONCE ID VID VID VID VID VID",
  "AM2 SA KE NONCE ID VID VID VID VID NAT-D NAT-D HASH",
];
const QUICK = ["QM1 HASH SA NONCE ID ID", "QM2 HASH SA NONCE ID ID", "QM3 HASH"];
const QUICK_PFS = ["QM1 HASH SA NONCE KE ID ID", "QM2 HASH SA NONCE KE ID ID", "QM3 HASH"];
const END = ["INFO HASH D", "INFO HASH D"];

for (const name of SESSIONS) {
  const isMain = name.startsWith("main");
  test(`${name}: every message is decrypted, every hash and ICV verifies`, () => {
    const { capture, wireshark, skeyid } = session(name);
    const explanation = explainCapture(capture, keysOf(...wireshark, skeyid));
    assert.equal(explanation.problem, undefined);
    assert.deepEqual(explanation.notes, []);
    assert.deepEqual(outline(explanation), [
      ...(isMain ? MAIN : AGGRESSIVE),
      ...(isMain ? ["MM5 ID HASH N", "MM6 ID HASH"] : ["AM3 HASH NAT-D NAT-D"]),
      ...(name.endsWith("sha1-modp1024") ? QUICK_PFS : QUICK),
      ...END,
    ]);
    const messages = messagesOf(explanation);
    for (const message of messages) assertCovered(message);
    assert.ok(
      messages.every(({ problems, protection }) => problems.length === 0 && protection.kind !== "closed"),
    );
    assert.deepEqual(
      messages.flatMap(({ checks }) => checks.map((check) => `${check.name} ${check.result}`)),
      [
        ...(isMain ? ["HASH_I verified", "HASH_R verified"] : ["HASH_R verified", "HASH_I verified"]),
        ...[
          "HASH(1) verified",
          "HASH(2) verified",
          "HASH(3) verified",
          "HASH(1) verified",
          "HASH(1) verified",
        ],
      ],
    );
    assert.deepEqual(
      espOf(explanation).map(({ icv, inner }) => [
        icv.result,
        /^10\.[12]\.0\.10 > .*ICMP echo (?:request|reply) id \d+ seq \d, 84 octets$/.test(inner ?? ""),
      ]),
      Array(4).fill(["verified", true]),
    );
  });

  test(`${name}: with Wireshark's keys alone all is decrypted, and what cannot be checked says why`, () => {
    const { capture, wireshark } = session(name);
    const messages = messagesOf(explainCapture(capture, keysOf(...wireshark)));
    assert.equal(messages.filter(({ protection }) => protection.kind === "closed").length, 0);
    const whys = messages.flatMap(({ checks }) => checks.map(({ result, why }) => `${result}: ${why}`));
    assert.equal(whys.length, 7);
    assert.deepEqual([...new Set(whys)].sort(), [
      "cannot be checked: it needs SKEYID",
      "cannot be checked: it needs SKEYID_a",
    ]);
  });

  test(`${name}: without keys the clear messages are explained and the others counted`, () => {
    const explanation = explainCapture(session(name).capture);
    const messages = messagesOf(explanation);
    for (const message of messages) assertCovered(message);
    const closed = messages.flatMap(({ protection }) =>
      protection.kind === "closed" ? [protection.why] : [],
    );
    assert.deepEqual([...new Set(closed)], ["no key for this initiator's cookie"]);
    assert.ok(
      espOf(explanation).every(({ icv, inner }) => icv.result === "not checked" && inner === undefined),
    );
  });

  test(`${name}: wrong keys are called wrong, and nothing is made up`, () => {
    const { capture, wireshark, skeyid } = session(name);
    const flip = (line: string): string =>
      line.replace(
        /(,"?(?:0x)?)([0-9a-fA-F]{2})([0-9a-fA-F]+"?)(?=$|,"HMAC)/g,
        (_, a, b, c) => `${a}${b === "00" ? "02" : "00"}${c}`,
      );
    const wrong = wireshark.map(flip);
    assert.ok(wrong.every((line, i) => line !== wireshark[i]));
    const explanation = explainCapture(capture, keysOf(...wrong, skeyid));
    const closed = messagesOf(explanation).flatMap(({ protection }) =>
      protection.kind === "closed" ? [protection.why] : [],
    );
    assert.equal(closed.length, isMain ? 7 : 6);
    assert.ok(closed.every((why) => why.includes("the key is wrong")));
    for (const { inner, innerProblem, icv } of espOf(explanation)) {
      assert.equal(inner, undefined);
      assert.ok(icv.result === "does not verify" || innerProblem?.includes("the key is wrong") === true);
    }
  });
}

test("a wrong SKEYID_a makes the hashes of phase 2 wrong, and only them", () => {
  const { capture, wireshark, skeyid } = session("main_des-md5-modp768_des-md5");
  const wrong = skeyid.replace(/SKEYID_a=../, "SKEYID_a=ff");
  const checks = messagesOf(explainCapture(capture, keysOf(...wireshark, wrong))).flatMap(
    (message) => message.checks,
  );
  assert.deepEqual(
    checks.map(({ name, result }) => `${name} ${result}`),
    [
      ...["HASH_I verified", "HASH_R verified"],
      ...["HASH(1)", "HASH(2)", "HASH(3)", "HASH(1)", "HASH(1)"].map((name) => `${name} does not verify`),
    ],
  );
});

test("ESP with a wrong authentication key is not decrypted, with an altered octet neither", () => {
  const { capture, wireshark } = session("main_des-md5-modp768_des-md5");
  const explanation = explainCapture(
    capture,
    keysOf(...wireshark.map((line) => line.replace(/"0x..([^"]*)"$/, '"0xee$1"'))),
  );
  for (const entry of espOf(explanation)) {
    assert.equal(entry.icv.result, "does not verify");
    assert.equal(entry.inner, undefined);
  }
});

// Handshakes with Cisco IOS.

for (const [name, handshake] of Object.entries(HANDSHAKES)) {
  test(`${name} with Cisco IOS: every message is decrypted to the known octets, every hash that can be verifies`, () => {
    const capture = udpCapture(wireOf(handshake));
    const messages = messagesOf(explainCapture(capture, handshakeKeys(handshake)));
    for (const message of messages) assertCovered(message);
    const decrypted = messages.filter(({ protection }) => protection.kind === "decrypted");
    assert.deepEqual(
      decrypted.map(({ nodes }) =>
        nodes
          .flatMap(leaves)
          .map((leaf) => leaf.octets)
          .join("")
          .slice(56),
      ),
      handshake.encrypted_messages.map(({ plaintext }) => plaintext),
    );
    const results = messages.flatMap(({ checks }) => checks);
    assert.ok(results.length >= 2);
    for (const { name: hash, result, why } of results) {
      // With RSA encryption nobody but the two ends knows the identities that HASH_I and HASH_R cover.
      if (result !== "verified")
        assert.deepEqual(
          [name, hash.slice(0, 5), why],
          ["testMainModePKEHandshake", "HASH_", "the identity it covers is not known"],
        );
    }
  });
}

test("IOS's own vendor id and its answers are named", () => {
  const handshake = handshakeNamed("testMoreThanOneMessageHandshake");
  const capture = udpCapture(wireOf(handshake));
  const text = formatExplanation(explainCapture(capture, handshakeKeys(handshake))).join("\n");
  for (const expected of [/VID +Cisco IOS$/m, /VID +CISCO-UNITY version 1\.0$/m, /HASH_R verified/])
    assert.match(text, expected);
});

// Captures that others made.

const CERTS_KEY = "fafaeb49382a763c,735be0cb62f82675c4f7bf8fbab9b56834ba76d6ab4fa240";

test("certificates: a foreign capture is decrypted with its key", {
  skip: skipWithout("ikev1-certs.pcap"),
}, () => {
  const keys = keysOf(new TextDecoder().decode(foreignCapture("ikev1_decryption_table.tmpl")));
  assert.equal(
    hex(keys.isakmp.get("fafaeb49382a763c")?.encryptionKey?.reveal() ?? new Uint8Array(0)),
    CERTS_KEY.slice(17),
  );
  const explanation = explainCapture(foreignCapture("ikev1-certs.pcap"), keys);
  for (const message of messagesOf(explanation)) if (message.repeats === undefined) assertCovered(message);
  assert.deepEqual(outline(explanation).slice(4), [
    "MM5 ID CERT CR SIG",
    "MM6 ID CERT SIG",
    "QM1 HASH SA NONCE KE ID ID",
    "QM1",
    "QM2 HASH SA NONCE KE ID ID",
    "QM3 HASH",
  ]);
  assert.equal(messagesOf(explanation)[7]?.repeats, 7);
});

test("XAUTH and Mode Config: a foreign pcapng is decrypted, and the password is not shown", {
  skip: skipWithout("ikev1-bug-12610.pcapng"),
}, () => {
  const keys = keysOf(new TextDecoder().decode(foreignCapture("ikev1_decryption_table.tmpl")));
  const explanation = explainCapture(foreignCapture("ikev1-bug-12610.pcapng"), keys);
  for (const message of messagesOf(explanation)) assertCovered(message);
  assert.deepEqual(outline(explanation).slice(4), [
    ...["MM5 ID HASH", "MM6 ID HASH", "CONF HASH ATTRIBUTES", "INFO HASH N"],
    ...Array(5).fill("CONF HASH ATTRIBUTES"),
    ...QUICK,
  ]);
  const text = formatExplanation(explanation).join("\n");
  assert.match(text, /XAUTH-USER-NAME +"mpa"/);
  assert.match(text, /XAUTH-USER-PASSWORD +\(not shown, 4 octets\)/);
  assert.match(text, /UNITY_SPLIT_INCLUDE +10\.1\.0\.0\/255\.255\.0\.0/);
  const password = decryptedPassword(explanation);
  assert.equal(password?.octets, undefined);
});

function decryptedPassword(explanation: Explanation): DissectionNode | undefined {
  const reply = messagesOf(explanation)[8]?.nodes.find(({ name }) => name === "ATTRIBUTES");
  const attribute = reply?.children.find(({ name }) => name === "XAUTH-USER-PASSWORD");
  return attribute?.children.find(({ name }) => name === "value");
}

for (const folder of ["", "malformed"]) {
  for (const name of foreignCaptures(folder)) {
    test(`${name} is explained to its end, without keys`, () => {
      const explanation = explainCapture(foreignCapture(name));
      assert.ok(explanation.frameCount > 0);
      const isMalformed = explanation.entries.some(
        (entry) => entry.kind === "malformed" || (entry.kind === "isakmp" && entry.problems.length > 0),
      );
      assert.equal(isMalformed, folder === "malformed");
      assert.ok(formatExplanation(explanation).length > 0);
    });
  }
}

test("what NAT-D payloads stand for is told without a key", () => {
  const capture = new Uint8Array(
    readFileSync(new URL("../../test/captures/ISAKMP_sa_setup.pcap", import.meta.url)),
  );
  const notes = messagesOf(explainCapture(capture)).flatMap(({ nodes }) =>
    nodes.filter(({ name }) => name === "NAT-D").map(({ note }) => note),
  );
  assert.deepEqual(notes, [
    "the destination 10.0.0.2:500",
    "the source 10.0.0.1:500",
    "the destination 10.0.0.1:500",
    "the source 10.0.0.2:500",
  ]);
});
