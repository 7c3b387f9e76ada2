/** Configurations that others wrote: read, printed back, and read again. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { plain } from "../../test/support/plain-configuration.ts";
import { compile } from "../config/compile.ts";
import { checkConfiguration, formatCheckReport } from "./check.ts";
import { loadConfiguration } from "./load.ts";
import { runningConfig } from "./running-config.ts";

const FOLDER = new URL("../../test/configurations/", import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".cfg"));

function textOf(name: string): string {
  return readFileSync(new URL(name, FOLDER), "utf8");
}

/** The lines that IOS would refuse too: mistakes of the documents. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "example-13-10-wan2511.cfg": ["authentication rsa-enr"],
  "example-13-11-wan2516.cfg": ["crypto isakmp policy 1 authentication rsa-encr", "group 2"],
  // The book has left the password out.
  "example-13-13-full-mesh-router1.cfg": ["enable password"],
  "example-13-21-pixfirewall.cfg": ["config-mode"],
  "example-13-30-natrtr.cfg": [
    "ip nat inside source access-list 1 interface Ethernet0/0 overload",
    "permit 10",
  ],
};

for (const name of FILES)
  test(`${name} is read, and read again from what running-config prints`, () => {
    const { configuration, problems } = loadConfiguration(textOf(name), name);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === "error").map(({ origin }) => origin?.text),
      REFUSED[name] ?? [],
    );
    const again = loadConfiguration(runningConfig(configuration).join("\n"), "again");
    assert.deepEqual(
      again.problems.filter(({ severity }) => severity === "error"),
      [],
    );
    assert.deepEqual(plain(again.configuration), plain(configuration));
    compile(configuration);
  });

for (const name of FILES.filter((each) => each.startsWith("router-")))
  test(`${name} is printed with every line of it, each below the same one`, () => {
    const { configuration, problems } = loadConfiguration(textOf(name), name);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === "error"),
      [],
    );
    const lines = linesWithPlaces(runningConfig(configuration).join("\n"));
    assert.deepEqual(
      [...linesWithPlaces(textOf(name))].filter((line) => !lines.has(line)),
      PRINTED_OTHERWISE[name] ?? [],
    );
  });

/** `interface Ethernet0 / shutdown`. */
function linesWithPlaces(text: string): Set<string> {
  let place = "";
  const found = new Set<string>();
  for (const line of text.split("\n").map((each) => each.trimEnd())) {
    if (/^\s*(?:!|$)/.test(line)) continue;
    if (!line.startsWith(" ")) place = line;
    found.add(line.startsWith(" ") ? `${place} / ${line.trim()}` : line);
  }
  return found;
}

/** Defaults, and forms of other releases. */
const PRINTED_OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  "router-remote-access.cfg": [
    "no service password-encryption",
    "clock timezone EST -5 0",
    "crypto isakmp key branchkey address 0.0.0.0 0.0.0.0 no-xauth",
    "crypto ipsec transform-set ESP-3DES-SHA esp-3des esp-sha-hmac / mode tunnel",
    "access-list 101 deny   ip 192.168.1.0 0.0.0.255 192.168.100.0 0.0.0.255",
  ],
  "router-site-to-site.cfg": [
    "ip domain name example.net",
    "ip access-list standard MGMT / deny   any log",
    "ip access-list extended NAT / deny   ip 10.10.1.0 0.0.0.255 10.1.0.0 0.0.255.255",
    "ip access-list extended OUTSIDE-IN / deny   ip any any log",
    "logging 10.1.1.20",
    "line vty 0 4 / exec-timeout 10 0",
  ],
};

test("the two routers of the first case study compile, and are told of what is weak alone", () => {
  for (const name of ["example-13-01-initiator.cfg", "example-13-02-responder.cfg"]) {
    const { configuration, problems } = loadConfiguration(textOf(name), name);
    assert.deepEqual(problems, []);
    const compiled = compile(configuration);
    assert.notEqual(compiled.policy, undefined);
    assert.deepEqual(
      compiled.problems.map(({ kind, message }) => [kind, message.split(" ", 1)[0]]),
      [
        ["weak", "MD5"],
        ["weak", "Diffie-Hellman"],
      ],
    );
  }
});

test("comments, blank lines, indentation and line ends change nothing", () => {
  const text = textOf("example-13-01-initiator.cfg");
  const expected = plain(loadConfiguration(text, "plain").configuration);
  const lines = text.split("\n");
  const commented = lines.flatMap((line) => ["!The line below is explained here, in words", "", "!", line]);
  for (const variant of [
    commented,
    commented.map((line) => line.replace(/^ +/, " ")),
    commented.map((line) => line.replace(/^ +/, "\t")),
    lines.map((line) => line.trim()),
    lines.map((line) => line.replace("encr ", "encryption ")),
    [
      "Initiator#show running-config",
      "Building configuration...",
      "",
      "Current configuration : 1044 bytes",
      ...lines,
      "end",
    ],
  ])
    for (const end of ["\n", "\r\n"]) {
      const { configuration, problems } = loadConfiguration(variant.join(end), "variant");
      assert.deepEqual(problems, []);
      assert.deepEqual(plain(configuration), expected);
    }
});

test("lines without effect print back as they were written", () => {
  const name = "example-13-13-full-mesh-router1.cfg";
  const text = textOf(name);
  const printed = new Set(
    runningConfig(loadConfiguration(text, name).configuration).map((line) => line.trim()),
  );
  const lost = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "!" && !printed.has(line));
  assert.deepEqual(lost, [
    "router1#write terminal",
    "Building configuration...",
    "Current configuration:",
    ...(REFUSED[name] ?? []),
  ]);
});

test("certificates print back octet for octet", () => {
  const name = "example-13-07-lab-isdn1.cfg";
  const octets = (lines: readonly string[]) =>
    lines.map((line) => line.trim()).filter((line) => /^[\dA-F ]{20,}$/.test(line));
  const text = textOf(name).split("\n");
  assert.ok(octets(text).length > 30);
  assert.deepEqual(
    octets(runningConfig(loadConfiguration(text.join("\n"), name).configuration)),
    octets(text),
  );
});

test("a line without effect is reported once, and the lines of its mode are not", () => {
  const { problems } = loadConfiguration(textOf("example-13-13-full-mesh-router1.cfg"), "router1");
  const texts = problems.map(({ severity, origin }) => `${severity}: ${origin?.text}`);
  assert.ok(texts.includes("note: modem InOut"));
  assert.ok(!texts.some((text) => /login|password a/.test(text)));
  assert.equal(texts.filter((text) => text === "note: ip classless").length, 1);
});

test("no problem and no report shows a key or a password", () => {
  const secrets =
    /jw4ep9846804ijl|xxxxxx\d+|cisco1234?\b|sharedkey|mysecretkey|myotherkey|178\.124 cisco|kitchen|abc123|1234567890|oNe1|VdPY/;
  for (const name of FILES) {
    const report = checkConfiguration(textOf(name), name);
    assert.doesNotMatch(JSON.stringify(report), secrets, name);
    assert.doesNotMatch(formatCheckReport(report).join("\n"), secrets, name);
  }
});
