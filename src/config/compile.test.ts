import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfiguration } from "../cli/load.ts";
import { ipv4 } from "../net/ip-address.ts";
import { ANY_PORT } from "../net/selector.ts";
import { type CompileOptions, compile, type Problem } from "./compile.ts";

/** A whole configuration, in lines that the tests replace or leave out. */
const LINES = {
  hostname: "hostname Initiator",
  policy: "crypto isakmp policy 10\n encr aes 256\n hash sha256\n authentication pre-share\n group 14",
  key: "crypto isakmp key a-rather-long-secret address 172.16.172.20",
  set: "crypto ipsec transform-set strong esp-aes 256 esp-sha256-hmac",
  map: "crypto map vpn 10 ipsec-isakmp",
  peer: " set peer 172.16.172.20",
  useSet: " set transform-set strong",
  match: " match address 101",
  inside: "interface Ethernet0/0\n ip address 10.1.1.1 255.255.255.0",
  outside: "interface Ethernet1/0\n ip address 172.16.172.10 255.255.255.0",
  apply: " crypto map vpn",
  list: "access-list 101 permit ip 10.1.1.0 0.0.0.255 10.1.2.0 0.0.0.255",
};

function compiled(changes: Partial<Record<keyof typeof LINES, string>> = {}, options?: CompileOptions) {
  const text = Object.values({ ...LINES, ...changes }).join("\n");
  const { configuration, problems } = loadConfiguration(text, "test.cfg");
  assert.deepEqual(problems, []);
  return compile(configuration, options);
}

function errorsOf(changes: Partial<Record<keyof typeof LINES, string>>): Problem[] {
  const { policy, problems } = compiled(changes);
  const errors = problems.filter(({ severity }) => severity === "error");
  assert.equal(policy === undefined, errors.length > 0);
  return errors;
}

function problemsOf(changes: Partial<Record<keyof typeof LINES, string>>): string[] {
  return compiled(changes).problems.map(({ severity, kind, origin, message }) =>
    [severity, kind, origin?.text ?? "-", message].join(" | "),
  );
}

test("the replay window is what the entry says, else what is said for all, else 64; disabled is 0", () => {
  const windowOf = (ofAll: string, own: string) => {
    const set = `crypto ipsec transform-set strong esp-aes 256 esp-sha256-hmac\n${ofAll}`;
    const { policy } = compiled({ set, peer: ` set peer 172.16.172.20\n${own}` });
    return policy?.ipsec.interfaces[0]?.entries[0]?.replayWindow;
  };
  const all = "crypto ipsec security-association replay";
  const own = " set security-association replay";
  assert.equal(windowOf("", ""), 64);
  assert.equal(windowOf(`${all} window-size 1024`, ""), 1024);
  assert.equal(windowOf(`${all} window-size 1024`, `${own} window-size 32`), 32);
  assert.equal(windowOf(`${all} disable`, ""), 0);
  assert.equal(windowOf(`${all} disable`, `${own} window-size 128`), 128);
  assert.equal(windowOf(`${all} window-size 256`, `${own} disable`), 0);
});

test("transform sets with AH compile to AH alone, and to AH around ESP", () => {
  for (const [transforms, ah, esp] of [
    ["ah-sha256-hmac", "sha256", undefined],
    ["ah-sha-hmac esp-des esp-sha-hmac", "sha1", { encryption: "des", integrity: "sha1" }],
    ["ah-md5-hmac esp-3des", "md5", { encryption: "3des", integrity: undefined }],
  ] as const) {
    const { policy } = compiled({ set: `crypto ipsec transform-set strong ${transforms}` });
    const [set] = policy?.ike.connections[0]?.transformSets ?? [];
    assert.deepEqual([set?.ah, set?.esp], [ah, esp], transforms);
  }
});

