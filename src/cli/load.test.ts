import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../config/compile.ts";
import { checkConfiguration, formatCheckReport } from "./check.ts";
import { loadConfiguration } from "./load.ts";
import { runningConfig } from "./running-config.ts";

function load(...lines: string[]) {
  return loadConfiguration(lines.join("\n"), "test.cfg");
}

function printed(...lines: string[]): string[] {
  return runningConfig(load(...lines).configuration).filter((line) => line !== "!" && line !== "end");
}

test("a line that IOS would refuse has IOS's words, the `^` below the word, file and line, and changes nothing", () => {
  const { problems, configuration } = load(
    "hostname A",
    "  crypto isakmp polcy 1",
    "  encr aes",
    "hostname B",
  );
  assert.equal(configuration.hostname.value, "B");
  assert.deepEqual(configuration.isakmp.policies, []);
  const [first, second, ...others] = problems;
  assert.deepEqual(others, []);
  assert.deepEqual(first, {
    severity: "error",
    kind: "wrong",
    origin: { file: "test.cfg", line: 2, text: "crypto isakmp polcy 1" },
    message: "crypto isakmp polcy 1\n              ^\n% Invalid input detected at '^' marker.",
    advice: "Correct the line, or remove it.",
  });
  assert.equal(second?.origin?.line, 3);
});

test("unfinished and ambiguous lines are told apart from wrong ones", () => {
  const messages = load("crypto isakmp", "crypto is", "cry isa p 1", "interface Ethernet").problems.map(
    ({ message }) => message.split("\n").slice(1),
  );
  assert.deepEqual(messages, [
    ["% Incomplete command."],
    ["% Incomplete command."],
    ['% Ambiguous command:  "cry isa p 1"'],
    ["% Incomplete command."],
  ]);
});

test("the `^` stands below the word also where a key before it is hidden", () => {
  const [problem] = load("crypto isakmp key topsecret adress 10.1.1.1").problems;
  assert.equal(
    problem?.message,
    "crypto isakmp key ****** adress 10.1.1.1\n                         ^\n% Invalid input detected at '^' marker.",
  );
});

test("a transform set has one of each kind, in any order, and AH goes around any ESP", () => {
  const prefix = "crypto ipsec transform-set T";
  for (const [written, prints] of [
    ["esp-sha-hmac esp-des ah-sha-hmac", "ah-sha-hmac esp-des esp-sha-hmac"],
    ["ah-sha256-hmac", "ah-sha256-hmac"],
    ["ah-sha-hmac esp-gcm 256", "ah-sha-hmac esp-gcm 256"],
  ] as const) {
    const { configuration, problems } = load(`${prefix} ${written}`);
    assert.deepEqual(problems, []);
    assert.ok(runningConfig(configuration).includes(`${prefix} ${prints}`), written);
  }
  for (const [line, column] of [
    [`${prefix} esp-des esp-3des`, 37],
    [`${prefix} ah-sha-hmac ah-md5-hmac`, 41],
    [`${prefix} esp-des esp-md5-hmac esp-sha-hmac`, 50],
  ] as const)
    assert.equal(
      load(line).problems[0]?.message,
      `${line}\n${" ".repeat(column)}^\n% Invalid input detected at '^' marker.`,
    );
});

test("comp-lzs is refused with a reason", () => {
  const { configuration, problems } = load("crypto ipsec transform-set T esp-3des esp-md5-hmac comp-lzs");
  assert.deepEqual(configuration.transformSets, []);
  assert.match(problems[0]?.message ?? "", /% IP compression \(comp-lzs\) is not supported/);
});

test("AES in counter mode is written as Cisco's MDS switches do, and is in effect with an HMAC of ESP alone", () => {
  const prefix = "crypto ipsec transform-set T";
  for (const [written, prints, encryption] of [
    ["esp-aes ctr esp-sha-hmac", "esp-aes ctr esp-sha-hmac", "ctr-128"],
    ["esp-sha-hmac esp-aes 128 ctr", "esp-aes ctr esp-sha-hmac", "ctr-128"],
    ["esp-aes 192 ctr esp-md5-hmac", "esp-aes 192 ctr esp-md5-hmac", "ctr-192"],
    ["esp-aes 256 ctr esp-sha256-hmac", "esp-aes 256 ctr esp-sha256-hmac", "ctr-256"],
    ["esp-aes 256 esp-sha256-hmac", "esp-aes 256 esp-sha256-hmac", "aes-256"],
  ] as const) {
    const { configuration, problems } = load(`${prefix} ${written}`);
    assert.deepEqual(problems, []);
    assert.equal(configuration.transformSets[0]?.encryption, encryption);
    assert.ok(runningConfig(configuration).includes(`${prefix} ${prints}`), written);
  }
});

