import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, IkePair } from "../../../test/support/ike-pair.ts";
import { instant } from "../../base/time.ts";
import { compile } from "../../config/compile.ts";
import type { IkePolicy } from "../../ike/policy.ts";
import { diagnose } from "../../observe/diagnosis.ts";
import { loadConfiguration } from "../load.ts";
import { showDiagnosis } from "./diagnosis.ts";

test("nothing failed, nothing told", () => {
  const view = { now: instant(0), ike: new IkePair().engines.A.view(), ipsec: { flows: [] } };
  assert.deepEqual(showDiagnosis(view), ["No failed negotiation is remembered."]);
  assert.deepEqual(showDiagnosis(view, A), [`No failed negotiation with ${A} is remembered.`]);
});

test("a policy that does not match is told with the closest pair, the lines, and what to enter", () => {
  const pair = negotiated({}, { suite: " encr aes 256\n authentication pre-share\n group 14" });
  pair.runUntil(80_000);
  assert.deepEqual(told(pair, "B"), [
    `Peer ${A}`,
    "  Main mode as responder: no proposal chosen, 6 times, last 00:00:34 ago, first 00:01:20 ago",
    `    No ISAKMP policy matches what ${A} offers; closest is its transform 1 to our policy 10`,
    '    (B.cfg:3 "crypto isakmp policy 10"): encryption: the peer offers 3des, we accept aes-256;',
    "    Diffie-Hellman group: the peer offers group 2, we accept group 14.",
    '      encryption: offered 3des, accepted aes-256 (B.cfg:3 "crypto isakmp policy 10")',
    "        to accept it: encr 3des",
    '      group: offered group 2, accepted group 14 (B.cfg:3 "crypto isakmp policy 10")',
    "        to accept it: group 2",
  ]);
  assert.deepEqual(told(pair, "A"), [
    `Peer ${B}`,
    "  Main mode as initiator: no response, 00:00:18 ago",
    `    ${B} does not answer MM1: it most likely accepts none of our ISAKMP policies, or has`,
    "    nothing to authenticate us by. Without proof of who said it, NO-PROPOSAL-CHOSEN came from that",
    "    address.",
  ]);
});

test("a wrong pre-shared key is told at both ends, and not shown", () => {
  const pair = negotiated({}, { key: "crypto isakmp key opensesame address 0.0.0.0" });
  pair.runUntil(200_000);
  for (const end of ["A", "B"] as const) {
    const lines = told(pair, end).join("\n");
    assert.match(lines, /wrong pre-shared key/);
    assert.match(lines, /crypto isakmp key \*{6} address/);
    assert.doesNotMatch(lines, /opensesame|jw4ep9846804ijl/);
  }
});

test("access lists that do not mirror each other are told with the line that would", () => {
  const pair = negotiated({}, { list: "access-list 101 permit tcp 10.1.2.0 0.0.0.255 10.1.1.0 0.0.0.255" });
  const lines = told(pair, "B");
  assert.ok(
    lines.includes("        to accept it: permit ip 10.1.2.0 0.0.0.255 10.1.1.0 0.0.0.255"),
    lines.join("\n"),
  );
});

/** What the responder has other than the initiator, and where what it is told to enter belongs. */
const DIFFERENCES: readonly (Lines & { readonly below: keyof Lines })[] = [
  { suite: " encr aes 256\n authentication pre-share\n group 2", below: "suite" },
  { suite: " encr 3des\n hash sha512\n authentication pre-share\n group 5", below: "suite" },
  { suite: " encr des\n hash md5\n authentication pre-share\n group 1", below: "suite" },
  { suite: " encr 3des\n authentication rsa-sig\n group 2", below: "suite" },
  { set: "crypto ipsec transform-set s esp-aes 256 esp-md5-hmac", below: "set" },
  { set: "crypto ipsec transform-set s esp-aes 256 esp-sha-hmac", below: "set" },
  { set: "crypto ipsec transform-set s esp-3des esp-sha512-hmac", below: "set" },
  { set: "crypto ipsec transform-set s esp-gcm", below: "set" },
  { entry: " set pfs group5", below: "entry" },
  { list: "access-list 101 permit tcp 10.1.2.0 0.0.0.255 10.1.1.0 0.0.0.255", below: "list" },
];

test("who enters what the diagnosis says has a tunnel", () => {
  for (const { below, ...lines } of DIFFERENCES) {
    const pair = negotiated({}, lines);
    const [failed] = pair.engines.B.view().failures;
    assert.ok(failed, `${lines[below]} does not fail`);
    const remedies = diagnose({ at: instant(0), ...failed.failure }).differences.map(({ remedy }) => remedy);
    assert.ok(!remedies.includes(undefined), `each difference of ${lines[below]} has a remedy`);
    const prefix = { list: "access-list 101 ", set: "", suite: " ", entry: " ", key: "" }[below];
    const mended = [lines[below], ...remedies.map((remedy) => `${prefix}${remedy}`)].join("\n");
    const again = negotiated({}, { ...lines, [below]: mended });
    assert.deepEqual(again.engines.B.view().failures, [], mended);
    assert.equal(again.installed("B").length, 2, mended);
  }
});

test("a lifetime that is shorter than ours is a difference that can be mended", () => {
  const shorter = `${LINES.suite}\n lifetime 3600`;
  const pair = negotiated({ suite: shorter }, {});
  const [failed] = pair.engines.B.view().failures;
  assert.ok(failed, "the shorter life is refused");
  const [difference] = diagnose({ at: instant(0), ...failed.failure }).differences;
  assert.equal(difference?.remedy, "lifetime 3600");
  assert.equal(negotiated({ suite: shorter }, { suite: shorter }).installed("B").length, 2);
});

interface Lines {
  readonly suite?: string;
  readonly key?: string;
  readonly set?: string;
  readonly entry?: string;
  readonly list?: string;
}

const LINES = {
  suite: " encr 3des\n authentication pre-share\n group 2",
  key: "crypto isakmp key jw4ep9846804ijl address 0.0.0.0",
  set: "crypto ipsec transform-set s esp-3des esp-sha-hmac",
  entry: "",
};

function policyOf(end: "A" | "B", lines: Lines): IkePolicy {
  const [own, peer, inside, beyond] = end === "A" ? [A, B, 1, 2] : [B, A, 2, 1];
  const list = `access-list 101 permit ip 10.1.${inside}.0 0.0.0.255 10.1.${beyond}.0 0.0.0.255`;
  const { suite, key, set, entry, list: written } = { ...LINES, list, ...lines };
  const text = [
    `hostname ${end}`,
    "!",
    `crypto isakmp policy 10\n${suite}`,
    key,
    set,
    `crypto map vpn 10 ipsec-isakmp\n set peer ${peer}\n set transform-set s\n match address 101\n${entry}`,
    `interface Ethernet1/0\n ip address ${own} 255.255.255.0\n crypto map vpn`,
    written,
  ].join("\n");
  const { configuration, problems } = loadConfiguration(text, `${end}.cfg`);
  assert.deepEqual(problems, []);
  const { policy } = compile(configuration);
  assert.ok(policy, `${end}'s configuration compiles`);
  return policy.ike;
}

function negotiated(a: Lines, b: Lines): IkePair {
  const pair = new IkePair({ policy: policyOf("A", a) }, { policy: policyOf("B", b) });
  pair.negotiate("A");
  return pair;
}

function told(pair: IkePair, end: "A" | "B"): string[] {
  return showDiagnosis({ now: pair.now, ike: pair.engines[end].view(), ipsec: { flows: [] } });
}
