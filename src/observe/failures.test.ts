/**
 * Every way in which two ends can fail to agree, and what each of them is told: the line that IOS logs, the reason, and the
 * differences with the line of the configuration that each is about.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayPair } from "../../test/support/gateway-pair.ts";
import { type PolicyChanges, SELECTOR, SUITE, TRANSFORM_SET } from "../../test/support/ike-pair.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import { ipv4 } from "../net/ip-address.ts";
import { buildIpv4Packet } from "../net/ipv4-packet.ts";
import { mirror } from "../net/selector.ts";
import { IosDebug } from "./ios-debug.ts";
import { Syslog } from "./syslog.ts";

interface Failing {
  readonly a?: PolicyChanges;
  readonly b?: PolicyChanges;
  /** `syslog mnemonics | reason | attribute: offered, accepted @ line`, of each end. */
  readonly A: string;
  readonly B: string;
}

const MODE = "IKMP_MODE_FAILURE";
const UNANSWERED = `${MODE} | no response | -`;
const other = (changes: Partial<typeof SUITE>) => ({ suites: [{ ...SUITE, ...changes }] });
const sets = (changes: Partial<typeof TRANSFORM_SET>) => ({
  transformSets: [{ ...TRANSFORM_SET, ...changes }],
});
const named = { clientEndpoint: { kind: "fqdn", name: "branch.example.com" } } as const;

const FAILURES: Readonly<Record<string, Failing>> = {
  "another cipher": {
    b: other({ encryption: "aes-256" }),
    A: UNANSWERED,
    B: `${MODE} | no proposal chosen | encryption: 3des, aes-256 @ 3`,
  },
  "another hash": {
    b: other({ hash: "sha256" }),
    A: UNANSWERED,
    B: `${MODE} | no proposal chosen | hash: sha1, sha256 @ 3`,
  },
  "another group": {
    b: other({ group: 5 }),
    A: UNANSWERED,
    B: `${MODE} | no proposal chosen | group: group 1, group 5 @ 3`,
  },
  "a shorter lifetime offered": {
    a: other({ lifetimeSeconds: 3600 }),
    A: UNANSWERED,
    B: `${MODE} | no proposal chosen | lifetime: 3600 seconds, at least 86400 seconds @ 3`,
  },
  "several differences at once": {
    b: other({ encryption: "des", hash: "md5", group: 2 }),
    A: UNANSWERED,
    B: `${MODE} | no proposal chosen | encryption: 3des, des @ 3; hash: sha1, md5 @ 3; group: group 1, group 2 @ 3`,
  },
  "another key": {
    b: { key: "another key" },
    A: `${MODE} | wrong pre-shared key | key: another pre-shared key, ours @ 7`,
    // Its last repeat comes after the half-open SA is forgotten.
    B: "IKMP_BAD_MESSAGE IKMP_NO_SA | wrong pre-shared key | key: another pre-shared key, ours @ 7",
  },
  "another key in aggressive mode": {
    a: { ...named, key: "another key" },
    b: { keysForNames: ["branch.example.com"] },
    A: `${MODE} | wrong pre-shared key | key: another pre-shared key, ours @ 7`,
    B: "- | wrong pre-shared key | key: another pre-shared key, ours @ 7",
  },
  "no key for the peer": {
    b: { keysForNames: [] },
    A: UNANSWERED,
    B: `IKMP_NO_PRESHARED_KEY ${MODE} | no pre-shared key | -`,
  },
  "no key of our own": {
    a: { keysForNames: [] },
    A: "IKMP_NO_PRESHARED_KEY | no pre-shared key | -",
    B: "- | - | -",
  },
  "another cipher of ESP": {
    b: sets({ esp: { encryption: "aes-256", integrity: "md5" } }),
    A: `${MODE} | peer refused | -`,
    B: `${MODE} | no proposal chosen | encryption: ESP_3DES, esp-aes 256 @ 9`,
  },
  "another HMAC of ESP": {
    b: sets({ esp: { encryption: "3des", integrity: "sha1" } }),
    A: `${MODE} | peer refused | -`,
    B: `${MODE} | no proposal chosen | integrity: md5, sha1 @ 9`,
  },
  "AH wanted besides": {
    b: sets({ ah: "sha1" }),
    A: `${MODE} | peer refused | -`,
    B: `${MODE} | no proposal chosen | protocol: ESP, AH and ESP @ 9`,
  },
  "AH offered besides": {
    a: sets({ ah: "sha1" }),
    A: `${MODE} | peer refused | -`,
    B: `${MODE} | no proposal chosen | protocol: AH and ESP, ESP @ 9`,
  },
  "PFS wanted": {
    b: { pfsGroup: 2 },
    A: `${MODE} | peer refused | -`,
    B: `${MODE} | no proposal chosen | pfs: no PFS, group 2 @ 12`,
  },
  "PFS by another group": {
    a: { pfsGroup: 1 },
    b: { pfsGroup: 2 },
    A: `${MODE} | peer refused | -`,
    B: `${MODE} | no proposal chosen | pfs: group 1, group 2 @ 12`,
  },
  "access lists that are no mirror images": {
    b: { selector: { ...mirror(SELECTOR), protocol: 6 } },
    A: `${MODE} | peer refused | -`,
    B: `${MODE} | proxy mismatch | proxy: ip 10.1.2.0 0.0.0.255 to 10.1.1.0 0.0.0.255, protocol 6 10.1.2.0 0.0.0.255 to 10.1.1.0 0.0.0.255 @ 20`,
  },
};

for (const [name, { a = {}, b = {}, A, B }] of Object.entries(FAILURES))
  test(`${name}: both ends say so`, () => {
    const pair = new GatewayPair(a, b);
    const header = { source: ipv4("10.1.1.1"), destination: ipv4("10.1.2.1"), protocol: 1, timeToLive: 254 };
    pair.triggerFromA(buildIpv4Packet({ ...header, identification: 1 }, new Uint8Array(80)));
    pair.runFor(100);
    assert.deepEqual({ A: told(pair.events.A), B: told(pair.events.B) }, { A, B });
    for (const events of [pair.events.A, pair.events.B]) assertDebugged(events);
  });

function told(events: readonly GatewayEvent[]): string {
  const syslog = new Syslog();
  const mnemonics = events
    .flatMap((event) => syslog.read(event))
    .map(([line = ""]) => /^%CRYPTO-\d-(\w+)/.exec(line)?.[1] ?? line);
  const [failed] = events.flatMap((event) => (event.kind === "negotiation-failed" ? [event] : []));
  const differences = failed?.mismatches.map(
    ({ attribute, offered, accepted, origin }) => `${attribute}: ${offered}, ${accepted} @ ${origin?.line}`,
  );
  return [[...new Set(mnemonics)].join(" "), failed?.reason, differences?.join("; ")]
    .map((part) => (part === undefined || part === "" ? "-" : part))
    .join(" | ");
}

/** A session that debugs is told the same differences. */
function assertDebugged(events: readonly GatewayEvent[]): void {
  const debug = new IosDebug();
  const lines = events.flatMap((event) => debug.read(event)).flatMap((message) => message.lines);
  for (const event of events)
    if (event.kind === "negotiation-failed")
      for (const { attribute, offered, accepted } of event.mismatches)
        assert.ok(
          lines.some((line) => line.includes(`${attribute}: offered ${offered}, accepted ${accepted}`)),
          `${attribute} in the debugging`,
        );
}
