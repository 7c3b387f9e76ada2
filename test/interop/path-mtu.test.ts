/** Two Linux routers with a narrow link behind the first one: pings of all lengths and TCP, over raw ESP and through a NAT. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { pingOptions } from "./echoes.ts";
import { Network } from "./network.ts";
import { RunningRouter, whyNoMachines } from "./router-machines.ts";
import { until } from "./until.ts";

const skip = whyNoMachines() ?? false;
const EXAMPLE = new URL("../../examples/small-path-mtu/", import.meta.url);
const [ALICE, BOB] = ["10.1.1.100", "10.1.2.100"] as const;
const ADDRESSES = { alice: ALICE, bob: BOB, left: "10.1.1.1" } as const;
const OCTETS = 4_000_000;

describe("Linux routers on a path that takes less than its ends", { skip, concurrency: 2 }, () => {
  it("learn it from a router, tell the hosts, and carry packets of all lengths", () =>
    narrowPath({}, async ({ network, left }) => {
      const { pings, untilToldOf1326 } = pinging(network);
      assert.match(await mtuLine(network), /path mtu 1500, media mtu 1500/);
      // The first is lost on the narrow link; our own router tells of the next.
      await untilToldOf1326(1382);
      await left.says(
        /%SKEYID-6-PATH_MTU: packets to 172\.16\.2\.1 may be 1400 bytes long, says 172\.16\.\d\.254/,
      );
      assert.match(await mtuLine(network), /path mtu 1400, media mtu 1500/);
      assert.match(pings(1326 - 28, "do"), / 3 received/);
      for (const size of [100, 1298, 1299, 1382, 1472, 5000])
        assert.match(pings(size, "dont"), / 3 received/);
      assert.doesNotMatch(left.output, /FAULT/);
    }));

  it("are not misled by whoever has not seen their packets", () =>
    narrowPath({}, async ({ network, left }) => {
      const program = fileURLToPath(new URL("forged-icmp-program.ts", import.meta.url));
      network.run("transit", process.execPath, "--import", "tsx", program);
      // Neither we nor the kernel, which would then tell us of packets that were really sent.
      assert.match(pinging(network).pings(1298, "do"), / 3 received/);
      assert.match(await mtuLine(network), /path mtu 1500, media mtu 1500/);
      assert.doesNotMatch(left.output, /PATH_MTU/);
    }));

  it("carry TCP both ways, and nobody has to be told where an interface says what fits", () =>
    narrowPath({}, async ({ network, left }) => {
      for (const [from, to] of [
        ["alice", "bob"],
        ["bob", "alice"],
      ] as const)
        await transfers(network, from, to);
      for (const host of ["alice", "bob"]) assert.equal(unreachablesHeard(network, host), 0, host);
      assert.doesNotMatch(left.output, /PATH_MTU/);
    }));

  it("carry TCP both ways where nothing says what fits but routers", () =>
    narrowPath({ change: withoutAdjustMss, isNarrowBeyond: true }, async ({ network, left }) => {
      for (const [from, to] of [
        ["alice", "bob"],
        ["bob", "alice"],
        // The gateway itself is a host too: what we tell its kernel must reach it.
        ["left", "bob"],
      ] as const)
        await transfers(network, from, to);
      assert.match(left.output, /PATH_MTU/);
      assert.doesNotMatch(left.output, /FAULT/);
    }));

  it("carry TCP both ways where one end has the narrow interface and tells the connections", () =>
    narrowPath({ change: withoutAdjustMss }, async ({ network, left }) => {
      await transfers(network, "alice", "bob");
      await transfers(network, "bob", "alice");
      for (const host of ["alice", "bob"]) assert.equal(unreachablesHeard(network, host), 0, host);
      assert.doesNotMatch(left.output, /PATH_MTU/);
    }));

  for (const line of [
    "crypto ipsec df-bit clear",
    "crypto ipsec fragmentation after-encryption",
    "crypto ipsec df-bit set",
  ])
    it(`carry TCP and long packets with ${line}`, () =>
      narrowPath({ change: (text) => `${text}\n${line}\n` }, async ({ network }) => {
        const { ping, pings } = pinging(network);
        await until(() => / 1 received/.test(ping(1, 1382, "dont")));
        for (const size of [1299, 1382, 1472, 5000]) assert.match(pings(size, "dont"), / 3 received/);
        if (line.endsWith("clear")) assert.match(pings(1472, "do"), / 3 received/);
        await transfers(network, "alice", "bob");
      }));

  const needsNft = existsSync("/usr/sbin/nft") ? false : "needs nft: apt-get install nftables";
  it("learn it for ESP in UDP too, from a router that translates addresses", { skip: needsNft }, () =>
    narrowPath({ hasNat: true }, async ({ network, left }) => {
      const { pings, untilToldOf1326 } = pinging(network);
      await untilToldOf1326(1366);
      await left.says(/%SKEYID-6-PATH_MTU: packets to 172\.16\.2\.1 may be 1400 bytes long/);
      assert.match(await network.console("left", "show crypto ipsec sa"), /Tunnel UDP-Encaps/);
      for (const size of [1299, 1472, 5000]) assert.match(pings(size, "dont"), / 3 received/);
      await transfers(network, "alice", "bob");
    }),
  );
});

interface Settings {
  /** Of both configurations of the example. */
  readonly change?: (text: string) => string;
  /** The router in the middle gives Left another address. */
  readonly hasNat?: boolean;
  /** It is no interface of a gateway that takes less, but one of routers between. */
  readonly isNarrowBeyond?: boolean;
}

