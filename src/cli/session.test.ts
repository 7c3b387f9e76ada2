import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { FakeConsole } from "../../test/support/fake-router.ts";
import { configurationLines } from "../../test/support/sentence-arbitraries.ts";
import { COMMANDS } from "./exec/commands.ts";
import { match } from "./match.ts";
import { splitLine } from "./words.ts";

fc.configureGlobal({ seed: 2409 });

const INITIATOR = readFileSync(
  new URL("../../test/configurations/example-13-01-initiator.cfg", import.meta.url),
  "utf8",
);

function initiator(): FakeConsole {
  return new FakeConsole(INITIATOR);
}

test("prompts are IOS's, mode by mode", () => {
  const { session } = initiator();
  const prompts = [
    "configure terminal",
    "crypto isakmp policy 20",
    "crypto ipsec transform-set other esp-aes",
    "crypto map vpn 20 ipsec-isakmp",
    "interface Ethernet0/0",
    "ip access-list extended lan",
    "line vty 0 4",
    "exit",
    "exit",
  ].map((line) => {
    session.line(line);
    return session.prompt();
  });
  assert.deepEqual(prompts, [
    "Initiator(config)#",
    "Initiator(config-isakmp)#",
    "Initiator(cfg-crypto-trans)#",
    "Initiator(config-crypto-map)#",
    "Initiator(config-if)#",
    "Initiator(config-ext-nacl)#",
    "Initiator(config-line)#",
    "Initiator(config)#",
    "Initiator#",
  ]);
});

test("the hostname that is entered is in the next prompt", () => {
  const { session } = initiator();
  session.line("configure terminal");
  session.line("hostname Hub");
  assert.equal(session.prompt(), "Hub(config)#");
});

test("what may be typed is cut short as on IOS", () => {
  const console = initiator();
  assert.deepEqual(console.output("sh cry isa pol"), console.output("show crypto isakmp policy"));
  assert.deepEqual(console.output("wr t"), console.output("show running-config"));
  assert.deepEqual(console.output("conf t"), [
    "Enter configuration commands, one per line.  End with CNTL/Z.",
  ]);
  console.type("int e0/0", "sh", "cry map vpn");
  assert.equal(console.router.configuration().interfaces[0]?.shutdown.value, true);
  assert.equal(console.router.configuration().interfaces[0]?.cryptoMap?.value, "vpn");
});

test("the `^` stands below the wrong word, prompt and indentation counted", () => {
  const console = initiator();
  console.type("configure terminal");
  assert.equal(
    console.type("  crypto isakmp polcy 1"),
    [
      "Initiator(config)#  crypto isakmp polcy 1",
      "                                  ^",
      "% Invalid input detected at '^' marker.",
      "",
      "",
    ].join("\n"),
  );
  assert.deepEqual(console.output("crypto isakmp"), ["% Incomplete command.", ""]);
  assert.deepEqual(console.output("do show crypto i"), ['% Ambiguous command:  "do show crypto i"', ""]);
  assert.deepEqual(console.output("do show cripto"), [
    "                          ^",
    "% Invalid input detected at '^' marker.",
    "",
  ]);
});

test("a new crypto map entry is announced as disabled, an old one is not", () => {
  const console = initiator();
  console.type("configure terminal");
  assert.deepEqual(console.output("crypto map vpn 20 ipsec-isakmp"), [
    "% NOTE: This new crypto map will remain disabled until a peer",
    "\tand a valid access list have been configured.",
  ]);
  assert.deepEqual(console.output("crypto map vpn 20 ipsec-isakmp"), []);
});

test("a line that cannot be compiled changes nothing and says why", () => {
  const console = initiator();
  console.type("configure terminal", "interface Ethernet0/0");
  assert.deepEqual(console.output("ip address 172.16.172.1 255.255.255.0"), [
    "% 172.16.172.0 overlaps with Ethernet0/0: which of the two leads there is undecided.",
    "% Give Ethernet1/0 an address outside the subnet of Ethernet0/0, or shut one of them down.",
  ]);
  assert.equal(console.router.configuration().interfaces[0]?.address?.value.address, "10.1.1.1");
});

test("weak choices are told on leaving, those just made and once", () => {
  const console = initiator();
  console.type("configure terminal", "crypto isakmp policy 20");
  assert.deepEqual(console.output("encr des"), []);
  const told = console.output("end");
  assert.deepEqual(
    told.filter((line) => line.startsWith("% Warning")),
    ["% Warning: DES has 56-bit keys, which are found by trying (ISAKMP policy 20)."],
  );
  console.type("configure terminal");
  assert.deepEqual(console.output("end"), []);
});