test("a whole configuration compiles to one connection, without a word", () => {
  const { policy, problems } = compiled();
  assert.deepEqual(problems, []);
  assert.equal(policy?.hostname, "Initiator");
  const [connection, ...others] = policy.ike.connections;
  assert.deepEqual(others, []);
  assert.equal(connection?.id, "vpn 10 Ethernet1/0");
  assert.equal(connection.localAddress, "172.16.172.10");
  assert.deepEqual(connection.peers, ["172.16.172.20"]);
  assert.deepEqual(
    connection.transformSets.map(({ name, esp, mode }) => ({ name, esp, mode })),
    [{ name: "strong", esp: { encryption: "aes-256", integrity: "sha256" }, mode: "tunnel" }],
  );
  assert.equal(connection.pfsGroup, undefined);
  assert.equal(connection.lifetimeSeconds, 3600);
  assert.equal(connection.lifetimeKilobytes, 4_608_000);
  assert.deepEqual(
    connection.selectors.map(({ selector }) => selector),
    [
      {
        protocol: 0,
        local: { address: ipv4("10.1.1.0"), wildcard: ipv4("0.0.0.255") },
        localPorts: ANY_PORT,
        remote: { address: ipv4("10.1.2.0"), wildcard: ipv4("0.0.0.255") },
        remotePorts: ANY_PORT,
      },
    ],
  );
  assert.equal(connection.source.origin?.line, 9);
  assert.equal(connection.source.peers[0]?.origin?.text, "set peer 172.16.172.20");
  assert.equal(connection.source.transformSets?.origin?.text, "set transform-set strong");
  assert.equal(connection.source.matchAddress?.origin?.text, "match address 101");
});

test("IPsec protects the interface with the map, by the same connection", () => {
  const { policy } = compiled();
  const [own, ...others] = policy?.ipsec.interfaces ?? [];
  assert.deepEqual(others, []);
  assert.equal(own?.name, "Ethernet1/0");
  assert.equal(own.mtu, 1500);
  assert.deepEqual(
    own.entries.map(({ id, accessListName, rules }) => ({
      id,
      accessListName,
      actions: rules.map(({ action }) => action),
    })),
    [{ id: "vpn 10 Ethernet1/0", accessListName: "101", actions: ["permit"] }],
  );
});

test("policies are in the order of their priority, and the default suite is last, always", () => {
  const suites = compiled({
    policy:
      "crypto isakmp policy 20\n authentication pre-share\ncrypto isakmp policy 5\n authentication pre-share",
  }).policy?.ike.protectionSuites;
  assert.deepEqual(
    suites?.map(({ priority }) => priority),
    [5, 20, 65535],
  );
  const { origin: _, ...last } = suites?.at(-1) ?? assert.fail("no suite");
  assert.deepEqual(last, {
    priority: 65535,
    encryption: "des",
    hash: "sha1",
    authentication: "rsa-sig",
    group: 1,
    lifetimeSeconds: 86_400,
  });
});

test("interfaces and routes are there for whoever moves packets", () => {
  const { policy } = compiled({
    inside:
      "interface Ethernet0/0\n ip address 10.1.1.1 255.255.255.0\n mtu 1400\n ip mtu 1300\ninterface Serial0\n ip address 10.9.9.1 255.255.255.252\n shutdown\ninterface Serial1",
    list: `${LINES.list}\nip route 10.1.2.0 255.255.255.0 172.16.172.20\nip route 0.0.0.0 0.0.0.0 Serial0 10.9.9.2 200`,
  });
  assert.deepEqual(
    policy?.interfaces.map(({ name, address, mask, prefix, mtu, up }) => [
      name,
      address,
      mask,
      prefix.address,
      mtu,
      up,
    ]),
    [
      ["Ethernet0/0", "10.1.1.1", "255.255.255.0", "10.1.1.0", 1300, true],
      ["Serial0", "10.9.9.1", "255.255.255.252", "10.9.9.0", 1500, false],
      ["Ethernet1/0", "172.16.172.10", "255.255.255.0", "172.16.172.0", 1500, true],
    ],
  );
  assert.deepEqual(
    policy.routes.map(({ prefix, nextHop, interfaceName, distance }) => [
      prefix.address,
      prefix.wildcard,
      nextHop,
      interfaceName,
      distance,
    ]),
    [
      ["10.1.2.0", "0.0.0.255", "172.16.172.20", undefined, 1],
      ["0.0.0.0", "255.255.255.255", "10.9.9.2", "Serial0", 200],
    ],
  );
});

