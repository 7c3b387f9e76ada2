/** A tunnel whose way has a narrow link behind the first one: what events tell, and what hosts see. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Milliseconds, milliseconds, seconds } from "../base/time.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import { ipv4 } from "../net/ip-address.ts";
import { u16At } from "../net/words.ts";
import { QUICK_JOBS, virtualJobs } from "./job-runner.ts";
import { createLab, type Lab } from "./lab.ts";
import { readLab } from "./lab-sources.ts";
import type { TappedPacket } from "./link.ts";
import { DEFAULT_PING, type PingResult } from "./ping.ts";

const EXAMPLE = new URL("../../examples/small-path-mtu/", import.meta.url);

test("a host is told by its router what fits once the narrow link has been met, and again after ten minutes", () => {
  const { pinged, told, runFor } = narrowPath();
  assert.equal(pinged({ size: 100 }), ".!!!!");
  assert.equal(pinged({ size: 1410, dontFragment: true }), ".MMMM");
  assert.equal(pinged({ size: 1326, dontFragment: true }), "!!!!!");
  assert.equal(pinged({ size: 1327, dontFragment: true }), "MMMMM");
  runFor(seconds(600));
  assert.equal(pinged({ size: 1410, dontFragment: true }), ".MMMM");
  assert.deepEqual(told, [
    "Left 10.1.1.100 to 10.1.2.100: no sa",
    "Left path to 172.16.2.1: 1500 to 1400, says 172.16.2.254",
    "Left 10.1.1.100 to 10.1.2.100: too big",
    "Left path to 172.16.2.1: 1400 to 1500",
    "Left path to 172.16.2.1: 1500 to 1400, says 172.16.2.254",
    "Left 10.1.1.100 to 10.1.2.100: too big",
  ]);
});

for (const settings of [
  [],
  ["crypto ipsec fragmentation after-encryption"],
  ["crypto ipsec df-bit clear"],
  ["crypto ipsec df-bit clear", "crypto ipsec fragmentation after-encryption"],
])
  test(`packets of all lengths pass, and none is lost on the way: ${settings.join(", ") || "as by default"}`, () => {
    const { pinged, crossed } = narrowPath(settings);
    pinged({ size: 100 });
    const isClear = settings.includes("crypto ipsec df-bit clear");
    for (const size of [1300, 1326, 1327, 1410, 1438, 1439, 1500, 3000, 9000]) {
      assert.equal(pinged({ size }), "!!!!!", `${size}`);
      if (isClear && size <= 1500)
        assert.equal(pinged({ size, dontFragment: true }), "!!!!!", `${size} with DF`);
    }
    assert.deepEqual(new Set(crossed.map(({ fate }) => fate)), new Set(["delivered"]));
  });

test("df-bit set: the first packet that is too long is lost, what follows is cut to the path", () => {
  const { pinged, crossed } = narrowPath(["crypto ipsec df-bit set"]);
  pinged({ size: 100 });
  assert.equal(pinged({ size: 1410 }), ".!!!!");
  assert.equal(pinged({ size: 5000 }), "!!!!!");
  assert.ok(
    crossed.every(({ bytes, link }) => link === "172.16.1.0/24" || bytes.length <= 1400),
    "all fit",
  );
});

test("TCP connections through the tunnel announce what the LAN's interface allows", () => {
  const { lab, pinged, runFor } = narrowPath();
  pinged({ size: 100 });
  const seen: number[] = [];
  lab.links
    .find(({ name }) => name === "10.1.2.0/24")
    ?.tap(({ bytes }) => {
      if (bytes[9] === 6) seen.push(u16At(bytes, 42));
    });
  lab.hosts[0]?.stack.send({ destination: ipv4("10.1.2.100"), protocol: 6, payload: () => SYN_1460 });
  runFor(seconds(1));
  assert.deepEqual(seen, [1260]);
});

/** The example; `settings` are lines for the router at its left. */
function narrowPath(settings: readonly string[] = []) {
  const [left, right, file] = ["left.cfg", "right.cfg", "lab.json"].map((name) => ({
    name,
    text: readFileSync(new URL(name, EXAMPLE), "utf8"),
  }));
  assert.ok(left !== undefined && right !== undefined, "there are two routers");
  const read = readLab([{ ...left, text: `${left.text}\n${settings.join("\n")}\n` }, right], file);
  assert.ok(read.kind === "sources", "the configurations are read");
  const told: string[] = [];
  const crossed: TappedPacket[] = [];
  const created = createLab(read.sources, {
    seed: 1,
    conditions: {},
    holdPackets: false,
    debug: new Set(),
    jobs: (world) => virtualJobs(world, QUICK_JOBS, 1),
    watcher: {
      onLines: () => {},
      onEvent: (router, event) => told.push(...lineOf(router, event)),
      onPacket: (packet) => crossed.push(packet),
    },
  });
  assert.ok(created.kind === "lab", "the lab comes up");
  const { lab } = created;
  const runFor = (span: Milliseconds) => lab.world.runFor(span);
  return { lab, told, crossed, runFor, pinged: (options: PingSettings) => pinged(lab, options) };
}

interface PingSettings {
  readonly size: number;
  readonly dontFragment?: boolean;
}

/** From the left host to the right one. */
function pinged(lab: Lab, options: PingSettings): string {
  const results: PingResult[] = [];
  lab.hosts[0]?.ping(
    { ...DEFAULT_PING, destination: ipv4("10.1.2.100"), ...options },
    { onMark: () => {}, onDone: (result) => results.push(result) },
  );
  lab.world.runFor(milliseconds(11_000));
  return results[0]?.marks ?? "";
}

function lineOf(router: string, event: GatewayEvent): string[] {
  if (event.kind === "packet-dropped")
    return [`${router} ${event.source} to ${event.destination}: ${event.reason}`];
  if (event.kind !== "path-mtu-changed") return [];
  const { peer, before, mtu, reporter } = event;
  return [
    `${router} path to ${peer}: ${before} to ${mtu}${reporter === undefined ? "" : `, says ${reporter}`}`,
  ];
}

/** A TCP header with SYN that announces 1460 octets. */
const SYN_1460 = Uint8Array.of(
  4,
  1,
  0,
  80,
  ...[0, 0, 0, 1, 0, 0, 0, 0, 0x60, 2, 16, 0, 0, 0, 0, 0, 2, 4, 5, 0xb4],
);