test("esp-gcm and esp-gmac stand alone, with a key of 128 bits where none is named", () => {
  const prefix = "crypto ipsec transform-set T";
  for (const [written, prints, encryption] of [
    ["esp-gcm", "esp-gcm", "gcm-128"],
    ["esp-gcm 128", "esp-gcm", "gcm-128"],
    ["esp-gcm 192", "esp-gcm 192", "gcm-192"],
    ["esp-gcm 256", "esp-gcm 256", "gcm-256"],
    ["esp-gmac", "esp-gmac", "gmac-128"],
    ["esp-gmac 192", "esp-gmac 192", "gmac-192"],
    ["ah-sha-hmac esp-gmac 256", "ah-sha-hmac esp-gmac 256", "gmac-256"],
  ] as const) {
    const { configuration, problems } = load(`${prefix} ${written}`);
    assert.deepEqual(problems, []);
    assert.equal(configuration.transformSets[0]?.encryption, encryption);
    assert.ok(runningConfig(configuration).includes(`${prefix} ${prints}`), written);
  }
  for (const [line, column] of [
    [`${prefix} esp-gcm 256 esp-sha-hmac`, 41],
    [`${prefix} esp-sha-hmac esp-gcm`, 42],
    [`${prefix} esp-gcm esp-aes`, 37],
    [`${prefix} esp-gcm 100`, 37],
    [`${prefix} esp-gmac esp-sha-hmac`, 38],
    [`${prefix} esp-gcm ctr`, 37],
  ] as const) {
    const { configuration, problems } = load(line);
    const message = `${line}\n${" ".repeat(column)}^\n% Invalid input detected at '^' marker.`;
    assert.equal(problems[0]?.message, message);
    assert.deepEqual(configuration.transformSets, []);
  }
});

for (const line of [
  "crypto isakmp key topsecret adress 1.1.1.1",
  "cry isa key topsecret add",
  "crypto isakmp key 0 topsecret",
  "no crypto isakmp key topsecret address 1.1.1.1 1.1.1.1.1",
  "cryptoo isakmp key topsecret address 1.1.1.1",
  "enable secret 5 topsecret",
  "enable password topsecret",
  "username joe password 0 topsecret",
  "snmp-server community topsecret RO",
  "radius-server key topsecret",
  "radius-server host 10.1.1.1 auth-port 1645 acct-port 1646 key 7 topsecret",
  "tacacs-server host 10.1.1.1 key topsecret",
  "snmp-server host 10.1.1.1 topsecret",
  "snmp-server host 10.1.1.1 traps version 2c topsecret ipsec",
  "snmp-server host 10.1.1.1 version 3 auth topsecret",
  "snmp-server user one group v3 auth sha topsecret priv aes 128 topsecret",
  "ntp authentication-key 1 md5 topsecret 7",
  "interface e0\nip nhrp authentication topsecret",
  "interface e0\nstandby 1 authentication topsecret",
  "interface e0\nvrrp 1 authentication text topsecret",
  "interface e0\nip ospf authentication-key topsecret",
  "pasword 7 x password 7 topsecret",
  "crypto isakmp key 6 topsecret address 1.1.1.1",
])
  test(`a problem does not show the secret in: ${line}`, () => {
    const { problems } = load(...line.split("\n"));
    assert.ok(problems.length > 0 || /^(?:no|enable|username|crypto isakmp key 6) /.test(line));
    assert.doesNotMatch(JSON.stringify(problems), /topsecret/);
  });

test("a pre-shared key is in the configuration as a secret, and prints as it was written", () => {
  const { configuration } = load("crypto isakmp key 0 topsecret address 10.0.0.0 255.0.0.0 no-xauth");
  assert.doesNotMatch(JSON.stringify(configuration), /topsecret/);
  assert.deepEqual(
    runningConfig(configuration).filter((line) => /key/.test(line)),
    ["crypto isakmp key topsecret address 10.0.0.0 255.0.0.0 no-xauth"],
  );
});

test("keys that look like the words before a key print so that they are read again", () => {
  for (const key of ["0", "6"])
    assert.deepEqual(
      printed(`crypto isakmp key 0 ${key} hostname hub`),
      ["hostname Router", `crypto isakmp key 0 ${key} hostname hub`].slice(1),
    );
});

