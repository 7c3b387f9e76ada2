/** `show version`, `clock`, `processes`, `interfaces`, `ip interface`, `ip route`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FakeConsole } from "../../../test/support/fake-router.ts";
import { daysSince1970 } from "../../base/calendar.ts";
import { milliseconds } from "../../base/time.ts";
import { DEFAULT_LOGGING } from "../../config/logging-settings.ts";
import type { HealthView, MachineView, RouteView } from "../../gateway/machine-view.ts";
import { ipv4, ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";
import { blockContains, blockOf } from "../../net/selector.ts";
import { loadConfiguration } from "../load.ts";
import { showRoutes, showRoutesOf, showRouteTo } from "./routes.ts";
import { showClock, showMemory, showProcessor, uptimeWords } from "./system.ts";

fc.configureGlobal({ seed: 2409 });

const CONFIGURATION = `hostname Initiator
interface Ethernet0/0
 description the office
 ip address 10.1.1.1 255.255.255.0
interface Ethernet1/0
 ip address 172.16.172.10 255.255.255.0
 ip access-group 101 in
 crypto map vpn
interface Serial0
 shutdown
`;

test("show version tells software, uptime and interfaces", () => {
  assert.deepEqual(new FakeConsole(CONFIGURATION).output("show version"), [
    "skeyid Software (SKEYID), Version 1.2.3, IKEv1 and IPsec gateway",
    "",
    "Initiator uptime is 0 minutes",
    'System image file is "program:skeyid"',
    "",
    "3 network interfaces",
    "",
    "Configuration register is 0x2102",
    "",
  ]);
});

test("uptime is told in words", () => {
  for (const [minutes, words] of [
    [0, "0 minutes"],
    [1, "1 minute"],
    [61, "1 hour, 1 minute"],
    [1440, "1 day, 0 hours, 0 minutes"],
    [10_080 + 2 * 1440, "1 week, 2 days, 0 hours, 0 minutes"],
  ] as const)
    assert.equal(uptimeWords(milliseconds(minutes * 60_000)), words);
});

test("the clock of a router that nobody has told the time counts from March 1993", () => {
  const clock = { uptime: milliseconds(0), timeOfDay: 730_944_000_000 + 888_579, isSet: false };
  assert.deepEqual(showClock(clock, false, DEFAULT_LOGGING), ["*00:14:48.579 UTC Mon Mar 1 1993"]);
  assert.deepEqual(showClock({ ...clock, isSet: true }, true, DEFAULT_LOGGING), [
    "00:14:48.579 UTC Mon Mar 1 1993",
    "Time source is the machine",
  ]);
});

test("the clock is that of the time zone, before and after midnight", () => {
  const clock = { uptime: milliseconds(0), timeOfDay: 730_944_000_000, isSet: true };
  assert.deepEqual(showClock(clock, false, inZone("CET", 60)), ["01:00:00.000 CET Mon Mar 1 1993"]);
  assert.deepEqual(showClock(clock, false, inZone("NST", -210)), ["20:30:00.000 NST Sun Feb 28 1993"]);
  const console = new FakeConsole("clock timezone CET 1\n");
  assert.match(console.output("show clock")[0] ?? "", /^\*01:\d\d:\d\d\.\d{3} CET /);
});

function inZone(name: string, offsetMinutes: number) {
  return { ...DEFAULT_LOGGING, timezone: { value: { name, offsetMinutes }, origin: undefined } };
}

test("in summer the clock is that of the summer, and tells its ends where details are asked for", () => {
  const { configuration } = loadConfiguration(
    "clock timezone CET 1\nclock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00",
    "r.cfg",
  );
  const timeOfDay = daysSince1970({ year: 2009, month: 6, day: 6 }) * 86_400_000;
  const clock = { uptime: milliseconds(0), timeOfDay, isSet: true };
  assert.deepEqual(showClock(clock, true, configuration.logging), [
    "02:00:00.000 CEST Sat Jun 6 2009",
    "Time source is the machine",
    "Summer time starts 02:00:00 CET Sun Mar 29 2009",
    "Summer time ends 03:00:00 CEST Sun Oct 25 2009",
  ]);
});

test("the clock is that of the calendar, weekday included", () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date("2199-12-31T23:59:59Z"), noInvalidDate: true }),
      (date) => {
        const clock = { uptime: milliseconds(0), timeOfDay: date.getTime(), isSet: true };
        const [weekday, day, month, year, time] = date.toUTCString().replace(",", "").split(" ");
        const fraction = String(date.getUTCMilliseconds()).padStart(3, "0");
        assert.deepEqual(showClock(clock, false, DEFAULT_LOGGING), [
          `${time}.${fraction} UTC ${weekday} ${month} ${Number(day)} ${year}`,
        ]);
      },
    ),
  );
  assert.equal(daysSince1970({ year: 1970, month: 1, day: 1 }), 0);
});

test("interfaces are told with what they have carried", () => {
  assert.deepEqual(new FakeConsole(CONFIGURATION).output("show interfaces e0/0"), [
    "Ethernet0/0 is up, line protocol is up",
    "  Hardware is made up, address is aabb.cc00.0100",
    "  Description: the office",
    "  Internet address is 10.1.1.1/24",
    "  MTU 1500 bytes",
    "  Total output drops: 5",
    "     1 packets input, 100 bytes, 6 no buffer",
    "     2 input errors, 0 CRC, 7 frame, 8 overrun, 0 ignored",
    "     3 packets output, 300 bytes, 9 underruns",
    "     4 output errors, 10 collisions, 0 interface resets",
  ]);
  const all = new FakeConsole(CONFIGURATION).output("show interfaces");
  assert.deepEqual(
    all.filter((line) => / is .*line protocol/.test(line)),
    [
      "Ethernet0/0 is up, line protocol is up",
      "Ethernet1/0 is up, line protocol is up",
      "Serial0 is administratively down, line protocol is down",
    ],
  );
});

test("an interface that the machine does not have is down", () => {
  const console = new FakeConsole(CONFIGURATION);
  const machine = console.router.machine();
  console.router.machine = () => ({ ...machine, interfaces: [] });
  assert.deepEqual(console.output("show interfaces Ethernet1/0").slice(0, 2), [
    "Ethernet1/0 is down, line protocol is down",
    "  Hardware is not present: no interface of this machine is it",
  ]);
});

test("show ip interface tells what is applied to it", () => {
  assert.deepEqual(new FakeConsole(CONFIGURATION).output("show ip interface Ethernet1/0"), [
    "Ethernet1/0 is up, line protocol is up",
    "  Internet address is 172.16.172.10/24",
    "  Broadcast address is 255.255.255.255",
    "  Address determined by configuration",
    "  MTU is 1500 bytes",
    "  Outgoing access list is not set",
    "  Inbound  access list is 101",
    "  Output features: IPSec output classification, crypto map vpn",
  ]);
  assert.deepEqual(new FakeConsole(CONFIGURATION).output("show ip interface Serial0"), [
    "Serial0 is administratively down, line protocol is down",
    "  Internet protocol processing disabled",
  ]);
});

function route(text: string, more: Partial<RouteView> = {}): RouteView {
  const [address = "", length = "0"] = text.split("/");
  const prefixLength = Number(length);
  const mask = ipv4FromNumber(prefixLength === 0 ? 0 : (-1 << (32 - prefixLength)) >>> 0);
  const prefix = blockOf(ipv4(address), mask);
  const common = { origin: "static", distance: 1, metric: 0, interfaceName: undefined } as const;
  return { prefix, prefixLength, ...common, nextHop: ipv4("172.16.172.20"), ...more };
}

function connected(text: string, interfaceName: string): RouteView {
  return route(text, { origin: "connected", distance: 0, nextHop: undefined, interfaceName });
}

function machine(...routes: readonly RouteView[]): MachineView {
  const clock = { uptime: milliseconds(0), timeOfDay: 0, isSet: false };
  return { softwareVersion: "1.2.3", clock, interfaces: [], routes, health: undefined };
}

test("routes stand below the network of their class", () => {
  const lines = showRoutes(
    machine(
      connected("10.1.1.0/24", "Ethernet0/0"),
      connected("172.16.172.0/24", "Ethernet1/0"),
      connected("172.16.5.4/30", "Serial0"),
      connected("192.168.1.0/24", "Ethernet2/0"),
      route("10.1.2.0/24"),
      route("0.0.0.0/0"),
      route("20.0.0.0/7", { origin: "learned", distance: 110, metric: 3 }),
    ),
  );
  assert.deepEqual(lines.slice(3), [
    "Gateway of last resort is 172.16.172.20 to network 0.0.0.0",
    "",
    "     10.0.0.0/24 is subnetted, 2 subnets",
    "C       10.1.1.0 is directly connected, Ethernet0/0",
    "S       10.1.2.0 [1/0] via 172.16.172.20",
    "O    20.0.0.0/7 [110/3] via 172.16.172.20",
    "     172.16.0.0/16 is variably subnetted, 2 subnets, 2 masks",
    "C       172.16.5.4/30 is directly connected, Serial0",
    "C       172.16.172.0/24 is directly connected, Ethernet1/0",
    "C    192.168.1.0/24 is directly connected, Ethernet2/0",
    "S*   0.0.0.0/0 [1/0] via 172.16.172.20",
  ]);
});

test("of routes to one prefix the nearest is shown", () => {
  const lines = showRoutes(
    machine(route("10.1.2.0/24", { distance: 5 }), route("10.1.2.0/24", { nextHop: ipv4("10.9.9.9") })),
  );
  assert.deepEqual(lines.slice(-1), ["S       10.1.2.0 [1/0] via 10.9.9.9"]);
});

test("without a default route there is no gateway of last resort", () => {
  assert.ok(showRoutes(machine()).includes("Gateway of last resort is not set"), "it says so");
});

test("the route to an address is that of the longest prefix", () => {
  assert.deepEqual(showRouteTo(machine(route("10.0.0.0/8"), route("10.1.2.0/24")), ipv4("10.1.2.3")), [
    "Routing entry for 10.1.2.0/24",
    '  Known via "static", distance 1, metric 0',
    "  Routing Descriptor Blocks:",
    "  * 172.16.172.20",
    "      Route metric is 0, traffic share count is 1",
  ]);
  assert.deepEqual(showRouteTo(machine(), ipv4("10.1.2.3")), ["% Network not in table"]);
  assert.deepEqual(showRoutesOf(machine(route("10.0.0.0/8")), "rip"), []);
  assert.equal(showRoutesOf(machine(route("10.0.0.0/8")), route("10.0.0.0/8").origin).length, 1);
});

test("every route is listed once, and every address has the route that contains it", () => {
  const anyRoute = fc
    .tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 32 }))
    .map(([address, length]) => route(`${ipv4FromNumber(address)}/${length}`));
  fc.assert(
    fc.property(
      fc.uniqueArray(anyRoute, {
        maxLength: 12,
        selector: ({ prefix, prefixLength }) => `${prefix.address}/${prefixLength}`,
      }),
      fc.integer({ min: 0, max: 0xffffffff }),
      (routes, number) => {
        const lines = showRoutes(machine(...routes));
        assert.equal(lines.filter((line) => /^S[* ] /.test(line)).length, routes.length, "each once");
        const address = ipv4FromNumber(number);
        const [first = ""] = showRouteTo(machine(...routes), address);
        const [, base = "", length = ""] = /for ([\d.]+)\/(\d+)$/.exec(first) ?? [];
        const longest = Math.max(
          -1,
          ...routes.filter(({ prefix }) => blockContains(prefix, address)).map((each) => each.prefixLength),
        );
        assert.equal(length === "" ? -1 : Number(length), longest, first);
        if (base !== "")
          assert.equal(longest === 0 ? 0 : (ipv4ToNumber(ipv4(base)) ^ number) >>> (32 - longest), 0, first);
      },
    ),
  );
});

test("load is told where it is measured", () => {
  const health: HealthView = {
    processId: 4711,
    processor: [1.4, 2.6, 0],
    memory: {
      resident: 100,
      heapUsed: 20,
      heapTotal: 50,
      external: 30,
      machineFree: 400,
      machineTotal: 1000,
    },
    longestDelay: 12.3,
  };
  assert.deepEqual(showProcessor(health), [
    "CPU utilization for five seconds: 1%/0%; one minute: 3%; five minutes: 0%",
    "Longest delay of a due task in the last minute: 12 ms",
  ]);
  assert.deepEqual(showMemory(health), [
    "               Total(b)       Used(b)       Free(b)",
    "Heap                 50            20            30",
    "Packets              30            30             0",
    "Process             100           100             0",
    "Machine            1000           600           400",
  ]);
  assert.deepEqual(showProcessor(undefined), ["% Nobody measures the load of a lab."]);
});

test("show line tells all terminal lines, which are in use, and who may come in there", () => {
  const console = new FakeConsole("line vty 0 4\n access-class 23 in\nline vty 5\n rotary 1\n");
  const [heading, ...lines] = console.output("show line");
  assert.equal(heading, "   Tty Typ     Tx/Rx    A Modem  Roty AccO AccI   Uses   Noise  Overruns   Int");
  assert.equal(lines.length, 9);
  assert.match(lines[0] ?? "", /^. {4}0 CTY/);
  assert.equal(lines[2], "     2 VTY              -    -      -    -   23      0       0     0/0       -");
  assert.equal(lines[7], "     7 VTY              -    -      1    -    -      0       0     0/0       -");
});

test("show running-config interface tells one interface alone", () => {
  const console = new FakeConsole(CONFIGURATION);
  const lines = console.output("show running-config interface e0/0");
  const [, , heading, ...own] = lines;
  assert.equal(heading, "Current configuration:");
  assert.deepEqual(own.slice(0, 2), ["!", "interface Ethernet0/0"]);
  assert.ok(
    own.slice(2, own.indexOf("end")).every((line) => line.startsWith(" ")),
    "nothing but what stands below it",
  );
  assert.deepEqual(console.output("show run int loopback99"), ["% Invalid interface type and number"]);
});
