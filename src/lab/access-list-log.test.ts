/** `log` in access lists on interfaces: IOS's messages, their counts, and their limit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextLab } from "../../test/support/lab-from-text.ts";
import { ipv4 } from "../net/ip-address.ts";
import { NET_LIMITS } from "../net/limits.ts";
import { buildUdp } from "../net/udp.ts";

test("the first packet is logged at once, and how many more there were after five minutes", () => {
  const lab = pair("access-list 150 deny icmp any any log", "access-list 150 permit ip any any");
  lab.pinged("A", "192.0.2.2");
  const first = "%SEC-6-IPACCESSLOGDP: list 150 denied icmp 192.0.2.1 -> 192.0.2.2 (8/0), ";
  assert.deepEqual(logged(lab), [`${first}1 packet`]);
  lab.run(300);
  assert.deepEqual(logged(lab), [`${first}4 packets`]);
  lab.run(600);
  assert.deepEqual(logged(lab), [], "a flow that has gone quiet is forgotten");
  lab.pinged("A", "192.0.2.2", "repeat 1");
  assert.deepEqual(logged(lab), [`${first}1 packet`]);
});

for (const [line, protocol, message] of [
  ["permit udp any any log", 17, "LOGP: list 150 permitted udp 192.0.2.1(1024) -> 192.0.2.2(23), 1 packet"],
  ["deny tcp any any log", 6, "LOGP: list 150 denied tcp 192.0.2.1(1024) -> 192.0.2.2(23), 1 packet"],
  ["deny ip any any log", 88, "LOGNP: list 150 denied 88 192.0.2.1 -> 192.0.2.2, 1 packet"],
  [
    "deny tcp any any log-input",
    6,
    "LOGP: list 150 denied tcp 192.0.2.1(1024) (Ethernet1) -> 192.0.2.2(23), 1 packet",
  ],
] as const)
  test(`${line} says ${message}`, () => {
    const lab = pair(`access-list 150 ${line}`);
    send(lab, protocol, 1024);
    assert.deepEqual(logged(lab), [`%SEC-6-IPACCESS${message}`]);
  });

test("a standard list says the source alone", () => {
  const lab = pair("access-list 7 deny any log", "interface Ethernet1", "ip access-group 7 in");
  send(lab, 6, 1);
  send(lab, 17, 2);
  assert.deepEqual(logged(lab), ["%SEC-6-IPACCESSLOGS: list 7 denied 192.0.2.1 1 packet"]);
});

test("flows beyond the limit are counted, not remembered", () => {
  const lab = pair("access-list 150 permit udp any any log");
  for (let i = 0; i < NET_LIMITS.loggedFlowsMax + 5; i++) send(lab, 17, 1024 + i);
  logged(lab);
  lab.run(300);
  assert.deepEqual(logged(lab), [
    "%SEC-6-IPACCESSLOGRL: access-list logging rate-limited or missed 5 packets",
  ]);
  const told = lab.events.filter(({ event }) => event.kind === "access-list-matched");
  assert.equal(told.length, NET_LIMITS.loggedFlowsMax);
});

test("a line without `log` says nothing", () => {
  const lab = pair("access-list 150 deny ip any any");
  send(lab, 6, 1);
  assert.deepEqual(logged(lab), []);
});

/** A packet of A to B: ports as in TCP and UDP, the destination's 23. */
function send(lab: TextLab, protocol: number, sourcePort: number): void {
  const destination = ipv4("192.0.2.2");
  const ports = { sourcePort, destinationPort: 23, payload: new Uint8Array(12) };
  lab.lab.routers[0]?.router.stack.send({
    destination,
    protocol,
    payload: (source) => buildUdp(ports, source, destination),
  });
  lab.run(1);
}

/** Messages about access lists since last asked. */
function logged(lab: TextLab): string[] {
  return lab.said.splice(0).flatMap((line) => /%SEC-.*/.exec(line)?.slice(0, 1) ?? []);
}

/** A and B on one link; B's interface has list 150. */
function pair(...lines: readonly string[]): TextLab {
  const lab = new TextLab(
    ["A", "B"].map(
      (name, i) => `hostname ${name}\ninterface Ethernet1\n ip address 192.0.2.${i + 1} 255.255.255.0\n`,
    ),
  );
  lab.configured("B", "interface Ethernet1", "ip access-group 150 in", ...lines);
  return lab;
}