test("a line that a mode does not know is read as global configuration, and leads out of the mode", () => {
  const { configuration, problems } = load(
    "crypto isakmp policy 1",
    " authentication pre-share",
    " crypto isakmp key cisco123 address 172.18.31.1",
    " group 2",
  );
  assert.equal(configuration.isakmp.keys.length, 1);
  assert.deepEqual(
    problems.map(({ origin }) => origin?.line),
    [4],
  );
});

test("below an interface a static route is a route, and `crypto map` is its own", () => {
  const { configuration } = load(
    "interface e0/0",
    "ip address 10.1.1.1 255.255.255.0",
    "crypto map vpn",
    "ip route-cache flow",
    "ip nat inside",
    "ip nat inside source static 10.1.1.2 100.1.1.3",
    "interface e0/0",
    "ip route 10.0.0.0 255.0.0.0 e0/0",
    "crypto map vpn 10 ipsec-isakmp",
    "set peer 1.1.1.1",
  );
  const [own] = configuration.interfaces;
  assert.equal(own?.cryptoMap?.value, "vpn");
  assert.deepEqual(
    own.kept.map(({ text }) => text),
    ["ip route-cache flow"],
  );
  assert.equal(own.natInside.value, true);
  assert.equal(configuration.routes[0]?.interfaceName, "Ethernet0/0");
  assert.equal(configuration.cryptoMaps[0]?.entries[0]?.peers.length, 1);
  assert.equal(configuration.nat.statics[0]?.local, "10.1.1.2");
});

test("a crypto map entry that is there is entered without its type; a new one is not made without", () => {
  const known = ["crypto map vpn 10 ipsec-isakmp", " set peer 10.1.1.1", "crypto map vpn 20 ipsec-manual"];
  const { configuration, problems } = load(...known, "crypto map vpn 10", " set peer 10.1.1.2");
  assert.deepEqual(problems, []);
  assert.deepEqual(
    configuration.cryptoMaps[0]?.entries[0]?.peers.map(({ value }) => value),
    [
      { kind: "address", address: "10.1.1.1" },
      { kind: "address", address: "10.1.1.2" },
    ],
  );
  // Its mode is that of its type.
  const manual = [
    ...known,
    "crypto map vpn 20",
    " set session-key inbound ah 256 00112233445566778899aabbccddeeff",
  ];
  assert.deepEqual(load(...manual).problems, []);
  const fresh = load(...known, "crypto map vpn 30", " set peer 10.1.1.3");
  assert.deepEqual(
    fresh.problems.map(({ message }) => message),
    ["crypto map vpn 30\n% Incomplete command."],
  );
  assert.equal(fresh.configuration.cryptoMaps[0]?.entries.length, 2);
  assert.equal(load(...known, "no crypto map vpn 10").configuration.cryptoMaps[0]?.entries.length, 1);
});

test("a crypto map that is applied is not removed: what it protects would go out in clear", () => {
  const lines = ["crypto map vpn 10 ipsec-isakmp", "interface e0/0", " crypto map vpn", "no crypto map vpn"];
  const { configuration, problems } = load(...lines);
  assert.deepEqual(
    problems.map(({ message }) => message),
    [
      "no crypto map vpn\n% Crypto-map vpn is in use by interface(s): Ethernet0/0. Please remove the crypto map from the above interface(s) first",
    ],
  );
  assert.equal(configuration.cryptoMaps.length, 1);
  const freed = load(...lines.slice(0, 3), " no crypto map", "no crypto map vpn");
  assert.deepEqual([freed.problems, freed.configuration.cryptoMaps], [[], []]);
});

test("another pre-shared key for the same peer is refused, as long as the first is there", () => {
  const key = "crypto isakmp key first address 10.0.0.1";
  const other = "crypto isakmp key second address 10.0.0.1 255.255.255.255";
  const { configuration, problems } = load(key, other);
  assert.deepEqual(
    problems.map(({ message }) => message.split("\n").at(-1)),
    ["A pre-shared key for address mask 10.0.0.1 255.255.255.255 already exists!"],
  );
  assert.equal(configuration.isakmp.keys.length, 1);
  assert.deepEqual(load(key, key).problems, []);
  assert.deepEqual(load(key, "no crypto isakmp key first address 10.0.0.1", other).problems, []);
  const [named] = load("crypto isakmp key a hostname Hub", "crypto isakmp key b hostname hub").problems;
  assert.match(named?.message ?? "", /^A pre-shared key for hostname hub already exists!$/m);
});