test("a crypto map entry that lacks something says what, where, and how to add it; all of it at once", () => {
  const errors = errorsOf({ peer: "", useSet: "", match: "" });
  assert.deepEqual(
    errors.map(({ message, origin, kind }) => [kind, origin?.file, origin?.line, message]),
    [
      ["incomplete", "test.cfg", 9, "Crypto map vpn 10 has no peer."],
      ["incomplete", "test.cfg", 9, "Crypto map vpn 10 has no transform set."],
      ["incomplete", "test.cfg", 9, "Crypto map vpn 10 has no access list."],
    ],
  );
  assert.match(errors[1]?.advice ?? "", /set transform-set NAME.* below `crypto map vpn 10 ipsec-isakmp`/);
});

const REFUSED: readonly [string, Partial<Record<keyof typeof LINES, string>>, RegExp, string][] = [
  ["an unknown access list", { list: "" }, /Access list 101 does not exist/, "match address 101"],
  [
    "an unknown transform set",
    { useSet: " set transform-set weak" },
    /weak does not exist/,
    "set transform-set weak",
  ],
  [
    "an unknown crypto map",
    { apply: " crypto map vpm" },
    /has crypto map vpm, which does not exist/,
    "crypto map vpm",
  ],
  [
    "an interface without an address",
    { outside: "interface Ethernet1/0" },
    /Ethernet1\/0 has no IP address/,
    "crypto map vpn",
  ],
  [
    "a local address of an interface that is not there",
    { list: `${LINES.list}\ncrypto map vpn local-address Loopback0` },
    /takes its local address from Loopback0, which is not configured/,
    "crypto map vpn local-address Loopback0",
  ],
  [
    "a peer whose name has no address",
    { peer: " set peer hub" },
    /The address of the peer hub is unknown/,
    "set peer hub",
  ],
  [
    "a peer that is the router itself",
    { peer: " set peer 10.1.1.1" },
    /router's own Ethernet0\/0/,
    "set peer 10.1.1.1",
  ],
  [
    "ESP that does nothing",
    { set: "crypto ipsec transform-set strong esp-null" },
    /neither encrypts nor authenticates/,
    "crypto ipsec transform-set strong esp-null",
  ],
  [
    "counter mode without an HMAC",
    { set: "crypto ipsec transform-set strong esp-aes ctr" },
    /counter mode without authenticating/,
    "crypto ipsec transform-set strong esp-aes ctr",
  ],
  [
    "an access list that permits nothing",
    { list: "access-list 101 deny ip any any" },
    /permits nothing/,
    "access-list 101 deny ip any any",
  ],
  [
    "a wildcard that is no subnet's",
    { list: "access-list 101 permit ip 10.1.1.0 0.0.255.0 any" },
    /wildcard 0\.0\.255\.0 is not that of a subnet/,
    "access-list 101 permit ip 10.1.1.0 0.0.255.0 any",
  ],
  [
    "ports that are more than one",
    { list: "access-list 101 permit tcp any any range 20 30" },
    /`range` is more than one port/,
    "access-list 101 permit tcp any any range 20 30",
  ],
  [
    "what a proxy identity cannot say",
    { list: "access-list 101 permit tcp any any established" },
    /`established` looks at more/,
    "access-list 101 permit tcp any any established",
  ],
  [
    "two interfaces in one subnet",
    { inside: "interface Ethernet0/0\n ip address 172.16.172.1 255.255.0.0" },
    /overlaps with Ethernet0\/0/,
    "ip address 172.16.172.10 255.255.255.0",
  ],
];

