/** Configurations as nftables tables. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadConfiguration } from "../../cli/load.ts";
import { compile } from "../../config/compile.ts";
import { globalAddresses, packetRules, type RulePlaces } from "./packet-rules.ts";

const PLACES: RulePlaces = {
  deviceOf: (name) => ({ Ethernet0: "lan", Ethernet1: "wan" })[name],
  protectDevice: "skeyid0",
};

function policyOf(...lines: readonly string[]) {
  const { policy, problems } = compile(loadConfiguration(lines.join("\n"), "test").configuration);
  assert.ok(policy !== undefined, JSON.stringify(problems));
  return policy;
}

/** Without the lines that replace the table. */
function rules(...lines: readonly string[]): string[] {
  const text = packetRules(policyOf(...INTERFACES, ...lines), PLACES);
  return (text ?? "")
    .split("\n")
    .slice(3, -2)
    .map((line) => line.trim());
}

const INTERFACES = [
  "interface Ethernet0",
  " ip address 10.1.1.1 255.255.255.0",
  "interface Loopback1",
  " ip address 10.2.2.2 255.255.255.252",
  "interface Ethernet1",
  " ip address 192.0.2.1 255.255.255.0",
];

describe("packet rules", () => {
  it("are none where neither a list nor a translation is wanted", () => {
    assert.deepEqual(rules(), []);
  });

  it("say each line of a list, and what a list does not permit is dropped", () => {
    const lines = rules(
      " ip access-group 101 in",
      " ip access-group barred out",
      "access-list 101 permit tcp any host 10.1.1.9 eq www",
      "access-list 101 permit tcp any any established",
      "access-list 101 deny ip 10.0.0.0 0.255.0.255 any precedence 6",
      "access-list 101 permit icmp any any packet-too-big",
      "access-list 101 permit udp any gt 1023 any neq 53",
      "ip access-list extended barred",
    );
    assert.deepEqual(lines, [
      "chain list1 {",
      "ip protocol 6 ip daddr & 255.255.255.255 == 10.1.1.9 tcp dport 80 accept",
      "ip protocol 6 tcp flags & (ack | rst) != 0 accept",
      "ip saddr & 255.0.255.0 == 10.0.0.0 @nh,8,8 & 224 == 192 drop",
      "ip protocol 1 icmp type 3 icmp code 4 accept",
      "ip protocol 17 udp sport 1024-65535 udp dport 0-52 accept",
      "ip protocol 17 udp sport 1024-65535 udp dport 54-65535 accept",
      "drop",
      "}",
      "chain list2 {",
      "accept",
      "}",
      "chain inward {",
      "type filter hook prerouting priority mangle; policy accept;",
      'iifname { "wan" } jump list1',
      "}",
      "chain outward {",
      "type filter hook postrouting priority srcnat + 10; policy accept;",
      'oifname { "wan" } iif != 0 jump list2',
      "}",
    ]);
  });

  it("translate straight from inside to outside, and nothing that policy routing leads around", () => {
    const lines = rules(
      " ip nat outside",
      "interface Ethernet0",
      " ip nat inside",
      " ip policy route-map around",
      "ip nat inside source list 1 interface Ethernet1 overload",
      "ip nat inside source static tcp 10.1.1.9 80 interface Ethernet1 8080",
      "access-list 1 permit 10.0.0.0 0.255.255.255",
      "access-list 120 permit ip any 10.9.0.0 0.0.255.255",
      "route-map around permit 10",
      " match ip address 120",
      " set ip next-hop 10.2.2.1",
    );
    assert.deepEqual(lines, [
      "chain list1 {",
      "ip daddr & 255.255.0.0 == 10.9.0.0 accept",
      "return",
      "}",
      "chain list2 {",
      "ip saddr & 255.0.0.0 == 10.0.0.0 snat to 192.0.2.1",
      "return",
      "}",
      "chain back {",
      "type nat hook prerouting priority dstnat; policy accept;",
      'iifname { "wan" } ip daddr 192.0.2.1 tcp dport 8080 dnat to 10.1.1.9:80',
      "}",
      "chain translated {",
      "type nat hook postrouting priority srcnat; policy accept;",
      'iifname "lan" jump list1',
      'iifname { "lan" } oifname { "wan" } ip saddr 10.1.1.9 tcp sport 80 snat to 192.0.2.1:8080',
      'iifname { "lan" } oifname { "wan" } jump list2',
      "}",
    ]);
  });

  it("mark what is protected under its translated address, and drop answers to it in clear", () => {
    const lines = rules(
      " ip nat outside",
      " crypto map vpn",
      "interface Ethernet0",
      " ip nat inside",
      "ip nat inside source list 1 interface Ethernet1 overload",
      "ip nat inside source static 10.1.1.9 192.0.2.9",
      "access-list 1 permit 10.0.0.0 0.255.255.255",
      "access-list 101 deny ip any host 10.2.2.2",
      "access-list 101 permit ip 192.0.2.0 0.0.0.255 10.2.2.0 0.0.0.255",
      "crypto isakmp policy 1",
      " authentication pre-share",
      "crypto isakmp key secret address 198.51.100.1",
      "crypto ipsec transform-set set esp-aes",
      "crypto map vpn 10 ipsec-isakmp",
      " set peer 198.51.100.1",
      " set transform-set set",
      " match address 101",
    );
    const chain = (name: string) => {
      const at = lines.indexOf(`chain ${name} {`);
      return at < 0 ? [] : lines.slice(at + 1, lines.indexOf("}", at));
    };
    assert.deepEqual(chain("clear"), [
      "type filter hook prerouting priority mangle - 10; policy accept;",
      'iifname "wan" ip protocol { 50, 51 } accept',
      'iifname "wan" udp dport { 500, 4500 } accept',
      'iifname "wan" ip saddr & 255.255.255.0 == 10.2.2.0 ip daddr & 255.255.255.0 == 192.0.2.0 drop',
    ]);
    const [type, ofStatic = "", settled, ofList = ""] = chain("marked");
    assert.equal(type, "type filter hook prerouting priority mangle + 10; policy accept;");
    assert.match(ofStatic, /^iifname { "lan" } ip saddr 10\.1\.1\.9 jump list\d$/);
    assert.equal(settled, 'iifname { "lan" } ip saddr 10.1.1.9 accept');
    assert.match(ofList, /^iifname { "lan" } jump list\d$/);
    assert.deepEqual(chain(ofStatic.split(" ").at(-1) ?? ""), [
      "ip daddr & 255.255.255.255 == 10.2.2.2 return",
      "ip daddr & 255.255.255.0 == 10.2.2.0 meta mark set 29548 accept",
    ]);
    const [denied, permitted = ""] = chain(ofList.split(" ").at(-1) ?? "");
    assert.equal(denied, "ip daddr & 255.255.255.255 == 10.2.2.2 return");
    assert.match(permitted, /^ip daddr & 255\.255\.255\.0 == 10\.2\.2\.0 jump list\d$/);
    assert.ok(
      chain("translated").some((rule) =>
        rule.startsWith('iifname { "lan" } oifname "skeyid0" meta mark 29548 '),
      ),
      "they are translated on their way to be protected",
    );
    assert.deepEqual(chain("back").slice(1), [
      'iifname { "wan", "skeyid0" } ip daddr 192.0.2.9 dnat to 10.1.1.9',
    ]);
  });

  it("have the addresses of pools and static translations, but for the router's own", () => {
    const policy = policyOf(
      ...INTERFACES,
      "ip nat pool few 192.0.2.7 192.0.2.9 netmask 255.255.255.0",
      "ip nat inside source list 1 pool few",
      "ip nat inside source static 10.1.1.9 192.0.2.20",
      "ip nat inside source static udp 10.1.1.9 53 interface Ethernet1 53",
      "access-list 1 permit any",
    );
    assert.deepEqual(globalAddresses(policy), ["192.0.2.20", "192.0.2.7", "192.0.2.8", "192.0.2.9"]);
  });
});
