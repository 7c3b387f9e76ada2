/** Every example comes up, or fails as it is meant to and says why. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { skeyidLab } from "./lab-program.ts";

interface Expected {
  /** Success rates of its pings, in order. */
  readonly pings: readonly string[];
  /** What IOS logs, and what explains it, each in at least one line. */
  readonly said: readonly RegExp[];
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  "router-to-router-psk": { pings: ["80 percent (4/5)"], said: [] },
  "router-to-router-pfs": { pings: ["80 percent (4/5)", "100 percent (5/5)"], said: [/PFS \(Y\/N\): Y/] },
  "hub-and-two-spokes": {
    pings: ["80 percent (4/5)", "60 percent (3/5)", "100 percent (5/5)"],
    said: [/transform: esp-3des esp-sha-hmac/],
  },
  "aggressive-mode": {
    pings: ["80 percent (4/5)"],
    said: [/203\.0\.113\.1 {5}203\.0\.113\.2 {5}QM_IDLE/],
  },
  "dynamic-crypto-map": {
    pings: ["0 percent (0/5)", "80 percent (4/5)", "80 percent (4/5)", "100 percent (5/5)"],
    said: [/Crypto Map "vpn" 65537 ipsec-isakmp/, /dynamic \(created from dynamic map outside\/10\)/],
  },
  "two-uplinks": {
    pings: ["80 percent (4/5)", "100 percent (5/5)", "100 percent (5/5)", "100 percent (5/5)"],
    said: [
      /Crypto Map: "vpn" idb: Loopback0 local address: 192\.0\.2\.3/,
      /S +10\.1\.3\.0 \[1\/0\] via 192\.0\.2\.3/,
    ],
  },
  "sas-per-host": {
    pings: ["80 percent (4/5)", "80 percent (4/5)", "80 percent (4/5)", "100 percent (5/5)"],
    said: [/#pkts encaps: 17, #pkts encrypt: 17/],
  },
  "manual-keys": {
    pings: ["100 percent (5/5)", "100 percent (5/5)"],
    said: [/Crypto Map "vpn" 10 ipsec-manual/, /no sa timing/, /replay detection support: N/],
  },
  "small-path-mtu": {
    pings: ["80 percent (4/5)", "0 percent (0/5)", "100 percent (5/5)", "100 percent (5/5)"],
    said: [
      /%SKEYID-6-PATH_MTU: packets to 172\.16\.2\.1 may be 1400 bytes long, says 172\.16\.2\.254/,
      /path mtu 1400, media mtu 1500/,
      /%SKEYID-6-PATH_MTU: packets to 172\.16\.2\.1 may be as long as 1500 bytes again/,
    ],
  },
  "transport-mode": {
    pings: ["80 percent (4/5)", "100 percent (5/5)", "80 percent (4/5)"],
    said: [/in use settings ={Transport, }/, /in use settings ={Tunnel, }/],
  },
  "ah-and-esp": {
    pings: [
      "80 percent (4/5)",
      "80 percent (4/5)",
      "80 percent (4/5)",
      "100 percent (5/5)",
      "80 percent (4/5)",
    ],
    said: [/transform: ah-sha-hmac ,/, /transform: esp-des esp-sha-hmac ,/, /HMAC_SHA256 +4 +0/],
  },
  "full-mesh": {
    pings: [
      "80 percent (4/5)",
      "0 percent (0/5)",
      "80 percent (4/5)",
      "80 percent (4/5)",
      "100 percent (5/5)",
      "100 percent (5/5)",
    ],
    said: [
      /router3\.cfg:\d+: warning: Transform set encrypt-des does not exist/,
      /icmp 100\.232\.202\.210:\d+ +192\.168\.1\.100:\d+ +200\.154\.17\.129/,
      /#pkts encaps: 9, #pkts encrypt: 9/,
    ],
  },
  "gre-over-ipsec": {
    pings: ["80 percent (4/5)", "80 percent (4/5)", "100 percent (5/5)", "100 percent (5/5)"],
    said: [
      /\(172\.18\.31\.1\/255\.255\.255\.255\/47\/0\)/,
      /in use settings ={Transport, }/,
      /#pkts encaps: 14/,
    ],
  },
  "gre-fail-over": {
    pings: ["36 percent (11/30)", "100 percent (5/5)"],
    said: [
      /R {7}10\.1\.2\.0 \[120\/1\] via 10\.4\.1\.2, 00:00:\d\d, Tunnel1/,
      / {2}\* 10\.4\.2\.2, from 10\.4\.2\.2, 00:00:\d\d ago, via Tunnel2/,
      /\(203\.0\.113\.1\/255\.255\.255\.255\/47\/0\)/,
    ],
  },
  "nat-beside-ipsec": {
    pings: [
      "80 percent (4/5)",
      "100 percent (5/5)",
      "100 percent (5/5)",
      "100 percent (5/5)",
      "100 percent (5/5)",
      "0 percent (0/5)",
    ],
    said: [
      /--- 192\.0\.2\.10 +10\.1\.1\.10 /,
      /permit esp host 203\.0\.113\.2 host 192\.0\.2\.2 \(9 matches\)/,
      /permit ip 10\.1\.2\.0 0\.0\.0\.255 10\.1\.1\.0 0\.0\.0\.255 \(9 matches\)/,
    ],
  },
  "nat-bypass": {
    pings: [
      "80 percent (4/5)",
      "100 percent (5/5)",
      "100 percent (5/5)",
      "100 percent (5/5)",
      "100 percent (5/5)",
      "100 percent (5/5)",
    ],
    said: [
      /natrtr\.cfg:18: error: IOS refuses this line/,
      /--- 100\.1\.1\.3 +10\.1\.1\.2 /,
      /Policy routing matches: 15 packets, 1500 bytes/,
      /#pkts encaps: 14, #pkts encrypt: 14/,
    ],
  },
  "dead-peer-detection": {
    pings: ["100 percent (5/5)", "80 percent (4/5)", "25 percent (5/20)", "100 percent (5/5)"],
    said: [/%SKEYID-5-PEER_DEAD: peer 203\.0\.113\.1 has not answered 6 times/],
  },
  "rsa-signatures-aggressive": {
    pings: ["80 percent (4/5)"],
    said: [/12\.12\.12\.1[23].*QM_IDLE/],
  },
  "rsa-signatures": {
    pings: ["80 percent (4/5)"],
    said: [/Usage: Signature Key/, /Key name: ExampleDevtestLAB-CA/, /QM_IDLE/],
  },
  "rsa-encrypted-nonces": {
    pings: ["80 percent (4/5)"],
    said: [/Key name: wan2511\.example\.com/, /QM_IDLE/],
  },
  "rsa-encrypted-nonces-aggressive": {
    pings: ["80 percent (4/5)"],
    said: [/20\.20\.20\.2[01].*QM_IDLE/],
  },
  "certificate-refused": {
    pings: ["0 percent (0/5)"],
    said: [
      /%CRYPTO-5-IKMP_INVAL_CERT: Certificate received from 12\.12\.12\.12 is bad: certificate invalid/,
      /%SKEYID-5-EXPLANATION: .*not of an authority that is trusted here: O=Example, OU=Devtest, CN=LAB-CA/,
    ],
  },
  "wrong-pre-shared-key": {
    pings: ["0 percent (0/5)"],
    said: [
      /%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 172\.16\.172\.10 failed its sanity check or is malformed/,
      /%SKEYID-5-EXPLANATION: .*pre-shared key.*responder\.cfg:\d+/,
    ],
  },
  "proposal-mismatch": {
    pings: ["0 percent (0/5)"],
    said: [
      /%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at 172\.16\.172\.10/,
      /%SKEYID-5-EXPLANATION: .*responder\.cfg:\d+.*encryption: the peer offers 3des, we accept aes-256/,
      /to accept it: encr 3des/,
    ],
  },
  "transform-set-mismatch": {
    pings: ["0 percent (0/5)"],
    said: [
      /%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode failed with peer at 172\.16\.172\.10/,
      /%SKEYID-5-EXPLANATION: .*responder\.cfg:\d+/,
    ],
  },
  "proxy-mismatch": {
    pings: ["0 percent (0/5)"],
    said: [
      /%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode failed with peer at 172\.16\.172\.10/,
      /%SKEYID-5-EXPLANATION: .*10\.1\.0\.0 0\.0\.255\.255.*responder\.cfg:\d+.*mirror/,
    ],
  },
};

