/** `set peer … default`, `set peer NAME dynamic`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../config/compile.ts";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";

function load(...peers: string[]) {
  const lines = [
    "crypto isakmp policy 10",
    " authentication pre-share",
    "crypto isakmp key k address 0.0.0.0 0.0.0.0",
    "crypto ipsec transform-set set1 esp-aes esp-sha-hmac",
    "crypto map vpn 10 ipsec-isakmp",
    ...peers,
    " set transform-set set1",
    " match address 101",
    "interface Ethernet1/0",
    " ip address 172.16.172.10 255.255.255.0",
    " crypto map vpn",
    "access-list 101 permit ip 10.1.1.0 0.0.0.255 10.1.2.0 0.0.0.255",
  ];
  return loadConfiguration(lines.join("\n"), "test.cfg");
}

const FIRST = " set peer 172.16.172.20";

function peerLines(...peers: string[]): readonly string[] {
  return runningConfig(load(...peers).configuration).filter((line) => line.startsWith(" set peer"));
}

test("the first peer may be the default one; it is printed so and known to the data plane", () => {
  const lines = [`${FIRST} default`, " set peer 172.16.172.30"];
  assert.deepEqual(peerLines(...lines), lines);
  const { policy } = compile(load(...lines).configuration);
  assert.equal(policy?.ipsec.interfaces[0]?.entries[0]?.hasDefaultPeer, true);
});

test("no other may, nor a second line", () => {
  const { problems } = load(FIRST, " set peer 172.16.172.30 default");
  assert.match(JSON.stringify(problems), /The default peer must be the first peer/);
});

test("entered again without the word, or removed, it is none any more", () => {
  assert.deepEqual(peerLines(`${FIRST} default`, FIRST), [FIRST]);
  assert.deepEqual(peerLines(FIRST, `${FIRST} default`), [`${FIRST} default`]);
  const later = " set peer 172.16.172.30";
  assert.deepEqual(peerLines(`${FIRST} default`, later, ` no${FIRST}`), [later]);
});

test("a name may be dynamic: that is printed, told to have no effect, and taken back by the line without the word", () => {
  const dynamic = " set peer Peer.example.com dynamic";
  assert.deepEqual(peerLines(dynamic), [dynamic]);
  assert.deepEqual(peerLines(`${dynamic} default`), [`${dynamic} default`]);
  assert.deepEqual(peerLines(dynamic, " set peer Peer.example.com"), [" set peer Peer.example.com"]);
  assert.deepEqual(peerLines(dynamic, " no set peer Peer.example.com"), []);
  const { problems } = compile(load(dynamic).configuration);
  assert.match(JSON.stringify(problems), /`dynamic` of the peer Peer\.example\.com is not in effect yet/);
});
