/** Address translation in a lab: many behind one address, static translations, and what IPsec is to see untranslated. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextLab } from "../../test/support/lab-from-text.ts";
import { ipv4 } from "../net/ip-address.ts";

test("hosts inside are known outside by the router's address, and what answers them comes back", () => {
  const lab = new TextLab([NAT, SERVER], TWO_INSIDE);
  assert.equal(lab.pinged("ann", "203.0.113.9"), "!!!!!");
  assert.equal(lab.pinged("ben", "203.0.113.9"), "!!!!!");
  assert.deepEqual(sources(lab), ["203.0.113.1", "203.0.113.9"]);
  assert.deepEqual(lab.typed("NAT", "show ip nat translations"), [
    "Pro Inside global      Inside local       Outside local      Outside global",
    "icmp 203.0.113.1:0      10.1.1.100:0       203.0.113.9:0      203.0.113.9:0",
    "icmp 203.0.113.1:1      10.1.1.101:0       203.0.113.9:0      203.0.113.9:1",
  ]);
  lab.run(61);
  assert.deepEqual(lab.typed("NAT", "show ip nat translations"), [""]);
  assert.match(lab.typed("NAT", "show ip nat statistics").join("\n"), /Hits: 20 {2}Misses: 2\nExpired.*: 2/);
});

test("UDP goes through in pieces too, and errors about it come back to who sent it", () => {
  const lab = new TextLab([NAT, SERVER], TWO_INSIDE);
  const [ann] = lab.lab.hosts;
  const heard: number[] = [];
  ann?.udp.listen(9000, ({ bytes }) => heard.push(bytes.length));
  lab.lab.hosts[2]?.udp.listen(9000, ({ remote, bytes }) => lab.lab.hosts[2]?.udp.send(9000, remote, bytes));
  ann?.udp.send(9000, { address: ipv4("198.51.100.100"), port: 9000 }, new Uint8Array(4000));
  lab.run(1);
  assert.deepEqual(heard, [4000]);
  assert.match(lab.pinged("ann", "198.51.100.77"), /U/, "the far router says that there is no such host");
  assert.equal(lab.pinged("ann", "203.0.113.9", ""), "!!!!!");
});

test("nobody outside begins anything with who is inside", () => {
  const lab = new TextLab([NAT, SERVER], TWO_INSIDE);
  lab.pinged("ann", "203.0.113.9");
  assert.match(lab.pinged("Server", "10.1.1.100"), /^[U.]{5}$/);
  assert.equal(lab.pinged("Server", "203.0.113.1"), "!!!!!", "the router answers itself");
  assert.match(lab.typed("NAT", "show ip nat translations").join("\n"), /203\.0\.113\.1:0 /);
});

test("a static translation works both ways, a pool gives each host an address and runs out", () => {
  const lab = new TextLab([NAT, SERVER], TWO_INSIDE);
  lab.configured(
    "NAT",
    "no ip nat inside source list 1 interface Ethernet1 overload",
    "ip nat pool few 203.0.113.51 203.0.113.51 prefix-length 24",
    "ip nat inside source list 1 pool few",
    "ip nat inside source static 10.1.1.100 203.0.113.50",
  );
  assert.equal(lab.pinged("Server", "203.0.113.50"), "!!!!!");
  assert.equal(lab.pinged("ben", "203.0.113.9"), "!!!!!");
  assert.match(lab.pinged("NAT", "203.0.113.9", "source 10.1.1.1"), /^\.{5}$/, "the pool is used up");
  assert.deepEqual(lab.typed("NAT", "show ip nat translations").slice(1), [
    "--- 203.0.113.50       10.1.1.100         ---                ---",
    "--- 203.0.113.51       10.1.1.101         ---                ---",
  ]);
  lab.typed("NAT", "clear ip nat translation *");
  assert.equal(lab.typed("NAT", "show ip nat translations").length, 2);
});

test("a service alone is known by a port of the router", () => {
  const lab = new TextLab([NAT, SERVER], TWO_INSIDE);
  lab.configured("NAT", "ip nat inside source static udp 10.1.1.101 7 interface Ethernet1 7007");
  const [, , server] = lab.lab.hosts;
  const heard: string[] = [];
  server?.udp.listen(9000, ({ remote }) => heard.push(`${remote.address} ${remote.port}`));
  server?.udp.send(9000, { address: ipv4("203.0.113.1"), port: 7007 }, Uint8Array.of(1));
  lab.run(1);
  assert.deepEqual(heard, ["203.0.113.1 7007"]);
});

for (const [how, lines] of [
  [
    "a deny line in the route map's list",
    ["ip nat inside source route-map nonat interface Ethernet1 overload"],
  ],
  [
    "the way over a loop-back interface",
    [
      "ip nat inside source list 1 interface Ethernet1 overload",
      "ip nat inside source static 10.1.1.101 203.0.113.50",
      "interface Ethernet0",
      "ip policy route-map around",
    ],
  ],
] as const)
  test(`what IPsec protects keeps its addresses by ${how}`, () => {
    const lab = new TextLab([NAT, SERVER], TWO_INSIDE);
    lab.configured("NAT", "no ip nat inside source list 1 interface Ethernet1 overload", ...lines, ...TUNNEL);
    lab.configured("Server", ...FAR_TUNNEL);
    assert.equal(lab.pinged("ann", "198.51.100.100"), ".!!!!");
    assert.equal(lab.pinged("ben", "198.51.100.100"), "!!!!!");
    assert.equal(lab.pinged("Server", "10.1.1.101", "source 198.51.100.1"), "!!!!!");
    assert.deepEqual(lab.protocols(), [17, 50]);
    assert.equal(lab.pinged("ben", "203.0.113.9"), "!!!!!");
    const far = lab.crossed.filter(({ from }) => from.startsWith("NAT"));
    assert.ok(
      far.every(({ bytes }) => bytes.subarray(12, 15).join(".") === "203.0.113"),
      "all else is translated",
    );
  });

/** Source addresses on the link between the routers. */
function sources(lab: TextLab): string[] {
  return [...new Set(lab.crossed.map(({ bytes }) => bytes.subarray(12, 16).join(".")))].sort();
}

