/** Wrong lines, twenty of each kind and more, answered as IOS answers them. `^` stands before the word that is wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeConsole } from "../../test/support/fake-router.ts";

type Place = keyof typeof PLACES;

/** What is typed before the wrong line. */
const PLACES = {
  exec: [],
  user: ["disable"],
  config: ["configure terminal"],
  policy: ["configure terminal", "crypto isakmp policy 1"],
  map: ["configure terminal", "crypto map vpn 10 ipsec-isakmp"],
  transform: ["configure terminal", "crypto ipsec transform-set set esp-aes"],
  interface: ["configure terminal", "interface Ethernet0/0"],
  list: ["configure terminal", "ip access-list extended lan"],
} as const;

const UNKNOWN_WORD: readonly (readonly [Place, string])[] = [
  ["exec", "^shwo version"],
  ["exec", "show ^cripto map"],
  ["exec", "show crypto ^isakmpp sa"],
  ["exec", "show crypto isakmp ^sas"],
  ["exec", "clear crypto ^sessions"],
  ["exec", "debug crypto ^isakmpd"],
  ["exec", "configure ^terminals"],
  ["config", "^cripto isakmp enable"],
  ["config", "crypto ^isakamp enable"],
  ["config", "crypto isakmp ^polcy 1"],
  ["config", "crypto isakmp key secret ^adress 10.1.1.1"],
  ["config", "crypto isakmp identity ^dns"],
  ["config", "crypto ipsec transform-set set ^esp-blowfish"],
  ["config", "crypto map vpn 10 ^ipsec-ikev9"],
  ["config", "ip route 10.0.0.0 255.0.0.0 ^nowhere"],
  ["config", "access-list 101 ^allow ip any any"],
  ["config", "access-list 101 permit ^ipp any any"],
  ["policy", "^encription des"],
  ["policy", "authentication ^rsa-enr"],
  ["policy", "hash ^md6"],
  ["map", "set ^pear 10.1.1.1"],
  ["map", "match ^adress 101"],
  ["transform", "mode ^transports"],
  ["interface", "ip ^adress 10.1.1.1 255.255.255.0"],
  ["list", "permit ip any ^anyone"],
];

const AMBIGUOUS: readonly (readonly [Place, string])[] = [
  ["exec", "c"],
  ["exec", "d"],
  ["exec", "e"],
  ["exec", "show c"],
  ["exec", "show crypto i"],
  ["exec", "show crypto i sa"],
  ["exec", "show i interface brief"],
  ["exec", "show crypto ipsec s"],
  ["exec", "clear crypto s"],
  ["config", "c"],
  ["config", "i"],
  ["config", "crypto i"],
  ["config", "crypto isakmp p"],
  ["config", "crypto isakmp p 1"],
  ["config", "crypto isakmp i"],
  ["config", "no crypto i"],
  ["config", "ip a"],
  ["config", "access-list 101 permit e any any"],
  ["policy", "e"],
  ["map", "set i"],
  ["map", "set p"],
  ["interface", "ip a"],
  ["list", "permit tcp any eq t any"],
];

const INCOMPLETE: readonly (readonly [Place, string])[] = [
  ["exec", "show"],
  ["exec", "show crypto"],
  ["exec", "show crypto isakmp"],
  ["exec", "show crypto ipsec"],
  ["exec", "show crypto map tag"],
  ["exec", "clear"],
  ["exec", "clear crypto"],
  ["exec", "clear crypto sa peer"],
  ["exec", "clear crypto sa map"],
  ["exec", "debug"],
  ["exec", "debug crypto"],
  ["config", "crypto"],
  ["config", "crypto isakmp"],
  ["config", "crypto isakmp policy"],
  ["config", "crypto isakmp key"],
  ["config", "crypto isakmp key secret"],
  ["config", "crypto isakmp key secret address"],
  ["config", "crypto ipsec transform-set"],
  ["config", "crypto map vpn 10"],
  ["config", "no crypto isakmp policy"],
  ["config", "ip route 10.0.0.0"],
  ["config", "access-list 101 permit ip any"],
  ["policy", "encryption"],
  ["policy", "lifetime"],
  ["map", "set peer"],
  ["map", "match address"],
  ["interface", "ip address 10.1.1.1"],
  ["list", "permit tcp any eq"],
];

