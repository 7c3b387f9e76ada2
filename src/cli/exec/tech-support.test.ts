/** `show tech-support`: all of it, and no secret. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { FakeConsole } from "../../../test/support/fake-router.ts";
import { configurationLines } from "../../../test/support/sentence-arbitraries.ts";

fc.configureGlobal({ seed: 2409 });

const CONFIGURATIONS = new URL("../../../test/configurations/", import.meta.url);

/** Every place that a secret can have, each with a secret of its own. */
const PLACES: readonly string[] = [
  "enable secret PLANTED",
  "enable password PLANTED",
  "username one password 0 PLANTED",
  "username two privilege 15 secret PLANTED",
  "crypto isakmp key PLANTED address 172.16.172.20",
  "crypto isakmp key PLANTED hostname peer.example",
  "crypto isakmp peer address 192.0.2.1\n set aggressive-mode password PLANTED\n exit",
  "snmp-server community PLANTED RO",
  "snmp-server host 192.0.2.5 PLANTED",
  "tacacs-server host 192.0.2.6 key PLANTED",
  "tacacs-server key PLANTED",
  "radius-server key PLANTED",
  "ntp authentication-key 1 md5 PLANTED",
  "vpdn-group 1\n l2tp tunnel password PLANTED\n exit",
  "key chain RING\n key 1\n  key-string PLANTED\n exit",
  "line vty 0 4\n password PLANTED\n exit",
  "interface Serial0\n ppp chap password 0 PLANTED\n ip ospf message-digest-key 1 md5 PLANTED\n exit",
  "crypto ca trustpoint CA\n password PLANTED\n exit",
  "crypto isakmp client configuration group users\n key PLANTED\n exit",
];

function planted(): { readonly text: string; readonly secrets: readonly string[] } {
  const secrets: string[] = [];
  const text = PLACES.map((place) =>
    place.replaceAll("PLANTED", () => {
      secrets.push(`xyzzy${secrets.length}zz`);
      return secrets.at(-1) ?? "";
    }),
  ).join("\n");
  return { text, secrets };
}

test("secrets that are planted everywhere are in none of it", () => {
  const { text, secrets } = planted();
  const console = new FakeConsole(text, { level: 15 });
  const configuration = console.output("show running-config").join("\n");
  const shown = console.output("show tech-support").join("\n");
  const there = secrets.filter((secret) => configuration.includes(secret));
  assert.ok(there.length > 15, `the configuration holds them: ${there.length} of ${secrets.length}`);
  assert.deepEqual(
    shown.split("\n").filter((line) => line.includes("xyzzy")),
    [],
  );
  assert.ok(
    shown.includes("crypto isakmp key <removed> address 172.16.172.20"),
    "what is no secret is there",
  );
});

test("whatever is configured, no secret of it is told", () => {
  fc.assert(
    fc.property(configurationLines(), fc.nat(PLACES.length - 1), (lines, at) => {
      const place = (PLACES[at] ?? "").replaceAll("PLANTED", "xyzzyplugh");
      const shown = new FakeConsole([...lines, "end", place].join("\n"), { level: 15 })
        .output("show tech-support")
        .join("\n");
      assert.ok(!shown.includes("xyzzyplugh"), place);
    }),
    { numRuns: 60 },
  );
});

test("passwords and keys of the documents' configurations are in none of it", () => {
  for (const name of readdirSync(CONFIGURATIONS).filter((each) => each.endsWith(".cfg"))) {
    const text = readFileSync(new URL(name, CONFIGURATIONS), "utf8");
    const secrets = Array.from(
      text.matchAll(/(?:isakmp key|password(?: \d)?|secret(?: \d)?|set security-association) (\S{4,})/g),
      ([, secret = ""]) => secret,
    );
    const shown = new FakeConsole(text, { level: 15 }).output("show tech-support").join("\n");
    for (const secret of secrets.filter((each) => !WORDS.has(each)))
      assert.ok(
        !new RegExp(`(key|password|secret)( \\d)? ${escaped(secret)}`).test(shown),
        `${name}: ${secret}`,
      );
  }
});

/** They follow such words without being secrets. */
const WORDS = new Set(["encryption", "lifetime", "<removed>"]);

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

test("every listing is there, under its name", () => {
  const shown = new FakeConsole("hostname Router").output("show tech-support");
  const headings = shown.filter((line) => line.startsWith("------------------ "));
  assert.equal(headings.length, 23, headings.join("\n"));
  assert.ok(shown.includes("Gateway of last resort is not set"), "routes");
  assert.ok(shown.includes("No SAs found"), "SAs");
});
