import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfiguration } from "../cli/load.ts";
import { compile } from "./compile.ts";

/** What is said of translation beside a crypto map whose access list is `VPN`. */
function said(...lines: readonly string[]): string[] {
  const text = [
    "crypto isakmp policy 1",
    " authentication pre-share",
    "crypto isakmp key a-rather-long-secret address 203.0.113.1",
    "crypto ipsec transform-set T esp-aes esp-sha-hmac",
    "crypto map M 10 ipsec-isakmp",
    " set peer 203.0.113.1",
    " set transform-set T",
    " match address VPN",
    "interface Ethernet0",
    " ip address 198.51.100.2 255.255.255.252",
    " ip nat outside",
    " crypto map M",
    "interface Ethernet1",
    " ip address 10.1.1.1 255.255.255.0",
    " ip nat inside",
    ...lines,
  ];
  const { configuration, problems } = loadConfiguration(text.join("\n"), "r.cfg");
  assert.deepEqual(problems, []);
  return compile(configuration)
    .problems.filter(({ kind }) => kind === "wrong")
    .map(({ message, advice, origin }) => `${origin?.text} | ${message} | ${advice}`);
}

const OVERLOAD = "ip nat inside source list 101 interface Ethernet0 overload";
const PERMIT = "access-list 101 permit ip 10.1.1.0 0.0.0.255 any";
const PROTECT = ["ip access-list extended VPN", " permit ip 10.1.1.0 0.0.0.255 10.2.0.0 0.0.255.255"];
const TRANSLATED =
  "permit ip 10.1.1.0 0.0.0.255 10.2.0.0 0.0.255.255 | Access list 101 has packets translated that crypto map M 10 is to protect: IOS translates them first, and then does not protect them. | Enter `deny ip 10.1.1.0 0.0.0.255 10.2.0.0 0.0.255.255` at the top of access list 101.";

test("traffic to be protected that translation takes first is told", () => {
  assert.deepEqual(said(OVERLOAD, PERMIT, ...PROTECT), [TRANSLATED]);
});

test("a line that keeps a part of it from translation is not enough", () => {
  const deny = "access-list 101 deny ip 10.1.1.0 0.0.0.255 10.2.1.0 0.0.0.255";
  assert.deepEqual(said(OVERLOAD, deny, PERMIT, ...PROTECT), [TRANSLATED]);
});

for (const [what, lines] of [
  ["a deny line", [OVERLOAD, "access-list 101 deny ip any 10.0.0.0 0.255.255.255", PERMIT, ...PROTECT]],
  [
    "a route map",
    [
      "ip nat inside source route-map NONAT interface Ethernet0 overload",
      "route-map NONAT deny 10",
      " match ip address 102",
      "route-map NONAT permit 20",
      " match ip address 101",
      "access-list 102 permit ip any 10.2.0.0 0.0.255.255",
      PERMIT,
      ...PROTECT,
    ],
  ],
  ["other addresses inside", [OVERLOAD, "access-list 101 permit ip 10.7.0.0 0.0.255.255 any", ...PROTECT]],
  [
    "a crypto access list for global addresses",
    [OVERLOAD, PERMIT, "ip access-list extended VPN", " permit ip host 198.51.100.2 10.2.0.0 0.0.255.255"],
  ],
  [
    "one for every address",
    [OVERLOAD, PERMIT, "ip access-list extended VPN", " permit ip any 10.2.0.0 0.0.255.255"],
  ],
] as const)
  test(`nothing is told where translation leaves it alone: ${what}`, () => {
    assert.deepEqual(said(...lines), []);
  });

test("a host that is always translated is told", () => {
  const [text, ...others] = said("ip nat inside source static 10.1.1.5 198.51.100.9", ...PROTECT);
  assert.match(
    text ?? "",
    /10\.1\.1\.5 is always translated, and crypto map M 10 is to protect it untranslated/,
  );
  assert.deepEqual(others, []);
});

test("a source port of addresses that share one is told: it is made up", () => {
  const list = "ip access-list extended VPN";
  const [text] = said(OVERLOAD, PERMIT, list, " permit tcp host 198.51.100.2 eq 5000 host 192.0.2.7");
  assert.match(text ?? "", /Crypto map M 10 looks at source ports that `overload` makes up/);
  assert.deepEqual(said(OVERLOAD, PERMIT, list, " permit tcp host 198.51.100.2 host 192.0.2.7 eq 80"), []);
});