test("below `ip access-list`, a number says where a line of a numbered list goes, too", () => {
  const lines = ["access-list 101 permit ip any host 10.0.0.1", "access-list 101 deny ip any any"];
  assert.deepEqual(
    printed(...lines, "ip access-list extended 101", " 15 permit ip any host 10.0.0.2", " no 10").slice(-2),
    ["access-list 101 permit ip any host 10.0.0.2", "access-list 101 deny ip any any"],
  );
  const [problem] = load(...lines, "ip access-list extended 101", " 20 permit ip any host 10.0.0.2").problems;
  assert.match(problem?.message ?? "", /% Duplicate sequence number/);
});

test("a banner of several lines is kept as it is, commands in it included", () => {
  const lines = ["banner motd ^C", "  hostname Evil", "!", "end of the text ^C", "hostname Good"];
  const { configuration, problems } = load(...lines);
  assert.equal(configuration.hostname.value, "Good");
  assert.deepEqual(problems, []);
  assert.deepEqual(runningConfig(configuration).slice(-6, -2), lines.slice(0, 4));
  assert.deepEqual(printed("banner login #Hello#", "hostname A"), ["hostname A", "banner login #Hello#"]);
});

test("a banner that nothing closes is refused, and what follows is still read", () => {
  const { configuration, problems } = load("banner motd #Hello", "hostname A");
  assert.equal(configuration.hostname.value, "A");
  assert.match(problems[0]?.message ?? "", /% The text is not closed/);
});

test("nothing after `end` is read, and that is told", () => {
  const { configuration, problems } = load("hostname A", "end", "!", "", "hostname B");
  assert.equal(configuration.hostname.value, "A");
  assert.deepEqual(
    problems.map(({ severity, origin }) => [severity, origin?.line]),
    [["warning", 5]],
  );
});

test("octets without a certificate's `quit` do not swallow what follows", () => {
  const { configuration } = load(
    "crypto ca certificate chain ca",
    " certificate 615D1CBC000000000006",
    " certificate ca 578242EB5428E68A4D02516EF449B266",
    "  30820182 3082012C",
    "hostname A",
  );
  assert.equal(configuration.hostname.value, "A");
  assert.deepEqual(
    configuration.certificateChains[0]?.certificates.map(({ owner, octets }) => [owner, octets]),
    [
      ["router", undefined],
      ["ca", undefined],
    ],
  );
});

test("access lists print in IOS's words: names of ports and protocols, `host`, `any`", () => {
  assert.deepEqual(
    printed(
      "access-list 101 permit 6 10.1.1.1 0.0.0.0 0.0.0.0 255.255.255.255",
      "access-list 101 permit tcp any eq 80 host 10.1.1.1 range 20 21 established",
      "access-list 101 remark what it is for",
      "access-list 101 deny udp 10.1.1.7 0.0.0.255 any gt 1023 log",
      "access-list 2000 permit 47 any any",
      "ip access-list extended lan",
      " permit icmp any any echo",
      " 5 permit ip host 10.1.1.1 any",
      " deny esp any any",
      " no permit icmp any any echo",
    ),
    [
      "ip access-list extended lan",
      " 5 permit ip host 10.1.1.1 any",
      " deny esp any any",
      "access-list 101 permit tcp host 10.1.1.1 any",
      "access-list 101 permit tcp any eq www host 10.1.1.1 range ftp-data ftp established",
      "access-list 101 remark what it is for",
      "access-list 101 deny udp 10.1.1.0 0.0.0.255 any gt 1023 log",
      "access-list 2000 permit gre any any",
    ],
  );
});

test("as on IOS, `no` with any line of a numbered list removes the list", () => {
  assert.deepEqual(
    printed(
      "access-list 101 permit ip any any",
      "access-list 101 deny ip any any",
      "no access-list 101 deny ip any any",
    ),
    [],
  );
});

test("a line of a named list is removed by its number too", () => {
  assert.deepEqual(
    printed(
      "ip access-list extended lan",
      " permit ip any any",
      " 15 deny ip any any",
      " permit gre any any",
      " no 25",
    ),
    ["ip access-list extended lan", " permit ip any any", " 15 deny ip any any"],
  );
});

test("a crypto map goes entry by entry, or as a whole", () => {
  const map = [
    "crypto map vpn 10 ipsec-isakmp",
    "crypto map vpn 20 ipsec-isakmp",
    "crypto map vpn local-address Loopback0",
  ];
  assert.deepEqual(printed(...map, "no crypto map vpn 10"), [
    "crypto map vpn local-address Loopback0",
    "crypto map vpn 20 ipsec-isakmp",
  ]);
  assert.deepEqual(printed(...map, "no crypto map vpn"), []);
});