test("a line without effect is told and kept", () => {
  const console = initiator();
  console.type("configure terminal");
  assert.deepEqual(console.output("service pad"), [
    "% Note: `service pad` has no effect here.",
    "%   Leave it: it is kept and printed back.",
  ]);
  assert.ok(console.output("do show running-config").includes("service pad"));
});

test("what another console changes meanwhile is not undone", () => {
  const console = initiator();
  console.type("configure terminal", "hostname A");
  console.router.commit({
    ...console.router.configuration(),
    domainName: { value: "example.com", origin: undefined },
  });
  console.type("hostname B");
  assert.equal(console.router.configuration().domainName?.value, "example.com");
});

test("`?` lists words with help, values, and where the line may end", () => {
  const console = initiator();
  assert.deepEqual(console.help("clear crypto "), [
    "  call        Crypto Call Admission Control",
    "  connection  Clear encryption connections",
    "  isakmp      Flush the ISAKMP database",
    "  sa          Clear all crypto SAs",
    "  session     Clear crypto sessions (tunnels)",
  ]);
  assert.deepEqual(console.help("clear crypto isakmp "), ["  <0-2147483647>  Connection id of SA", "  <cr>"]);
  assert.deepEqual(console.help("show crypto i"), ["ipsec  isakmp"]);
  assert.deepEqual(console.help("show cripto "), [
    "               ^",
    "% Invalid input detected at '^' marker.",
  ]);
  assert.deepEqual(console.help("zzz"), ["% Unrecognized command"]);
  console.type("configure terminal", "crypto isakmp policy 1");
  assert.deepEqual(console.help("encr "), [
    "  3des  Three key triple DES",
    "  aes   AES - Advanced Encryption Standard",
    "  des   DES - Data Encryption Standard (56 bit keys)",
  ]);
  assert.deepEqual(console.help("no li"), ["lifetime"]);
  assert.deepEqual(console.help("interface Eth"), ["Ethernet"]);
  assert.deepEqual(console.help("do show crypto i"), ["ipsec  isakmp"]);
  const words = console.help("").map((line) => line.trim().split(" ", 1)[0]);
  for (const word of ["authentication", "do", "encryption", "end", "exit", "group", "hash", "lifetime", "no"])
    assert.ok(words.includes(word), word);
});

test("Tab completes the only word there is", () => {
  const { session } = initiator();
  assert.equal(session.complete("sh"), "show ");
  assert.equal(session.complete("show cry"), "show crypto ");
  assert.equal(session.complete("show crypto i"), undefined);
  assert.equal(session.complete("show crypto "), undefined);
  assert.equal(session.complete("zzz"), undefined);
  session.line("configure terminal");
  session.line("interface Ethernet0/0");
  assert.equal(session.complete("  shut"), "  shutdown ");
  assert.equal(session.complete("inter"), "interface ");
  assert.equal(session.complete("interface fast"), "interface FastEthernet");
  assert.equal(session.complete("no ip addr"), "no ip address ");
});

test("the extended ping asks as in the case study, and pings as answered", () => {
  const console = initiator();
  const screen = console.type("ping", "", "10.1.2.1", "", "", "", "y", "10.1.1.1", "", "", "", "", "", "");
  assert.equal(
    screen,
    [
      "Initiator#ping",
      "Protocol [ip]: ",
      "Target IP address: 10.1.2.1",
      "Repeat count [5]: ",
      "Datagram size [100]: ",
      "Timeout in seconds [2]: ",
      "Extended commands [n]: y",
      "Source address or interface: 10.1.1.1",
      "Type of service [0]: ",
      "Set DF bit in IP header? [no]: ",
      "Validate reply data? [no]: ",
      "Data pattern [0xABCD]: ",
      "Loose, Strict, Record, Timestamp, Verbose[none]: ",
      "Sweep range of sizes [n]: ",
      "!!",
    ].join("\n"),
  );
  assert.deepEqual(console.router.pings, [
    {
      destination: "10.1.2.1",
      source: "10.1.1.1",
      repeat: 5,
      size: 100,
      timeoutSeconds: 2,
      typeOfService: 0,
      dontFragment: false,
      validate: false,
      pattern: 0xabcd,
      sweep: undefined,
    },
  ]);
});