const OUT_OF_RANGE: readonly (readonly [Place, string])[] = [
  ["exec", "ping 10.1.1.1 size ^1"],
  ["exec", "ping 10.1.1.1 size ^99999"],
  ["exec", "ping 10.1.1.1 timeout ^3601"],
  ["exec", "terminal length ^513"],
  ["exec", "clear crypto sa spi 10.1.1.1 esp ^255"],
  ["config", "crypto isakmp policy ^0"],
  ["config", "crypto isakmp policy ^10001"],
  ["config", "crypto isakmp keepalive ^9"],
  ["config", "crypto isakmp keepalive ^3601"],
  ["config", "crypto isakmp keepalive 10 ^61"],
  ["config", "crypto isakmp nat keepalive ^4"],
  ["config", "crypto ipsec security-association lifetime seconds ^119"],
  ["config", "crypto ipsec security-association lifetime seconds ^86401"],
  ["config", "crypto ipsec security-association lifetime kilobytes ^2559"],
  ["config", "crypto ipsec security-association idle-time ^59"],
  ["config", "crypto map vpn ^0 ipsec-isakmp"],
  ["config", "crypto map vpn ^65536 ipsec-isakmp"],
  ["config", "ip route 10.0.0.0 255.0.0.0 10.1.1.2 ^256"],
  ["config", "ip route 10.0.0.0 ^255.0.255.0 10.1.1.2"],
  ["config", "access-list 101 permit ^256 any any"],
  ["config", "access-list 101 permit tcp any any eq ^65536"],
  ["policy", "lifetime ^59"],
  ["policy", "lifetime ^86401"],
  ["policy", "group ^6"],
  ["policy", "encryption aes ^512"],
  ["map", "set pfs ^group6"],
  ["map", "set security-association lifetime seconds ^100"],
  ["interface", "mtu ^63"],
  ["interface", "ip address ^10.1.1.256 255.255.255.0"],
  ["list", "^0 permit ip any any"],
];

const WRONG_MODE: readonly (readonly [Place, string])[] = [
  ["user", "^configure terminal"],
  ["user", "show ^running-config"],
  ["user", "^debug crypto isakmp"],
  ["user", "^clear crypto sa"],
  ["user", "^write terminal"],
  ["exec", "^interface Ethernet0/0"],
  ["exec", "^hostname Hub"],
  ["exec", "^crypto isakmp policy 1"],
  ["exec", "^ip route 10.0.0.0 255.0.0.0 10.1.1.2"],
  ["exec", "^encryption des"],
  ["exec", "^end"],
  ["config", "^show crypto isakmp sa"],
  ["config", "^ping 10.1.1.1"],
  ["config", "^debug crypto isakmp"],
  ["config", "^encryption 3des"],
  ["config", "^authentication pre-share"],
  ["config", "^lifetime 3600"],
  ["config", "^set peer 10.1.1.1"],
  ["config", "^match address 101"],
  ["config", "ip ^address 10.1.1.1 255.255.255.0"],
  ["config", "^permit ip any any"],
  ["config", "^shutdown"],
  ["policy", "^set peer 10.1.1.1"],
  ["policy", "^match address 101"],
  ["map", "^encryption des"],
  ["transform", "^set peer 10.1.1.1"],
  ["interface", "^authentication pre-share"],
  ["list", "^set peer 10.1.1.1"],
];

function consoleAt(place: Place): FakeConsole {
  const console = new FakeConsole("hostname R\ninterface Ethernet0/0\n");
  console.type(...PLACES[place]);
  return console;
}

for (const [kind, lines] of [
  ["an unknown word", UNKNOWN_WORD],
  ["a value out of range", OUT_OF_RANGE],
  ["a line of another mode", WRONG_MODE],
] as const)
  test(`${kind} is marked, and changes nothing`, () => {
    assert.ok(lines.length >= 20, "there are twenty of them");
    for (const [place, marked] of lines) {
      const line = marked.replace("^", "");
      const console = consoleAt(place);
      const before = console.router.configuration();
      const prompt = console.session.prompt();
      const mark = `${" ".repeat(prompt.length + marked.indexOf("^"))}^`;
      const answer = [mark, "% Invalid input detected at '^' marker.", ""];
      assert.deepEqual(console.output(line), answer, `${place}: ${line}`);
      assert.equal(console.router.configuration(), before, `${place}: ${line}`);
      assert.equal(console.session.prompt(), prompt, `${place}: ${line}`);
    }
  });

test("a word that may be several is answered with the line, two blanks before it", () => {
  assert.ok(AMBIGUOUS.length >= 20, "there are twenty of them");
  for (const [place, line] of AMBIGUOUS) {
    const console = consoleAt(place);
    const before = console.router.configuration();
    assert.deepEqual(console.output(line), [`% Ambiguous command:  "${line}"`, ""], `${place}: ${line}`);
    assert.equal(console.router.configuration(), before, `${place}: ${line}`);
  }
});

test("a line that ends too early is said to be incomplete", () => {
  assert.ok(INCOMPLETE.length >= 20, "there are twenty of them");
  for (const [place, line] of INCOMPLETE) {
    const console = consoleAt(place);
    const before = console.router.configuration();
    assert.deepEqual(console.output(line), ["% Incomplete command.", ""], `${place}: ${line}`);
    assert.equal(console.router.configuration(), before, `${place}: ${line}`);
  }
});