const NAT = `hostname NAT
interface Loopback1
 ip address 10.2.2.2 255.255.255.252
interface Ethernet0
 ip address 10.1.1.1 255.255.255.0
 ip nat inside
interface Ethernet1
 ip address 203.0.113.1 255.255.255.0
 ip nat outside
ip nat inside source list 1 interface Ethernet1 overload
ip route 0.0.0.0 0.0.0.0 203.0.113.9
access-list 1 permit 10.0.0.0 0.255.255.255
access-list 120 permit ip 10.1.1.0 0.0.0.255 198.51.100.0 0.0.0.255
access-list 150 deny ip 10.1.1.0 0.0.0.255 198.51.100.0 0.0.0.255
access-list 150 permit ip 10.1.1.0 0.0.0.255 any
route-map nonat permit 10
 match ip address 150
route-map around permit 10
 match ip address 120
 set ip next-hop 10.2.2.1
`;

const SERVER = `hostname Server
interface Ethernet0
 ip address 198.51.100.1 255.255.255.0
interface Ethernet1
 ip address 203.0.113.9 255.255.255.0
ip route 10.1.1.0 255.255.255.0 Null0
`;

const TWO_INSIDE = {
  hosts: [
    { name: "ann", address: "10.1.1.100" },
    { name: "ben", address: "10.1.1.101" },
  ],
};

function tunnelTo(peer: string, list: string): string[] {
  return [
    "crypto isakmp policy 1",
    "encr 3des",
    "authentication pre-share",
    `crypto isakmp key secret address ${peer}`,
    "crypto ipsec transform-set set esp-3des esp-sha-hmac",
    "crypto map vpn 10 ipsec-isakmp",
    `set peer ${peer}`,
    "set transform-set set",
    "match address crypto",
    "ip access-list extended crypto",
    list,
    "interface Ethernet1",
    "crypto map vpn",
  ];
}

const TUNNEL = tunnelTo("203.0.113.9", "permit ip 10.1.1.0 0.0.0.255 198.51.100.0 0.0.0.255");
const FAR_TUNNEL = [
  "no ip route 10.1.1.0 255.255.255.0 Null0",
  "ip route 10.1.1.0 255.255.255.0 203.0.113.1",
  ...tunnelTo("203.0.113.1", "permit ip 198.51.100.0 0.0.0.255 10.1.1.0 0.0.0.255"),
];
