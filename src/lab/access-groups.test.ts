/** Access lists on interfaces, before and after decryption: the holes that a firewall in front of IPsec needs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextLab } from "../../test/support/lab-from-text.ts";

test("the list of the outside interface sees a packet twice: as ESP, and decrypted", () => {
  const lab = new TextLab([router("A", 1, 2), router("B", 2, 1)]);
  lab.configured("B", ...FIREWALL);
  assert.equal(lab.pinged("A", "10.1.2.1", "source 10.1.1.1"), ".....", "there is a hole for neither");
  lab.configured("B", "access-list 150 permit udp host 192.0.2.1 host 192.0.2.2 eq isakmp");
  lab.run(60);
  assert.equal(lab.pinged("A", "10.1.2.1", "source 10.1.1.1"), ".....", "IKE passes, ESP does not");
  lab.configured("B", "access-list 150 permit esp host 192.0.2.1 host 192.0.2.2");
  assert.match(lab.pinged("A", "10.1.2.1", "source 10.1.1.1"), /^[.U]{5}$/, "what was decrypted does not");
  lab.configured("B", "access-list 150 permit ip 10.1.1.0 0.0.0.255 10.1.2.0 0.0.0.255");
  assert.equal(lab.pinged("A", "10.1.2.1", "source 10.1.1.1"), "!!!!!");
  const [title, , , esp, inner] = lab.typed("B", "show ip access-lists 150");
  assert.equal(title, "Extended IP access list 150");
  assert.match(esp ?? "", /permit esp host 192\.0\.2\.1 host 192\.0\.2\.2 \(10 matches\)/);
  assert.match(inner ?? "", /permit ip 10\.1\.1\.0 0\.0\.0\.255 10\.1\.2\.0 0\.0\.0\.255 \(5 matches\)/);
});

test("the hole for what was decrypted lets nothing in that was not", () => {
  const lab = new TextLab([router("A", 1, 2), router("B", 2, 1)]);
  lab.configured("B", ...FIREWALL, "access-list 150 permit ip 10.1.1.0 0.0.0.255 10.1.2.0 0.0.0.255");
  lab.configured("A", "interface Ethernet1/0", "no crypto map vpn");
  assert.equal(lab.pinged("A", "10.1.2.1", "source 10.1.1.1"), ".....");
  assert.match(lab.said.join("\n"), /%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet/);
  assert.match(lab.typed("B", "show crypto ipsec sa").join("\n"), /#recv errors 5/);
  assert.match(lab.typed("B", "show access-lists 150").join("\n"), /\(5 matches\)/);
});

test("what leaves is held against the list in clear, and the router's own is not", () => {
  const lab = new TextLab([router("A", 1, 2), router("B", 2, 1)]);
  lab.configured("A", "interface Ethernet1/0", "ip access-group barred out");
  lab.configured(
    "A",
    "ip access-list extended barred",
    "deny ip 10.1.1.0 0.0.0.255 any",
    "permit ip any any",
  );
  assert.match(lab.pinged("host1", "10.1.2.100"), /^U[.U]{4}$/, "the sender is told, twice a second at most");
  assert.equal(lab.pinged("A", "10.1.2.100", "source 10.1.1.1"), ".!!!!");
  lab.configured("A", "interface Ethernet1/0", "no ip access-group barred out");
  assert.equal(lab.pinged("host1", "10.1.2.100"), "!!!!!");
  lab.typed("A", "clear access-list counters");
  assert.doesNotMatch(lab.typed("A", "show access-lists").join("\n"), /match/);
});

test("a standard list looks at sources, and one that does not exist lets everything pass", () => {
  const lab = new TextLab([router("A", 1, 2), router("B", 2, 1)]);
  lab.configured("B", "interface Ethernet1/0", "no crypto map vpn", "ip access-group 7 in");
  lab.configured("A", "interface Ethernet1/0", "no crypto map vpn");
  assert.equal(lab.pinged("A", "10.1.2.1"), "!!!!!");
  lab.configured("B", "access-list 7 deny 192.0.2.1", "access-list 7 permit any");
  assert.match(lab.pinged("A", "10.1.2.1"), /^[U.]{5}$/);
  assert.equal(lab.pinged("A", "10.1.2.1", "source 10.1.1.1"), "!!!!!");
  assert.deepEqual(lab.typed("B", "show ip access-lists 7"), [
    "Standard IP access list 7",
    "    10 deny 192.0.2.1 (5 matches)",
    "    20 permit any (5 matches)",
  ]);
});

const FIREWALL = [
  "access-list 150 permit tcp any any established",
  "interface Ethernet1/0",
  "ip access-group 150 in",
];

function router(name: string, own: number, other: number): string {
  return `hostname ${name}
crypto isakmp policy 1
 encr 3des
 authentication pre-share
crypto isakmp key secret address 192.0.2.${other}
crypto ipsec transform-set myset esp-3des esp-sha-hmac
crypto map vpn 10 ipsec-isakmp
 set peer 192.0.2.${other}
 set transform-set myset
 match address 101
interface Ethernet0/0
 ip address 10.1.${own}.1 255.255.255.0
interface Ethernet1/0
 ip address 192.0.2.${own} 255.255.255.0
 crypto map vpn
ip route 10.1.${other}.0 255.255.255.0 192.0.2.${other}
access-list 101 permit ip 10.1.${own}.0 0.0.0.255 10.1.${other}.0 0.0.0.255
`;
}
