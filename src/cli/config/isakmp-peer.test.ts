/** `crypto isakmp peer` and `crypto isakmp aggressive-mode disable`: what they parse to, print as and compile to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../config/compile.ts";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";

const TEXT = `hostname Branch
ip host hub.example.com 192.0.2.1
!
crypto isakmp policy 1
 authentication pre-share
crypto isakmp peer address 192.0.2.7
 set aggressive-mode password 0 6
 set aggressive-mode client-endpoint fqdn branch.example.com
crypto isakmp peer hostname hub.example.com
 description the hub
 set aggressive-mode password aVeryLongSharedKey
 set aggressive-mode client-endpoint user-fqdn branch@example.com
`;

function loaded(text: string) {
  return loadConfiguration(text, "test.cfg").configuration;
}

test("peers print as they were entered, and load again as the same", () => {
  const printed = runningConfig(loaded(TEXT));
  const lines = TEXT.split("\n");
  const peers = lines.slice(lines.findIndex((line) => line.startsWith("crypto isakmp peer"))).filter(Boolean);
  assert.deepEqual(
    printed.filter((line) => peers.includes(line)),
    peers,
  );
  assert.deepEqual(runningConfig(loaded(printed.join("\n"))), printed);
});

test("a peer with both lines begins aggressive mode, by address or by the address of its name", () => {
  const { policy } = compile(loaded(TEXT));
  const peers = policy?.ike.aggressivePeers.map(({ peer, key, identity }) => ({
    address: peer,
    key: new TextDecoder().decode(key?.key.reveal()),
    identity,
  }));
  assert.deepEqual(peers, [
    { address: "192.0.2.7", key: "6", identity: { kind: "fqdn", name: "branch.example.com" } },
    {
      address: "192.0.2.1",
      key: "aVeryLongSharedKey",
      identity: { kind: "user-fqdn", name: "branch@example.com" },
    },
  ]);
});

test("half of it, or all of it while it is disabled, is told", () => {
  const messages = (text: string) => compile(loaded(text)).problems.map(({ message }) => message);
  const half = TEXT.replace(" set aggressive-mode password 0 6\n", "");
  assert.ok(
    messages(half).some((message) => message.includes("192.0.2.7 has an aggressive-mode identity alone")),
    messages(half).join("\n"),
  );
  const disabled = `${TEXT}crypto isakmp aggressive-mode disable\n`;
  assert.equal(compile(loaded(disabled)).policy?.ike.aggressiveMode, false);
  assert.ok(
    messages(disabled).some((message) => message.startsWith("Aggressive mode is disabled")),
    messages(disabled).join("\n"),
  );
});

test("`no` takes a peer away, and one setting of it", () => {
  const without = loaded(`${TEXT}no crypto isakmp peer address 192.0.2.7\n`);
  assert.equal(without.isakmp.peers.length, 1);
  const bare = loaded(
    `${TEXT}crypto isakmp peer address 192.0.2.7\n no set aggressive-mode password\n no set aggressive-mode client-endpoint\n`,
  );
  assert.equal(bare.isakmp.peers[0]?.password, undefined);
  assert.equal(bare.isakmp.peers[0]?.clientEndpoint, undefined);
});