test("addresses that no host can have are refused in IOS's words", () => {
  const messages = load(
    "interface Ethernet0",
    " ip address 10.1.1.0 255.255.255.0",
    " ip address 224.0.0.1 255.255.255.0",
    " ip address 10.1.1.1 255.0.255.0",
    "ip route 10.1.1.1 255.255.255.0 10.2.2.2",
    "no interface Ethernet0",
  ).problems.map(({ message }) => message.split("\n").slice(1).join("\n"));
  assert.deepEqual(messages, [
    "Bad mask /24 for address 10.1.1.0",
    "Not a valid host address - 224.0.0.1",
    "                    ^\n% Invalid input detected at '^' marker.",
    "%Inconsistent address and mask",
    "% Removal of physical interfaces is not permitted.",
  ]);
});

test("defaults are hidden, and shown by `all`", () => {
  const { configuration } = load(
    "crypto isakmp policy 1",
    " hash sha",
    " encr des",
    " lifetime 86400",
    "crypto isakmp enable",
  );
  assert.deepEqual(printed("crypto isakmp policy 1", " hash sha"), ["crypto isakmp policy 1"]);
  const all = runningConfig(configuration, { all: true });
  for (const line of [
    "hostname Router",
    "crypto isakmp enable",
    " encr des",
    " hash sha",
    " authentication rsa-sig",
    " group 1",
    " lifetime 86400",
    "crypto isakmp identity address",
    "crypto ipsec security-association lifetime kilobytes 4608000",
    "crypto ipsec security-association lifetime seconds 3600",
  ])
    assert.ok(all.includes(line), line);
});

test("a check report lists everything by line, and can be printed as JSON", () => {
  const report = checkConfiguration(
    [
      "hostname A",
      "service pad",
      "crypto map vpn 10 ipsec-isakmp",
      "interface e0",
      " ip address 10.1.1.1 255.0.0.0",
      " crypto map vpn",
      " shutt",
    ].join("\n"),
    "a.cfg",
  );
  assert.equal(report.hostname, "A");
  assert.deepEqual([report.errors, report.warnings, report.notes], [4, 0, 1]);
  assert.deepEqual(
    report.problems.map(({ origin }) => origin?.line),
    [2, 3, 3, 3, 7],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  assert.deepEqual(formatCheckReport(report), [
    "a.cfg:2: note: `service pad` has no effect here.",
    "    Leave it: it is kept and printed back.",
    "a.cfg:3: error: Crypto map vpn 10 has no peer.",
    "    crypto map vpn 10 ipsec-isakmp",
    "    Enter `set peer A.B.C.D` below `crypto map vpn 10 ipsec-isakmp`.",
    "a.cfg:3: error: Crypto map vpn 10 has no transform set.",
    "    crypto map vpn 10 ipsec-isakmp",
    "    Enter `set transform-set NAME` below `crypto map vpn 10 ipsec-isakmp`.",
    "a.cfg:3: error: Crypto map vpn 10 has no access list.",
    "    crypto map vpn 10 ipsec-isakmp",
    "    Enter `match address NUMBER-OR-NAME` below `crypto map vpn 10 ipsec-isakmp`.",
    "a.cfg:7: error: IOS refuses this line",
    "    shutt",
    "    ^",
    "    % Invalid input detected at '^' marker.",
    "    Correct the line, or remove it.",
    "a.cfg: 4 errors, 0 warnings, 1 note",
  ]);
});

test("reading takes time in proportion to the length, however odd the lines", () => {
  const lines = Array.from(
    { length: 1000 },
    (_, i) => `access-list 101 permit tcp host 10.0.${i >> 8}.${i & 255} any eq ${i}`,
  );
  const { configuration } = load(...lines, "crypto isakmp policy 1 ".repeat(2000), "x".repeat(100_000));
  assert.equal(configuration.accessLists[0]?.entries.length, 1000);
  assert.equal(compile(configuration).policy?.ike.connections.length, 0);
});

test("`default` gives what IOS has by itself: on where that is so, off elsewhere, and `no` is forgotten", () => {
  const off = ["no crypto isakmp enable", "no ip classless", "crypto isakmp fragmentation"];
  assert.deepEqual(printed(...off).length, printed().length + 3);
  assert.deepEqual(
    printed(
      ...off,
      "default crypto isakmp enable",
      "default ip classless",
      "default crypto isakmp fragmentation",
    ),
    printed(),
  );
});

test("`default interface` leaves an interface without settings", () => {
  const lines = ["interface Ethernet0/0", " ip address 10.1.1.1 255.255.255.0", " bandwidth 100", "exit"];
  assert.deepEqual(printed(...lines, "default interface Ethernet0/0"), printed("interface Ethernet0/0"));
});
