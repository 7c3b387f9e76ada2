/** `skeyid run` on two machines with the example's AH: around ESP, alone, and around ESP in transport mode, with much data. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Network } from "./network.ts";
import { type RunningRouter, whyNoMachines } from "./router-machines.ts";
import { type ShownFlow, shownFlows } from "./sa-counters.ts";
import { until } from "./until.ts";

const skip = whyNoMachines() ?? false;
const EXAMPLE = fileURLToPath(new URL("../../examples/ah-and-esp", import.meta.url));
/** Sources and destinations in the order of the crypto map: AH around ESP, AH alone, and the routers themselves. */
const FLOWS = [
  ["alice", "10.1.1.7", "10.2.2.7"],
  ["alice", "10.1.1.200", "10.2.2.200"],
  ["west", "198.51.100.1", "198.51.100.2"],
] as const;

describe("two Linux machines with AH", { skip, concurrency: 2 }, () => {
  for (const offload of [[], ["--no-offload"]])
    it(`carry pings and much data both ways, and count them alike${offload.length === 0 ? "" : ", without offload"}`, () =>
      withRouters(offload, async (network, routers) => {
        for (const [machine, source, destination] of FLOWS) {
          await network.pingUntilAnswered(machine, source, destination);
          assert.equal(network.ping(machine, source, destination, 5), 5);
        }
        for (const [port, destination] of [
          ["5000", "10.2.2.7"],
          ["5001", "10.2.2.200"],
        ] as const) {
          const bob = network.program("bob", "bulk-program.ts", "listen", port);
          await bob.says(/listening/);
          const alice = network.program("alice", "bulk-program.ts", destination, port);
          for (const end of [alice, bob]) {
            await end.says(/^sent/m);
            await end.says(/^received/m);
          }
          assert.deepEqual(said(alice, "received"), said(bob, "sent"));
          assert.deepEqual(said(bob, "received"), said(alice, "sent"));
        }
        let [ours, theirs] = [await flows(network, "west"), await flows(network, "east")];
        // The last acknowledgements may be on their way.
        await until(async () => {
          [ours, theirs] = [await flows(network, "west"), await flows(network, "east")];
          return ours.every(({ encapsulated }, i) => encapsulated === theirs[i]?.decapsulated);
        });
        assert.equal(ours.length, 3);
        ours.forEach((flow, i) => {
          assert.ok(flow.encapsulated >= (i === 2 ? 5 : 4000), `${flow.encapsulated} packets`);
          assert.equal(flow.encapsulated, theirs[i]?.decapsulated);
          assert.equal(flow.decapsulated, theirs[i]?.encapsulated);
          assert.deepEqual([flow.receiveErrors, theirs[i]?.receiveErrors], [0, 0]);
        });
        for (const { output } of routers) assert.doesNotMatch(output, /FAULT/);
      }));

  it("have an SPI for each protocol, the other end's own, and lose both by either", () =>
    withRouters([], async (network) => {
      const [machine, source, destination] = FLOWS[0];
      await network.pingUntilAnswered(machine, source, destination);
      const [west, east] = [spis(await shown(network, "west")), spis(await shown(network, "east"))];
      assert.deepEqual([west.inboundAh, west.inboundEsp], [east.outboundAh, east.outboundEsp]);
      assert.deepEqual([east.inboundAh, east.inboundEsp], [west.outboundAh, west.outboundEsp]);
      const all = [west, east].flatMap(({ inboundAh, inboundEsp }) => [...inboundAh, ...inboundEsp]);
      assert.deepEqual([all.length, new Set(all).size], [4, 4]);
      const ofEsp = Number.parseInt(west.inboundEsp[0] ?? "", 16);
      await network.console("west", `clear crypto sa spi 198.51.100.1 ah ${ofEsp}`);
      assert.deepEqual(spis(await shown(network, "west")), west, "AH has no such SPI");
      const ofAh = Number.parseInt(west.inboundAh[0] ?? "", 16);
      await network.console("west", `clear crypto sa spi 198.51.100.1 ah ${ofAh}`);
      for (const router of ["west", "east"])
        await until(async () => Object.values(spis(await shown(network, router))).flat().length === 0);
      await network.pingUntilAnswered(machine, source, destination);
    }));
});

async function withRouters(
  options: readonly string[],
  work: (network: Network, routers: readonly RunningRouter[]) => Promise<void>,
): Promise<void> {
  await Network.with(["alice", "west", "east", "bob"], async (network) => {
    network.wire(["west", "wan", "198.51.100.1/24"], ["east", "wan", "198.51.100.2/24"]);
    network.wire(["alice", "eth0", "10.1.1.7/24"], ["west", "lan", "10.1.1.1/24"]);
    network.wire(["bob", "eth0", "10.2.2.7/24"], ["east", "lan", "10.2.2.1/24"]);
    for (const [host, net, other] of [
      ["alice", "10.1.1", "10.2.2"],
      ["bob", "10.2.2", "10.1.1"],
    ] as const) {
      network.ip(host, "address", "add", `${net}.200/24`, "dev", "eth0");
      for (const [block, own] of [
        ["0/25", "7"],
        ["128/25", "200"],
      ])
        network.ip(host, "route", "add", `${other}.${block}`, "via", `${net}.1`, "src", `${net}.${own}`);
    }
    const start = (router: string) =>
      network.router(
        router,
        readFileSync(`${EXAMPLE}/${router}.cfg`, "utf8"),
        "--configure",
        "--hold",
        ...options,
      );
    await work(network, await Promise.all([start("west"), start("east")]));
  });
}

async function flows(network: Network, router: string): Promise<readonly ShownFlow[]> {
  return shownFlows(await shown(network, router));
}

function shown(network: Network, router: string): Promise<string> {
  return network.console(router, "show crypto ipsec sa");
}

function said({ output }: RunningRouter, verb: string): readonly string[] {
  return new RegExp(`^${verb} (\\d+) ([0-9a-f]{64})$`, "m").exec(output)?.slice(1) ?? [];
}

/** By direction and protocol, in hexadecimal. */
function spis(text: string): {
  readonly [K in "inboundAh" | "inboundEsp" | "outboundAh" | "outboundEsp"]: string[];
} {
  const sections = text.split(/^ +(?=(?:in|out)bound \w+ sas:)/m);
  const listed = (heading: string): string[] =>
    sections
      .filter((section) => section.startsWith(`${heading} sas:`))
      .flatMap((section) => [...section.matchAll(/ spi: 0x([0-9A-F]+)/g)].map(([, spi = ""]) => spi));
  return {
    inboundAh: listed("inbound ah"),
    inboundEsp: listed("inbound esp"),
    outboundAh: listed("outbound ah"),
    outboundEsp: listed("outbound esp"),
  };
}