test("a ping that sweeps sizes asks for them, and its largest size is no smaller than its smallest", () => {
  const console = initiator();
  console.type("ping", "", "10.1.2.1", "2", "", "", "", "y", "100", "50", "7");
  assert.deepEqual(console.router.pings[0]?.sweep, { minimum: 100, maximum: 100, interval: 7 });
  const another = initiator();
  another.type("ping", "", "10.1.2.1", "2", "", "", "", "y", "", "", "");
  assert.deepEqual(another.router.pings[0]?.sweep, { minimum: 36, maximum: 18_024, interval: 1 });
});

test("answers of the extended ping count, and bad ones are asked again", () => {
  const console = initiator();
  console.type(
    "ping",
    "ip",
    "10.1.2.1",
    "0",
    "3",
    "1500",
    "1",
    "yes",
    "10.9.9.9",
    "e0/0",
    "16",
    "y",
    "y",
    "0x1234",
    "",
    "n",
  );
  assert.deepEqual(console.router.pings[0], {
    destination: "10.1.2.1",
    source: "10.1.1.1",
    repeat: 3,
    size: 1500,
    timeoutSeconds: 1,
    typeOfService: 16,
    dontFragment: true,
    validate: true,
    pattern: 0x1234,
    sweep: undefined,
  });
  console.router.finishPing();
  assert.match(console.type("ping", "", "10.1.2"), /% Bad IP address\n$/);
  assert.match(console.type("ping", "ipx"), /% Unknown protocol - "ipx", type "ping \?" for help\n$/);
  assert.match(console.type("ping", "", ""), /% Bad IP address\n$/);
  assert.equal(console.session.prompt(), "Initiator#");
});

test("ping on one line takes its options in any order", () => {
  const console = new FakeConsole(`${INITIATOR}\nip host hub 10.1.2.1`);
  console.type("ping hub so e0/0 rep 2 df size 200 timeout 1 data ff");
  assert.deepEqual(console.router.pings[0], {
    destination: "10.1.2.1",
    source: "10.1.1.1",
    repeat: 2,
    size: 200,
    timeoutSeconds: 1,
    typeOfService: 0,
    dontFragment: true,
    validate: false,
    pattern: 0xff,
    sweep: undefined,
  });
  console.router.finishPing();
  assert.deepEqual(console.output("ping nobody"), [
    "% Unrecognized host or address, or protocol not running.",
  ]);
  assert.deepEqual(console.output("ping hub source 10.9.9.9"), [
    "% Invalid source address- IP address not on any of our up interfaces",
  ]);
});

test("while a ping runs lines wait, and an interrupt ends it", () => {
  const console = initiator();
  console.type("ping 10.1.2.1");
  assert.equal(console.session.busy(), true);
  assert.deepEqual(console.output("show history"), []);
  console.router.finishPing();
  assert.equal(console.session.busy(), false);
  console.type("ping 10.1.2.1");
  console.session.interrupt();
  assert.equal(console.session.busy(), false);
  assert.equal(console.router.pings.length, 2);
});

test("an interrupt ends a dialogue, and configuration mode", () => {
  const { session } = initiator();
  session.line("ping");
  session.interrupt();
  assert.equal(session.prompt(), "Initiator#");
  session.line("configure terminal");
  session.line("interface Ethernet0/0");
  session.interrupt();
  assert.equal(session.prompt(), "Initiator#");
});

test("debugging goes on and off, one by one and together", () => {
  const console = initiator();
  assert.deepEqual(console.output("debug crypto isakmp"), ["Crypto ISAKMP debugging is on"]);
  console.type("debug crypto ipsec", "debug crypto engine");
  assert.deepEqual(console.output("show debug"), [
    "Cryptographic Subsystem:",
    "  Crypto ISAKMP debugging is on",
    "  Crypto Engine debugging is on",
    "  Crypto IPSEC debugging is on",
  ]);
  assert.deepEqual(console.output("no debug crypto engine"), ["Crypto Engine debugging is off"]);
  assert.deepEqual([...console.router.debugFlags()], ["isakmp", "ipsec"]);
  assert.deepEqual(console.output("undebug all"), ["All possible debugging has been turned off"]);
  assert.deepEqual([...console.router.debugFlags()], []);
});

