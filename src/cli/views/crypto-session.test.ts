/** `show crypto session`, `show crypto isakmp peers` and `key`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, INITIATOR, isakmpSa, view } from "../../../test/support/case-study-views.ts";
import { instant } from "../../base/time.ts";
import { ipv4 } from "../../net/ip-address.ts";
import { host } from "../../net/selector.ts";
import { loadConfiguration } from "../load.ts";
import { showCryptoSession } from "./crypto-session.ts";
import { showIsakmpKeys, showIsakmpPeers } from "./isakmp-peers.ts";

const ESTABLISHED = {
  ...isakmpSa(A, B),
  establishedAt: instant(0),
  expiresAt: instant(86_400_000),
  identity: "172.16.172.20",
};

test("a session is an interface and a peer, with both phases", () => {
  assert.equal(
    showCryptoSession(view([ESTABLISHED], [INITIATOR])).join("\n"),
    `Crypto session current status

Interface: Ethernet1/0
Session status: UP-ACTIVE
Peer: 172.16.172.20 port 500
  IKEv1 SA: local 172.16.172.10/500 remote 172.16.172.20/500 Active
  IPSEC FLOW: permit ip 10.1.1.0/255.255.255.0 10.1.2.0/255.255.255.0
        Active SAs: 2, origin: crypto map`,
  );
});

test("in detail it tells capabilities, lifetimes and packets", () => {
  const capabilities = { deadPeerDetection: true, natTraversal: true, fragmentation: false };
  const later = { ...view([{ ...ESTABLISHED, capabilities }], [INITIATOR]), now: instant(10_000) };
  assert.equal(
    showCryptoSession(later, { detail: true }).join("\n"),
    `Crypto session current status

Code: C - IKE Configuration mode, D - Dead Peer Detection
K - Keepalives, N - NAT-traversal
X - IKE Extended Authentication, F - IKE Fragmentation

Interface: Ethernet1/0
Uptime: 00:00:10
Session status: UP-ACTIVE
Peer: 172.16.172.20 port 500 fvrf: (none) ivrf: (none)
      Phase1_id: 172.16.172.20
      Desc: (none)
  IKEv1 SA: local 172.16.172.10/500 remote 172.16.172.20/500 Active
          Capabilities:DN connid:1 lifetime:23:59:50
  IPSEC FLOW: permit ip 10.1.1.0/255.255.255.0 10.1.2.0/255.255.255.0
        Active SAs: 2, origin: crypto map
        Inbound:  #pkts dec'ed 4 drop 0 life (KB/Sec) 4607998/3347
        Outbound: #pkts enc'ed 4 drop 6 life (KB/Sec) 4607999/3347`,
  );
});

test("the status follows how far both phases are", () => {
  const bare = { ...INITIATOR, inbound: [], outbound: [] };
  const beginning = { ...isakmpSa(A, B), state: "MM_KEY_EXCH" as const };
  for (const [isakmpSas, flow, status] of [
    [[], bare, "DOWN"],
    [[beginning], bare, "DOWN-NEGOTIATING"],
    [[ESTABLISHED], bare, "UP-IDLE"],
    [[], INITIATOR, "UP-NO-IKE"],
    [[ESTABLISHED], INITIATOR, "UP-ACTIVE"],
    [[{ ...ESTABLISHED, state: "DELETED" as const }], INITIATOR, "UP-NO-IKE"],
  ] as const)
    assert.ok(
      showCryptoSession(view(isakmpSas, [flow])).includes(`Session status: ${status}`),
      `${isakmpSas[0]?.state} with ${flow.outbound.length} SAs is ${status}`,
    );
});

test("several flows of a peer are one session, and a filter leaves one peer's", () => {
  const single = { ...INITIATOR.selector, protocol: 47, local: host(A), remote: host(B) };
  const elsewhere = { ...INITIATOR, peer: ipv4("192.0.2.9") };
  const all = view([ESTABLISHED], [INITIATOR, { ...INITIATOR, selector: single }, elsewhere]);
  const lines = showCryptoSession(all);
  assert.equal(lines.filter((line) => line.startsWith("Peer:")).length, 2, "two peers");
  assert.ok(lines.includes("  IPSEC FLOW: permit 47 host 172.16.172.10 host 172.16.172.20"), "between hosts");
  assert.deepEqual(
    showCryptoSession(all, { remote: ipv4("192.0.2.9") }).filter((line) => line.startsWith("Peer:")),
    ["Peer: 192.0.2.9 port 500"],
  );
});

test("a peer that no crypto map names is shown too", () => {
  const lines = showCryptoSession(view([isakmpSa(A, ipv4("192.0.2.9"))], [INITIATOR]));
  assert.ok(lines.includes("Peer: 192.0.2.9 port 500"), lines.join("\n"));
});

test("each peer is listed once, with what it has proved to be", () => {
  assert.deepEqual(showIsakmpPeers(view([ESTABLISHED, ESTABLISHED, isakmpSa(A, ipv4("192.0.2.9"))], [])), [
    "Peer: 172.16.172.20 Port: 500 Local: 172.16.172.10",
    " Phase1 id: 172.16.172.20",
    "Peer: 192.0.2.9 Port: 500 Local: 172.16.172.10",
  ]);
  assert.deepEqual(showIsakmpPeers(view([ESTABLISHED], []), ipv4("192.0.2.9")), []);
});

test("keys are listed with whose they are", () => {
  const { configuration } = loadConfiguration(
    [
      "crypto isakmp key first address 172.16.172.20",
      "crypto isakmp key second address 10.0.0.0 255.0.0.0",
      "crypto isakmp key third hostname peer.example",
    ].join("\n"),
    "test.cfg",
  );
  assert.deepEqual(showIsakmpKeys(configuration), [
    "Keyring      Hostname/Address                            Preshared Key",
    "",
    "default      172.16.172.20                               first",
    "default      10.0.0.0 [255.0.0.0]                        second",
    "default      peer.example                                third",
  ]);
});
