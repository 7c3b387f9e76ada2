/** Traceroute in a lab: through routers in clear, through a tunnel, to where nothing is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LabSession } from "../../test/support/lab-session.ts";

function router(hostname: string, ...lines: readonly string[]) {
  return { name: `${hostname}.cfg`, text: [`hostname ${hostname}`, ...lines, ""].join("\n") };
}

const CHAIN = [
  router("A", "interface e0/0", " ip address 10.0.1.1 255.255.255.0", "ip route 0.0.0.0 0.0.0.0 10.0.1.2"),
  router(
    "B",
    ...["interface e0/0", " ip address 10.0.1.2 255.255.255.0"],
    ...["interface e1/0", " ip address 10.0.2.2 255.255.255.0"],
  ),
  router("C", "interface e0/0", " ip address 10.0.2.3 255.255.255.0", "ip route 0.0.0.0 0.0.0.0 10.0.2.2"),
];

test("each router on the way is named, and the destination ends it", () => {
  assert.equal(
    new LabSession(CHAIN).type("A", "traceroute 10.0.2.3"),
    `A#traceroute 10.0.2.3
Type escape sequence to abort.
Tracing the route to 10.0.2.3

  1 10.0.1.2 2 msec 2 msec 2 msec 
  2 10.0.2.3 4 msec 4 msec 4 msec 
`,
  );
});

test("the questions are those of IOS, and their answers count", () => {
  assert.equal(
    new LabSession(CHAIN).type("A", ...["traceroute", "", "10.0.2.3", "e0/0", "", "1", "2", "2", "", "", ""]),
    `A#traceroute
Protocol [ip]: 
Target IP address: 10.0.2.3
Source address: e0/0
Numeric display [n]: 
Timeout in seconds [3]: 1
Probe count [3]: 2
Minimum Time to Live [1]: 2
Maximum Time to Live [30]: 
Port Number [33434]: 
Loose, Strict, Record, Timestamp, Verbose[none]: 
Type escape sequence to abort.
Tracing the route to 10.0.2.3

  2 10.0.2.3 4 msec 4 msec 
`,
  );
});

test("where nobody answers there are stars, and where a router has no route it says so", () => {
  const session = new LabSession(CHAIN);
  const shown = session.type("A", "traceroute 192.0.2.1 ttl 1 2 timeout 1 probe 1");
  assert.match(shown, / {2}1 10\.0\.1\.2 !H {2}\* /, shown);
  const quiet = session.type("B", "traceroute 192.0.2.1 ttl 1 2 timeout 1 probe 2");
  assert.match(quiet, / {2}1 {2}\* {2}\* \n {2}2 {2}\* {2}\* \n/, quiet);
});

const TUNNEL = (["A", "B"] as const).map((name) => {
  const [own, other] = name === "A" ? [1, 2] : [2, 1];
  return router(
    name,
    ...["crypto isakmp policy 1", " authentication pre-share"],
    `crypto isakmp key secret address 192.0.2.${other}`,
    "crypto ipsec transform-set set esp-3des esp-sha-hmac",
    ...["crypto map vpn 1 ipsec-isakmp", ` set peer 192.0.2.${other}`, " set transform-set set"],
    " match address 101",
    ...["interface e0/0", ` ip address 10.1.${own}.1 255.255.255.0`],
    ...["interface e1/0", ` ip address 192.0.2.${own} 255.255.255.0`, " crypto map vpn"],
    `ip route 10.1.${other}.0 255.255.255.0 192.0.2.${other}`,
    `access-list 101 permit ip 10.1.${own}.0 0.0.0.255 10.1.${other}.0 0.0.0.255`,
  );
});

test("a tunnel is one hop: what is inside is not counted down on its way", () => {
  const session = new LabSession(TUNNEL);
  session.type("A", "ping 10.1.2.1 source 10.1.1.1");
  const shown = session.type("A", "traceroute 10.1.2.1 source 10.1.1.1");
  assert.match(shown, /\n {2}1 10\.1\.2\.1 \d+ msec \d+ msec \d+ msec \n$/, shown);
});
