/** `show crypto engine`, in the columns of the technical report's listings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, INITIATOR, isakmpSa, sa, view } from "../../../test/support/case-study-views.ts";
import { loadConfiguration } from "../load.ts";
import {
  showDroppedPackets,
  showEngineBrief,
  showEngineConfiguration,
  showEngineConnections,
} from "./engine.ts";

const CONFIGURATION = loadConfiguration(
  ["interface Ethernet1/0", " ip address 172.16.172.10 255.255.255.0"].join("\n"),
  "test.cfg",
).configuration;

test("each SA is a connection, by its number, with what it has encrypted and decrypted", () => {
  assert.equal(
    showEngineConnections(CONFIGURATION, view([isakmpSa(A, B)], [INITIATOR])).join("\n"),
    `
  ID Interface       IP-Address      State  Algorithm           Encrypt  Decrypt
   1 Ethernet1/0     172.16.172.10   set    HMAC_SHA+3DES_56_C        0        0
2029 Ethernet1/0     172.16.172.10   set    HMAC_MD5+3DES_56_C        0        4
2030 Ethernet1/0     172.16.172.10   set    HMAC_MD5+3DES_56_C        4        0
`,
  );
});

test("a connection is named by what it does: without a hash, without a cipher, before either is agreed on", () => {
  const [suiteless] = [
    { ...isakmpSa(A, B), encryption: undefined, hash: undefined, state: "MM_NO_STATE" as const },
  ];
  const flow = {
    ...INITIATOR,
    inbound: [
      { ...sa(4096, 2001, 1, 0, 0), suite: { encryption: "gcm-256", integrity: undefined } as const },
      { ...sa(4097, 2002, 2, 0, 0), suite: { encryption: "null", integrity: "sha256" } as const },
      { ...sa(4098, 2003, 3, 0, 0), suite: { encryption: "aes-192", integrity: "sha1" } as const },
    ],
    outbound: [],
  };
  const names = showEngineConnections(CONFIGURATION, view([suiteless], [flow]))
    .slice(2, -1)
    .map((line) => line.slice(37, 63).trim().split(/\s+/));
  assert.deepEqual(names, [
    ["alloc", "None"],
    ["set", "AES_GCM"],
    ["set", "HMAC_SHA256"],
    ["set", "HMAC_SHA+AES_CBC"],
  ]);
});

test("an SA that lingers after its end is no connection", () => {
  const lines = showEngineConnections(CONFIGURATION, view([{ ...isakmpSa(A, B), state: "DELETED" }], []));
  assert.equal(lines.length, 3, lines.join("\n"));
});

test("interfaces that have lost packets are listed with how many", () => {
  const quiet = {
    ...INITIATOR,
    interfaceName: "Serial0",
    counters: { ...INITIATOR.counters, sendErrors: 0 },
  };
  const second = { ...INITIATOR, counters: { ...INITIATOR.counters, sendErrors: 1, receiveErrors: 2 } };
  assert.deepEqual(showDroppedPackets(view([], [INITIATOR, second, quiet])), [
    "",
    "Interface       IP-Address       Drop Count",
    "",
    "Ethernet1/0     172.16.172.10    9",
  ]);
  assert.equal(showDroppedPackets(view([], [quiet])).length, 3, "none: the heading alone");
});

test("the engine says that it is software, and which", () => {
  assert.ok(showEngineBrief("1.2.3").includes("        crypto lib version:  1.2.3"), "its version");
  const lines = showEngineConfiguration("1.2.3", view([], []));
  assert.ok(lines.includes("engine type:        software"), "its type");
  assert.ok(lines.includes("crypto lib version: 1.2.3"), "its version");
});