for (const [what, changes, message, line] of REFUSED)
  test(`${what} keeps the configuration from running`, () => {
    const [error, ...others] = errorsOf(changes);
    assert.deepEqual(others, []);
    assert.match(error?.message ?? "", message);
    assert.equal(error?.origin?.text, line);
    assert.notEqual(error.advice, "");
  });

test("an entry that lacks something is merely disabled while an operator writes it", () => {
  const { policy, problems } = compiled(
    {
      useSet: "",
      list: `${LINES.list}\ncrypto map vpn 20 ipsec-isakmp\n set peer 172.16.172.20\n set transform-set strong\n match address 101`,
    },
    { incompleteEntries: "disabled" },
  );
  assert.deepEqual(
    policy?.ike.connections.map(({ id }) => id),
    ["vpn 20 Ethernet1/0"],
  );
  assert.deepEqual(
    problems.map(({ severity, message }) => [severity, message]),
    [["warning", "Crypto map vpn 10 has no transform set."]],
  );
});

test("what an unapplied map lacks does not matter: it protects nothing", () => {
  assert.deepEqual(errorsOf({ apply: "", useSet: "" }), []);
  assert.ok(
    problemsOf({ apply: "" }).some((text) =>
      text.startsWith(
        "note | without-effect | crypto map vpn 10 ipsec-isakmp | Crypto map vpn is applied to no interface",
      ),
    ),
  );
});

test("the tunnels of a map start from its local address", () => {
  const { policy } = compiled({
    list: `${LINES.list}\ninterface Loopback0\n ip address 10.255.0.1 255.255.255.255\ncrypto map vpn local-address Loopback0`,
  });
  assert.equal(policy?.ike.connections[0]?.localAddress, "10.255.0.1");
  assert.equal(policy.ipsec.interfaces[0]?.localAddress, "10.255.0.1");
  assert.equal(policy.ipsec.interfaces[0].name, "Ethernet1/0");
});

test("entries are in the order of their sequence numbers, and an interface has connections of its own", () => {
  const { policy } = compiled({
    map: "crypto map vpn 20 ipsec-isakmp\n set peer 172.16.172.30\n set transform-set strong\n match address 101\ncrypto map vpn 10 ipsec-isakmp",
    list: `${LINES.list}\ninterface Serial0\n ip address 10.9.9.1 255.255.255.252\n crypto map vpn`,
  });
  assert.deepEqual(
    policy?.ike.connections.map(({ id, localAddress, peers }) => [id, localAddress, ...peers]),
    [
      ["vpn 10 Ethernet1/0", "172.16.172.10", "172.16.172.20"],
      ["vpn 20 Ethernet1/0", "172.16.172.10", "172.16.172.30"],
      ["vpn 10 Serial0", "10.9.9.1", "172.16.172.20"],
      ["vpn 20 Serial0", "10.9.9.1", "172.16.172.30"],
    ],
  );
});

test("an entry's own lifetimes, PFS and peers come before what is said globally", () => {
  const connection = compiled({
    set: `${LINES.set}\ncrypto ipsec security-association lifetime seconds 1800\ncrypto ipsec security-association lifetime kilobytes 9000`,
    peer: " set peer 172.16.172.20\n set peer 172.16.172.30\n set pfs\n set security-association lifetime seconds 600",
  }).policy?.ike.connections[0];
  assert.equal(connection?.lifetimeSeconds, 600);
  assert.equal(connection.lifetimeKilobytes, 9000);
  assert.equal(connection.pfsGroup, 1);
  assert.deepEqual(connection.peers, ["172.16.172.20", "172.16.172.30"]);
});

