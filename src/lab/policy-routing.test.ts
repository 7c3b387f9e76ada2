/** Policy routing in a lab: what route maps say of packets that pass a router, and of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextLab } from "../../test/support/lab-from-text.ts";

test("a local policy leads the router's own packets, and none that pass it", () => {
  const lab = diamond();
  assert.deepEqual(way(lab, "10.0.2.9"), ["A", "B"]);
  lab.configured("A", "ip local policy route-map mine");
  assert.deepEqual(way(lab, "10.0.2.9"), ["A", "C"], "what the list permits goes by C");
  assert.deepEqual(way(lab, "10.0.2.2"), ["A"], "all else goes by the routes");
  lab.crossed.splice(0);
  assert.equal(lab.pinged("host1", "10.0.2.9"), "!!!!!");
  assert.deepEqual(requests(lab), ["A", "B"], "what comes in by an interface is none of its own");
  assert.deepEqual(lab.typed("A", "show running-config | include local policy"), [
    "ip local policy route-map mine",
  ]);
  lab.configured("A", "no ip local policy route-map");
  assert.deepEqual(way(lab, "10.0.2.9"), ["A", "B"]);
});

test("a local policy leads IKE too", () => {
  const lab = diamond();
  lab.configured("A", ...TUNNEL, "ip local policy route-map mine");
  lab.pinged("A", "192.0.2.1", "source 10.0.9.1");
  const senders = lab.crossed.filter(({ bytes }) => bytes[9] === 17).map(({ from }) => from);
  assert.deepEqual([...new Set(senders)].slice(0, 2), ["A Ethernet1", "C Ethernet1"]);
});

test("a way that is not there leaves a packet to the routes, and Null0 takes it", () => {
  const lab = diamond();
  lab.configured("A", "route-map mine permit 10", "no set ip next-hop 10.0.3.3", "set ip next-hop 10.7.7.7");
  lab.configured("A", "ip local policy route-map mine");
  assert.deepEqual(way(lab, "10.0.2.9"), ["A", "B"]);
  lab.configured("A", "route-map mine permit 10", "no set ip next-hop 10.7.7.7", "set interface Null0");
  assert.equal(lab.pinged("A", "10.0.2.9"), ".....");
  lab.configured("A", "ip local policy route-map missing");
  assert.equal(lab.pinged("A", "10.0.2.9"), "!!!!!", "a map that does not exist changes nothing");
});

test("a local policy into a tunnel does not lead the tunnel into itself", () => {
  const lab = diamond();
  lab.configured("A", ...GRE, "tunnel destination 10.0.2.9", "ip local policy route-map into");
  lab.configured(
    "D",
    ...GRE.map((line) => line.replace("10.8.8.1", "10.8.8.2")),
    "tunnel destination 10.0.1.1",
  );
  assert.equal(lab.pinged("A", "10.0.2.9"), "!!!!!");
  assert.ok(lab.protocols().includes(47), "it goes in GRE");
});

test("show tells which maps route by policy, and how much they have", () => {
  const lab = diamond();
  assert.deepEqual(lab.typed("A", "show ip local policy"), ["Local policy routing is disabled"]);
  lab.configured(
    "A",
    "interface Ethernet2",
    "ip policy route-map into",
    "exit",
    "ip local policy route-map mine",
  );
  assert.equal(lab.pinged("A", "10.0.2.9"), "!!!!!");
  assert.deepEqual(lab.typed("A", "show ip policy"), [
    "Interface      Route map",
    "local          mine",
    "Ethernet2      into",
  ]);
  const entry = [
    "route-map mine, permit, sequence 10",
    "  Match clauses:",
    "    ip address (access-lists): 101",
    "  Set clauses:",
    "    ip next-hop 10.0.3.3",
    "  Policy routing matches: 5 packets, 500 bytes",
  ];
  assert.deepEqual(lab.typed("A", "show ip local policy"), [
    "Local policy routing is enabled, using route map mine",
    ...entry,
  ]);
  assert.deepEqual(lab.typed("A", "show route-map mine"), entry);
  assert.deepEqual(lab.typed("A", "show route-map none"), ["route-map none not found"]);
});

/** The routers that a ping of A to `destination` leaves by, in their order. */
function way(lab: TextLab, destination: string): string[] {
  lab.crossed.splice(0);
  assert.equal(lab.pinged("A", destination), "!!!!!");
  return requests(lab);
}

function requests(lab: TextLab): string[] {
  const echoes = lab.crossed.filter(({ bytes }) => bytes[9] === 1 && bytes[20] === 8);
  return [...new Set(echoes.map(({ from }) => from.split(" ")[0] ?? ""))];
}

/** A has two ways to the subnet of D: by B, which its routes take, and by C. */
function diamond(): TextLab {
  return new TextLab([
    `hostname A
interface Ethernet0
 ip address 10.0.1.1 255.255.255.0
interface Ethernet1
 ip address 10.0.3.1 255.255.255.0
interface Ethernet2
 ip address 10.0.9.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 10.0.1.2
access-list 101 permit ip any host 10.0.2.9
route-map mine permit 10
 match ip address 101
 set ip next-hop 10.0.3.3
route-map into permit 10
 match ip address 101
 set interface Tunnel0
`,
    `hostname B
interface Ethernet0
 ip address 10.0.1.2 255.255.255.0
interface Ethernet1
 ip address 10.0.2.2 255.255.255.0
ip route 10.0.0.0 255.255.0.0 10.0.1.1
`,
    `hostname C
interface Ethernet0
 ip address 10.0.3.3 255.255.255.0
interface Ethernet1
 ip address 10.0.2.3 255.255.255.0
ip route 10.0.0.0 255.255.0.0 10.0.3.1
`,
    `hostname D
interface Ethernet0
 ip address 10.0.2.9 255.255.255.0
ip route 0.0.0.0 0.0.0.0 10.0.2.2
`,
  ]);
}

const TUNNEL = [
  ...["crypto isakmp policy 1", "authentication pre-share", "crypto isakmp key secret address 10.0.2.9"],
  ...["crypto ipsec transform-set myset esp-aes esp-sha-hmac", "crypto map vpn 10 ipsec-isakmp"],
  ...["set peer 10.0.2.9", "set transform-set myset", "match address 102"],
  "access-list 102 permit ip 10.0.9.0 0.0.0.255 192.0.2.0 0.0.0.255",
  ...["interface Ethernet0", "crypto map vpn"],
];

const GRE = ["interface Tunnel0", "ip address 10.8.8.1 255.255.255.0", "tunnel source Ethernet0"];
