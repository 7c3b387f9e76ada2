/** GRE tunnels between routers of a lab, alone and in IPsec's transport mode. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextLab } from "../../test/support/lab-from-text.ts";

test("what goes by a tunnel crosses as GRE, and in transport mode of IPsec as ESP alone", () => {
  const clear = new TextLab([router("A", 1, 2), router("B", 2, 1), INTERNET]);
  assert.equal(clear.pinged("host1", "10.1.2.100"), "!!!!!");
  assert.deepEqual(clear.protocols(), [47]);
  const lab = new TextLab([router("A", 1, 2, PROTECTED), router("B", 2, 1, PROTECTED), INTERNET]);
  assert.equal(lab.pinged("host1", "10.1.2.100"), ".!!!!");
  assert.deepEqual(lab.protocols(), [17, 50]);
  const shown = lab.typed("A", "show crypto ipsec sa").join("\n");
  assert.match(
    shown,
    /local {2}ident \(addr\/mask\/prot\/port\): \(198\.51\.1\.1\/255\.255\.255\.255\/47\/0\)/,
  );
  assert.match(shown, /in use settings ={Transport, }/);
  assert.match(shown, /#pkts encaps: 4, #pkts encrypt: 4/);
});

test("GRE in clear is not let in where it must be protected", () => {
  const lab = new TextLab([router("A", 1, 2), router("B", 2, 1, PROTECTED), INTERNET]);
  assert.equal(lab.pinged("A", "10.4.0.2"), ".....");
  assert.match(lab.said.join("\n"), /B: .*%CRYPTO-4-RECVD_PKT_NOT_IPSEC/);
});

test("multicast goes through the tunnel", () => {
  const lab = new TextLab([router("A", 1, 2, PROTECTED), router("B", 2, 1, PROTECTED), INTERNET]);
  assert.equal(lab.pinged("A", "10.4.0.2"), ".!!!!");
  const before = encapsulated(lab);
  const shown = lab.typed("A", "ping 224.0.0.9").join("\n");
  assert.match(shown, /!/);
  assert.equal(encapsulated(lab), before + 5);
});

test("packets too long for the tunnel are cut before they go in, and 1476 octets fit", () => {
  const lab = new TextLab([router("A", 1, 2), router("B", 2, 1), INTERNET]);
  assert.equal(lab.pinged("A", "10.4.0.2", "size 1476 df-bit"), "!!!!!");
  assert.match(lab.pinged("A", "10.4.0.2", "size 1477 df-bit"), /^[.M]{5}$/);
  assert.equal(lab.pinged("A", "10.4.0.2", "size 9000"), "!!!!!");
  assert.ok(
    lab.crossed.every(({ bytes, fate }) => bytes.length <= 1500 && fate === "delivered"),
    "nothing is longer than the links",
  );
  lab.configured("A", "interface Tunnel0", "ip mtu 1400");
  assert.equal(lab.pinged("A", "10.4.0.2", "size 1400 df-bit"), "!!!!!");
  assert.match(lab.pinged("A", "10.4.0.2", "size 1401 df-bit"), /^[.M]{5}$/);
});

test("both ends need the same key, and a checksum may be at one alone", () => {
  const lab = new TextLab([router("A", 1, 2), router("B", 2, 1), INTERNET]);
  lab.configured("A", "interface Tunnel0", "tunnel key 7", "tunnel checksum");
  assert.equal(lab.pinged("A", "10.4.0.2"), ".....");
  lab.configured("B", "interface Tunnel0", "tunnel key 7");
  assert.equal(lab.pinged("A", "10.4.0.2"), "!!!!!");
});

test("a tunnel is down while there is no way to its end, and routes that lead to it give way to others", () => {
  const lab = new TextLab([router("A", 1, 2), router("B", 2, 1), INTERNET]);
  lab.configured(
    "A",
    "no ip route 198.51.2.0 255.255.255.0 198.51.1.2",
    "ip route 10.1.2.0 255.255.255.0 Null0 250",
  );
  assert.equal(lab.pinged("A", "10.4.0.2"), ".....");
  lab.configured("A", "ip route 198.51.2.0 255.255.255.0 198.51.1.2");
  assert.equal(lab.pinged("host1", "10.1.2.100"), "!!!!!");
});

test("when one path fails, the other tunnel carries what the first did, protected, and gives it back", () => {
  const lab = new TextLab([twoPaths("A", 1, 2), twoPaths("B", 2, 1), INTERNET, OTHER_INTERNET]);
  const path = () => {
    lab.crossed.splice(0);
    const marks = lab.pinged("A", "10.1.2.1", "source 10.1.1.1");
    const links = new Set(lab.crossed.filter(({ bytes }) => bytes[9] === 50).map(({ link }) => link));
    return [marks, ...[...links].sort()];
  };
  assert.deepEqual(path(), [".!!!!", "198.51.1.0/24", "198.51.2.0/24"]);
  // The carrier of the first path loses its line to both, who see it at their interfaces.
  for (const name of ["A", "B"]) lab.configured(name, "interface Serial0", "shutdown");
  assert.deepEqual(path(), [".!!!!", "203.0.1.0/24", "203.0.2.0/24"]);
  assert.deepEqual(path(), ["!!!!!", "203.0.1.0/24", "203.0.2.0/24"]);
  for (const name of ["A", "B"]) lab.configured(name, "interface Serial0", "no shutdown");
  assert.match(path().join(), /!!!,198\.51\.1\.0\/24,198\.51\.2\.0\/24$/);
});

test("a tunnel whose end would be reached through itself stays down", () => {
  const lab = new TextLab([router("A", 1, 2), router("B", 2, 1), INTERNET]);
  lab.configured("A", "ip route 198.51.2.1 255.255.255.255 Tunnel0");
  assert.equal(lab.pinged("A", "10.4.0.2"), ".....");
  assert.equal(lab.pinged("A", "198.51.2.1"), "!!!!!");
});

function encapsulated(lab: TextLab): number {
  const shown = lab.typed("A", "show crypto ipsec sa").join("\n");
  return Number(/#pkts encaps: (\d+)/.exec(shown)?.[1]);
}

const PROTECTED = " crypto map gre\n";

function router(name: string, own: number, other: number, map = ""): string {
  return `hostname ${name}
crypto isakmp policy 10
 encr 3des
 authentication pre-share
crypto isakmp key secret address 198.51.${other}.1
crypto ipsec transform-set one esp-3des esp-sha-hmac
 mode transport
crypto map gre 10 ipsec-isakmp
 set peer 198.51.${other}.1
 set transform-set one
 match address gre
interface Tunnel0
 ip address 10.4.0.${own} 255.255.255.0
 tunnel source Serial0
 tunnel destination 198.51.${other}.1
${map}interface Ethernet0
 ip address 10.1.${own}.1 255.255.255.0
interface Serial0
 ip address 198.51.${own}.1 255.255.255.0
${map}ip route 198.51.${other}.0 255.255.255.0 198.51.${own}.2
ip route 10.1.${other}.0 255.255.255.0 Tunnel0
ip access-list extended gre
 permit gre host 198.51.${own}.1 host 198.51.${other}.1
`;
}

/** A second line, with a tunnel and a map of its own. */
function twoPaths(name: string, own: number, other: number): string {
  return `${router(name, own, other, PROTECTED)}crypto isakmp key secret address 203.0.${other}.1
crypto map other 10 ipsec-isakmp
 set peer 203.0.${other}.1
 set transform-set one
 match address other
interface Tunnel1
 ip address 10.5.0.${own} 255.255.255.0
 tunnel source Serial1
 tunnel destination 203.0.${other}.1
interface Serial1
 ip address 203.0.${own}.1 255.255.255.0
 crypto map other
ip route 203.0.${other}.0 255.255.255.0 203.0.${own}.2
ip route 10.1.${other}.0 255.255.255.0 Tunnel1 200
ip access-list extended other
 permit gre host 203.0.${own}.1 host 203.0.${other}.1
`;
}

const OTHER_INTERNET = `hostname OtherInternet
interface Serial1
 ip address 203.0.1.2 255.255.255.0
interface Serial2
 ip address 203.0.2.2 255.255.255.0
`;

const INTERNET = `hostname Internet
interface Serial1
 ip address 198.51.1.2 255.255.255.0
interface Serial2
 ip address 198.51.2.2 255.255.255.0
`;