test("names are looked up in `ip host`, whatever their case", () => {
  const { policy, problems } = compiled({
    key: "ip host HUB 172.16.172.20 172.16.172.21\ncrypto isakmp key a-rather-long-secret hostname Hub",
    peer: " set peer hub",
    hostname: "hostname Initiator\nip domain-name example.com\ncrypto isakmp identity hostname",
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(policy?.ike.connections[0]?.peers, ["172.16.172.20", "172.16.172.21"]);
  assert.deepEqual(policy.ike.preSharedKeys[0]?.peer, { kind: "hostname", name: "hub" });
  assert.deepEqual(policy.ike.hosts.get("hub"), ["172.16.172.20", "172.16.172.21"]);
  assert.equal(policy.ike.identity, "hostname");
  assert.equal(policy.ike.hostname, "Initiator.example.com");
});

test("keys for fewer addresses come first", () => {
  const { policy } = compiled({
    key: "crypto isakmp key first-of-all-keys address 0.0.0.0\ncrypto isakmp key second-of-all-keys address 172.16.0.0 255.255.0.0\ncrypto isakmp key third-of-all-keys address 172.16.172.20",
  });
  assert.deepEqual(
    policy?.ike.preSharedKeys.map(({ key }) => new TextDecoder().decode(key.reveal())),
    ["third-of-all-keys", "second-of-all-keys", "first-of-all-keys"],
  );
});

test("deny lines stay in IPsec's rules and are no selectors of IKE's, whatever their ports", () => {
  const { policy } = compiled({ list: `access-list 101 deny tcp any any neq 80\n${LINES.list}` });
  assert.equal(policy?.ike.connections[0]?.selectors.length, 1);
  assert.deepEqual(
    policy.ipsec.interfaces[0]?.entries[0]?.rules.map(({ action, selector }) => [
      action,
      selector.remotePorts.low,
      selector.remotePorts.high,
    ]),
    [
      ["deny", 0, 79],
      ["deny", 81, 65535],
      ["permit", 0, 65535],
    ],
  );
});

const TOLD: readonly [string, Partial<Record<keyof typeof LINES, string>>, readonly string[]][] = [
  [
    "DES, MD5 and small groups, each once with all its places",
    {
      policy:
        "crypto isakmp policy 10\n authentication pre-share\n hash md5\ncrypto isakmp policy 20\n authentication pre-share\n encr aes\n group 5",
      set: "crypto ipsec transform-set strong esp-des esp-md5-hmac",
      peer: " set peer 172.16.172.20\n set pfs group2",
    },
    [
      "warning | weak | crypto isakmp policy 10 | DES has 56-bit keys, which are found by trying (ISAKMP policy 10, and transform set strong).",
      "warning | weak | hash md5 | MD5 is broken as a hash and weak as an HMAC (ISAKMP policy 10, and transform set strong).",
      "warning | weak | crypto isakmp policy 10 | Diffie-Hellman group 1 has 768 bits, which is too few (ISAKMP policy 10).",
      "warning | weak | set pfs group2 | Diffie-Hellman group 2 has 1024 bits, which is too few (crypto map vpn 10).",
      "warning | weak | group 5 | Diffie-Hellman group 5 has 1536 bits, which is too few (ISAKMP policy 20).",
    ],
  ],
  [
    "a short key, and one for everybody",
    { key: "crypto isakmp key cisco123 address 0.0.0.0" },
    [
      "warning | weak | crypto isakmp key ****** address 0.0.0.0 | A pre-shared key is shorter than 12 characters and can be guessed.",
      "warning | weak | crypto isakmp key ****** address 0.0.0.0 | A pre-shared key is for every address: whoever knows it can pass for any peer.",
    ],
  ],
  [
    "a key for nobody, and a peer without a key",
    { key: "crypto isakmp key a-rather-long-secret address 1.2.3.4" },
    [
      "warning | incomplete | set peer 172.16.172.20 | There is no pre-shared key for 172.16.172.20: no policy with pre-shared keys can be used with it.",
      "note | without-effect | crypto isakmp key ****** address 1.2.3.4 | No crypto map in use has a peer that this pre-shared key is for.",
    ],
  ],
  [
    "that the default policy alone cannot be used",
    { policy: "" },
    [
      "warning | incomplete | crypto map vpn 10 ipsec-isakmp | There is no `crypto isakmp policy`, and IOS's default policy authenticates by RSA signatures, for which there are no keys: nothing can be negotiated.",
    ],
  ],
  [
    "policies that need RSA keys",
    { policy: `${LINES.policy}\ncrypto isakmp policy 20\n encr aes\n group 14\n authentication rsa-encr` },
    [
      "warning | incomplete | authentication rsa-encr | ISAKMP policy 20 authenticates by rsa-encr, and there is no RSA key of ours that may decrypt: it is never offered and never accepted.",
    ],
  ],
  [
    "that everything is protected",
    { list: "access-list 101 permit ip any any" },
    [
      "warning | wrong | access-list 101 permit ip any any | Access list 101 protects all traffic, and everything that comes in clear is dropped.",
    ],
  ],
  [
    "that transport mode is for the traffic of the two ends",
    { set: `${LINES.set}\n mode transport` },
    [
      "note | without-effect | access-list 101 permit ip 10.1.1.0 0.0.0.255 10.1.2.0 0.0.0.255 | Crypto map vpn 10 protects traffic of others than 172.16.172.10 and its peer: transform set strong is used in tunnel mode.",
    ],
  ],
  [
    "what is used by nothing",
    {
      set: `${LINES.set}\ncrypto ipsec transform-set spare esp-aes esp-sha-hmac`,
      list: `${LINES.list} log\nip access-list extended spare`,
    },
    [
      `note | without-effect | ${LINES.list} log | \`log\` has no effect in a crypto access list.`,
      "note | without-effect | crypto ipsec transform-set spare esp-aes esp-sha-hmac | Transform set spare is used by no crypto map.",
      "note | without-effect | ip access-list extended spare | Access list spare is used by nothing that is in effect here.",
    ],
  ],
  [
    "that IKE is switched off, and that an interface is",
    {
      hostname: "no crypto isakmp enable",
      list: `${LINES.list}\ninterface Serial0\n ip address 10.9.9.1 255.255.255.252\n shutdown\n crypto map vpn`,
    },
    [
      "note | without-effect | crypto map vpn | Serial0 is shut down, so its crypto map does nothing.",
      "warning | incomplete | no crypto isakmp enable | IKE is switched off, so no crypto map entry of type ipsec-isakmp gets keys.",
    ],
  ],
  [
    "ESP that does not encrypt, or does not authenticate",
    {
      set: "crypto ipsec transform-set strong esp-null esp-sha-hmac\ncrypto ipsec transform-set half esp-aes",
      useSet: " set transform-set strong half",
    },
    [
      "warning | weak | crypto ipsec transform-set strong esp-null esp-sha-hmac | ESP does not encrypt (transform set strong).",
      "warning | weak | crypto ipsec transform-set half esp-aes | ESP encrypts without protecting from change, which lets an attacker decrypt by trying (transform set half).",
    ],
  ],
];

for (const [what, changes, expected] of TOLD)
  test(`told: ${what}`, () => {
    assert.deepEqual(problemsOf(changes), expected);
    assert.notEqual(compiled(changes).policy, undefined);
  });

test("no problem shows a key", () => {
  const secret = "XYZZY";
  const { problems } = compiled({ key: `crypto isakmp key ${secret} address 0.0.0.0`, policy: "" });
  assert.ok(problems.length > 0);
  assert.ok(!JSON.stringify(problems).includes(secret));
});

test("a limit of ISAKMP SAs below the number of peers is told", () => {
  const limit = (number: number) => `crypto call admission limit ike sa ${number}\n${LINES.key}`;
  const peer = " set peer 172.16.172.20\n set peer 172.16.172.21";
  const key = (number: number) => limit(number).replace("172.16.172.20", "0.0.0.0");
  const told = (number: number) =>
    problemsOf({ key: key(number), peer }).filter((line) => /ISAKMP SAs are allowed/.test(line));
  assert.deepEqual(told(1), [
    "warning | wrong | crypto call admission limit ike sa 1 | No more than 1 ISAKMP SAs are allowed, and the crypto maps in use have 2 peers: some get none.",
  ]);
  for (const enough of [0, 2, 50]) assert.deepEqual(told(enough), []);
});