test("`clear` asks the gateway", () => {
  const console = initiator();
  console.type(
    "clear crypto isakmp",
    "clear crypto isakmp 3",
    "clear crypto sa",
    "clear crypto sa peer 10.0.0.1",
    "clear crypto sa counters",
    "clear crypto sa map vpn",
    "clear crypto sa entry 10.0.0.1 esp 0x1000",
    "clear crypto sa spi 10.0.0.1 esp 4096",
    "clear crypto session",
    "clear crypto session local 10.0.0.2 remote 10.0.0.1",
  );
  assert.deepEqual(console.router.requests, [
    { kind: "clear-isakmp-sas", connId: undefined },
    { kind: "clear-isakmp-sas", connId: 3 },
    { kind: "clear-ipsec-sas", peer: undefined },
    { kind: "clear-ipsec-sas", peer: "10.0.0.1" },
    { kind: "clear-counters" },
    { kind: "clear-ipsec-sas", mapName: "vpn" },
    { kind: "clear-ipsec-sas", entry: { destination: "10.0.0.1", protocol: "esp", spi: 0x1000 } },
    { kind: "clear-ipsec-sas", entry: { destination: "10.0.0.1", protocol: "esp", spi: 0x1000 } },
    { kind: "clear-sessions", localAddress: undefined, peer: undefined },
    { kind: "clear-sessions", localAddress: "10.0.0.2", peer: "10.0.0.1" },
  ]);
});

test("without `enable` there is no configuring", () => {
  const console = new FakeConsole(INITIATOR, { level: 1 });
  assert.equal(console.session.prompt(), "Initiator>");
  assert.match(console.type("configure terminal"), /Invalid input/);
  console.type("enable");
  assert.equal(console.session.prompt(), "Initiator#");
  console.type("disable");
  assert.equal(console.session.prompt(), "Initiator>");
  console.type("exit");
  assert.equal(console.session.closed(), true);
});

test("what follows `|` chooses lines", () => {
  const console = initiator();
  assert.deepEqual(console.output("show running-config | include ^crypto map|peer"), [
    "crypto map vpn 10 ipsec-isakmp",
    " set peer 172.16.172.20",
  ]);
  assert.deepEqual(console.output("show run | begin access-list"), [
    "access-list 101 permit ip 10.1.1.0 0.0.0.255 10.1.2.0 0.0.0.255",
    "!",
    "end",
  ]);
  assert.ok(!console.output("show run | exclude crypto").some((line) => line.includes("crypto")));
  assert.deepEqual(console.output("show run | inc ("), []);
  assert.match(console.output("show run | redirect x").join("\n"), /Invalid input/);
});

test("the last lines are remembered", () => {
  const console = initiator();
  for (let i = 0; i < 20; i++) console.type(`show crypto map tag m${i}`);
  const history = console.output("show history");
  assert.equal(history.length, 10);
  assert.equal(history.at(-1), "  show history");
  assert.equal(history[0], "  show crypto map tag m11");
});

test("a banner is typed line by line", () => {
  const console = initiator();
  console.type("configure terminal", "banner motd #");
  assert.equal(console.session.prompt(), "");
  console.type("do not enter", "exit #");
  assert.equal(console.session.prompt(), "Initiator(config)#");
  const lines = console.output("do show running-config");
  assert.deepEqual(lines.slice(-5), ["banner motd #", "do not enter", "exit #", "!", "end"]);
});

test("no exec command's line can be taken for another's", () => {
  for (const { sentence } of COMMANDS) {
    const words = sentence.nodes.flatMap((node) => (node.kind === "word" ? [node.text] : []));
    const readers = COMMANDS.filter(
      (other) => match([other], splitLine(words.join(" "))).kind === "accepted",
    );
    assert.ok(readers.length <= 1, words.join(" "));
  }
});

test("nothing that is typed makes a session throw", () => {
  const typed = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(
      "ping",
      "configure terminal",
      "conf t",
      "do ",
      "no",
      "end",
      "show run |",
      "| include",
      "banner motd x",
      "exit?",
      "ping 1.1.1.1",
    ),
    fc.constantFrom(
      ...COMMANDS.map(({ sentence }) =>
        sentence.nodes.flatMap((node) => (node.kind === "word" ? [node.text] : [])).join(" "),
      ),
    ),
  );
  fc.assert(
    fc.property(
      fc.array(typed, { maxLength: 6 }),
      configurationLines(),
      fc.nat(60),
      (lines, configured, cut) => {
        const { session } = initiator();
        for (const line of [...lines, "end", "configure terminal", ...configured.slice(0, 3), ...lines]) {
          session.help(line.slice(0, cut));
          session.complete(line.slice(0, cut));
          session.line(line);
          if (session.busy()) session.interrupt();
          session.prompt();
        }
      },
    ),
    { numRuns: 60 },
  );
});