async function narrowPath(
  { change = (text) => text, hasNat = false, isNarrowBeyond = false }: Settings,
  work: (made: { readonly network: Network; readonly left: RunningRouter }) => Promise<void>,
): Promise<void> {
  await Network.with(["alice", "left", "transit", "beyond", "right", "bob"], async (network) => {
    network.wire(["alice", "eth0", `${ALICE}/24`], ["left", "lan", "10.1.1.1/24"]);
    network.wire(["left", "wan", "172.16.1.1/24"], ["transit", "left", "172.16.1.254/24"]);
    const before = isNarrowBeyond ? "beyond" : "transit";
    network.wire(["right", "wan", "172.16.2.1/24"], [before, "right", "172.16.2.254/24"]);
    network.wire(["bob", "eth0", `${BOB}/24`], ["right", "lan", "10.1.2.1/24"]);
    if (isNarrowBeyond) narrowBetween(network);
    else {
      network.ip("right", "link", "set", "wan", "mtu", "1400");
      network.ip("transit", "link", "set", "right", "mtu", "1400");
    }
    network.ip("alice", "route", "add", "default", "via", "10.1.1.1");
    network.ip("bob", "route", "add", "default", "via", "10.1.2.1");
    for (const router of ["transit", "beyond"])
      network.run(router, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
    if (hasNat)
      network.nftables(
        "transit",
        "table ip nat {\n chain out {\n type nat hook postrouting priority 100\n oifname right masquerade\n }\n }",
      );
    const text = (name: string) => change(readFileSync(new URL(name, EXAMPLE), "utf8"));
    // Behind a translator Left has the address of the narrow link, and begins.
    const seen = (config: string) => (hasNat ? config.replaceAll("172.16.1.1", "172.16.2.254") : config);
    const [left] = await Promise.all([
      network.router("left", text("left.cfg"), "--configure"),
      network.router("right", seen(text("right.cfg")), "--configure"),
    ]);
    await network.pingUntilAnswered("alice", ALICE, BOB);
    await work({ network, left });
  });
}

/** A link that takes less, of which neither end of the tunnel knows. */
function narrowBetween(network: Network): void {
  network.wire(["transit", "beyond", "172.16.3.1/24"], ["beyond", "transit", "172.16.3.2/24"]);
  network.ip("transit", "link", "set", "beyond", "mtu", "1400");
  network.ip("beyond", "link", "set", "transit", "mtu", "1400");
  network.ip("transit", "route", "add", "172.16.2.0/24", "via", "172.16.3.2");
  network.ip("beyond", "route", "add", "172.16.1.0/24", "via", "172.16.3.1");
}

function withoutAdjustMss(config: string): string {
  return config.replace(/^ ip tcp adjust-mss.*\n/m, "");
}

/** Pings from alice to bob with so many octets behind the ICMP header, and what is said of them. */
function pinging(network: Network) {
  const ping = (count: number, size: number, discovery: "do" | "dont") =>
    network.attempt(
      ...["alice", "ping", ...pingOptions(count, undefined, undefined, size), "-M", discovery, BOB],
    );
  const pings = (size: number, discovery: "do" | "dont") => ping(3, size, discovery);
  const untilToldOf1326 = (size: number) =>
    until(() => /From 172\.16\.1\.1 .*Frag needed and DF set \(mtu = 1326\)/.test(ping(1, size, "do")));
  return { ping, pings, untilToldOf1326 };
}

async function mtuLine(network: Network): Promise<string> {
  return await network.console("left", "show crypto ipsec sa | include mtu");
}

/** All octets arrive. */
async function transfers(network: Network, from: keyof typeof ADDRESSES, to: "alice" | "bob"): Promise<void> {
  const node = (machine: string, script: string) =>
    new RunningRouter(["ip", "netns", "exec", network.namespace(machine), process.execPath, "-e", script]);
  const receiver = node(to, RECEIVER);
  try {
    await receiver.says(/listening/);
    const sender = node(
      from,
      `require("node:net").connect({ port: 7000, host: "${ADDRESSES[to]}", localAddress: "${ADDRESSES[from]}" })
        .end(Buffer.alloc(${OCTETS}, 7))`,
    );
    await receiver.says(new RegExp(`received ${OCTETS}\\n`));
    await sender.end("SIGTERM");
  } finally {
    await receiver.kill();
  }
}

const RECEIVER = `require("node:net").createServer((socket) => {
  let octets = 0;
  socket.on("data", (data) => { octets += data.length; });
  socket.on("end", () => { console.log("received " + octets); socket.end(); });
}).listen(7000, () => console.log("listening"))`;

/** ICMP messages, "fragmentation needed" among them. */
function unreachablesHeard(network: Network, machine: string): number {
  const [names = "", values = ""] = network
    .run(machine, "cat", "/proc/net/snmp")
    .split("\n")
    .filter((line) => line.startsWith("Icmp:"));
  return Number(values.split(" ")[names.split(" ").indexOf("InDestUnreachs")]);
}