const EXAMPLES = new URL("../../examples/", import.meta.url);
const NAMES = readdirSync(EXAMPLES)
  .filter((name) => existsSync(new URL(`${name}/lab.json`, EXAMPLES)))
  .sort();

for (const name of NAMES) {
  test(`${name} ends as it is meant to`, async () => {
    const { code, out, err } = await skeyidLab(name, "--debug", "none", "--seed", "1");
    assert.deepEqual([code, err], [0, []]);
    const rates = out.flatMap((line) => /^Success rate is ([^,]+)/.exec(line)?.[1] ?? []);
    const expected = EXPECTED[name];
    // Where nothing else is expected here, the tunnel is.
    if (expected === undefined) assert.doesNotMatch(rates.join(), /^0 percent|,0 percent/);
    else assert.deepEqual(rates, expected.pings);
    for (const wanted of expected?.said ?? []) assert.match(out.join("\n"), wanted);
  });
}

test("a difference is explained once, however often it is met", async () => {
  const { out } = await skeyidLab("proposal-mismatch", "--debug", "none", "--seed", "1");
  assert.equal(out.filter((line) => /Responder \| .*EXPLANATION/.test(line)).length, 1);
});

test("every example is listed with title and description", async () => {
  assert.deepEqual(
    Object.keys(EXPECTED).filter((name) => !NAMES.includes(name)),
    [],
  );
  const { code, out } = await skeyidLab("--list");
  assert.equal(code, 0);
  for (const name of NAMES) {
    const at = out.findIndex((line) => line.startsWith(`${name} `));
    assert.match(out[at] ?? "", /^\S+ +\S.+/, name);
    assert.match(out[at + 1] ?? "", /^ +\S.+\.$/, name);
  }
});
