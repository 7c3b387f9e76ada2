/** RIP between routers of a lab: what they tell each other, over links and through protected tunnels. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextLab } from "../../test/support/lab-from-text.ts";
import { loadConfiguration } from "../cli/load.ts";
import { compile } from "../config/compile.ts";
import { ipv4 } from "../net/ip-address.ts";
import { parseIpv4Packet } from "../net/ipv4-packet.ts";
import { buildRip, parseRip, type RipMessage } from "../net/rip.ts";
import { parseUdp } from "../net/udp.ts";

test("routers learn networks from their neighbours, each a hop further", () => {
  const lab = chain();
  lab.run(60);
  const shown = lab.typed("A", "show ip route").join("\n");
  assert.match(shown, /^R {7}10\.0\.2\.0 \[120\/1\] via 10\.0\.1\.2, 00:00:\d\d, Ethernet1$/m, shown);
  assert.match(shown, /^R {7}10\.9\.3\.0 \[120\/2\] via 10\.0\.1\.2, 00:00:\d\d, Ethernet1$/m, shown);
  assert.doesNotMatch(shown, /^O/m, "what RIP tells, the lab does not");
  assert.equal(lab.pinged("A", "10.9.3.1", "source 10.9.1.1"), "!!!!!");
  assert.match(
    lab.typed("A", "show ip route 10.9.3.1").join("\n"),
    /\* 10\.0\.1\.2, from 10\.0\.1\.2, 00:00:\d\d ago, via Ethernet1/,
  );
});

test("nothing is told by the interface that it is reached by, nor by a passive one", () => {
  const lab = chain();
  lab.run(60);
  const told = messages(lab).filter(({ from }) => from === "A Ethernet1");
  assert.deepEqual(
    [
      ...new Set(
        told
          .flatMap(({ message }) => (message.kind === "response" ? message.entries : []))
          .map(({ prefix }) => prefix.address),
      ),
    ],
    ["10.9.1.0"],
  );
  assert.ok(
    told.some(({ message }) => message.kind === "request" && message.about === "everything"),
    "it asks its neighbours for everything first",
  );
  lab.crossed.splice(0);
  lab.configured("A", "router rip", "passive-interface Ethernet1");
  lab.run(60);
  assert.deepEqual(
    messages(lab).filter(({ from }) => from === "A Ethernet1"),
    [],
  );
});

test("a lost network is told at once as unreachable, all along the way, and found again", () => {
  const lab = chain();
  lab.run(60);
  lab.configured("C", "interface Ethernet0", "shutdown");
  lab.run(12);
  assert.match(lab.typed("A", "show ip route 10.9.3.1").join("\n"), /not in table/);
  lab.configured("C", "interface Ethernet0", "no shutdown");
  lab.run(300);
  assert.match(lab.typed("A", "show ip route 10.9.3.1").join("\n"), /Known via "rip"/);
});

test("a silent neighbour is believed for as long as the timers say", () => {
  const lab = chain("timers basic 10 30 0 60");
  lab.run(60);
  lab.configured("B", "no router rip");
  lab.run(29);
  lab.run(12);
  assert.match(lab.typed("A", "show ip route 10.9.3.1").join("\n"), /not in table/);
  assert.match(lab.typed("B", "show ip protocols").join("\n"), /^$/);
});

test("another network is told of as a whole, unless `no auto-summary` says otherwise", () => {
  const lab = chain("network 172.16.0.0");
  lab.configured("C", "interface Loopback0", "ip address 172.16.5.1 255.255.255.0");
  lab.run(60);
  assert.match(lab.typed("A", "show ip route").join("\n"), /^R {4}172\.16\.0\.0\/16 \[120\/2\]/m);
  lab.configured("C", "router rip", "no auto-summary");
  lab.configured("B", "router rip", "no auto-summary");
  lab.run(60);
  assert.match(lab.typed("A", "show ip route").join("\n"), /172\.16\.5\.0/);
});

test("an offset makes a way longer, for the networks that a list permits", () => {
  const lab = chain();
  lab.configured(
    "A",
    ...["access-list 7 permit 10.9.3.0 0.0.0.255", "router rip", "offset-list 7 in 4 Ethernet1"],
  );
  lab.run(60);
  const shown = lab.typed("A", "show ip route").join("\n");
  assert.match(shown, /10\.9\.3\.0 \[120\/6\]/);
  assert.match(shown, /10\.0\.2\.0 \[120\/1\]/);
});

test("who is no neighbour, or does not speak from RIP's port, is not believed", () => {
  const lab = chain();
  lab.run(60);
  const [a] = lab.lab.routers;
  const { udpPorts } = lab.lab.routers[1]?.router ?? assert.fail("there is a second router");
  const lie = buildRip({
    kind: "response",
    entries: [
      {
        prefix: { address: ipv4("192.0.2.0"), wildcard: ipv4("0.0.0.255") },
        nextHop: ipv4("0.0.0.0"),
        metric: 1,
      },
    ],
  });
  udpPorts.send(1520, { address: ipv4("10.0.1.1"), port: 520 }, lie);
  lab.lab.routers[2]?.router.udpPorts.send(520, { address: ipv4("10.0.1.1"), port: 520 }, lie);
  lab.run(5);
  assert.equal(
    a?.machine().routes.some(({ prefix }) => prefix.address === "192.0.2.0"),
    false,
  );
  udpPorts.send(520, { address: ipv4("10.0.1.1"), port: 520 }, lie);
  lab.run(5);
  assert.equal(
    a?.machine().routes.some(({ prefix }) => prefix.address === "192.0.2.0"),
    true,
  );
});

test("without `version 2` nothing is spoken, and a warning says so", () => {
  const lab = chain();
  lab.configured("A", "router rip", "no version");
  lab.run(300);
  assert.match(lab.typed("A", "show ip route 10.9.3.1").join("\n"), /not in table/);
  const { configuration } = loadConfiguration("router rip\n network 10.0.0.0\n", "a.cfg");
  assert.match(
    compile(configuration)
      .problems.map(({ message }) => message)
      .join(),
    /RIP version 1 tells networks without their masks/,
  );
});

/** What crossed links, by whom. */
function messages(lab: TextLab): { readonly from: string; readonly message: RipMessage }[] {
  return lab.crossed.flatMap(({ from, bytes }) => {
    const packet = parseIpv4Packet(bytes);
    const datagram = packet && parseUdp(packet);
    const message = datagram?.sourcePort === 520 ? parseRip(datagram.payload) : undefined;
    return message === undefined ? [] : [{ from, message }];
  });
}

/** A, B and C in a row, A and C with a network behind each. */
function chain(...rip: readonly string[]): TextLab {
  const router = (name: string, ...interfaces: readonly string[]) =>
    [
      `hostname ${name}`,
      ...interfaces.flatMap((address, i) => [
        `interface Ethernet${i}`,
        ` ip address ${address} 255.255.255.0`,
      ]),
      ...["router rip", " version 2", " network 10.0.0.0", ...rip.map((line) => ` ${line}`)],
      "",
    ].join("\n");
  return new TextLab([
    router("A", "10.9.1.1", "10.0.1.1"),
    router("B", "10.0.1.2", "10.0.2.2"),
    router("C", "10.9.3.1", "10.0.2.3"),
  ]);
}
