/** The PIX and the router of the case study, as they are printed, and a router behind the PIX that has the far host's address. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { QUICK_JOBS, virtualJobs } from "../../src/lab/job-runner.ts";
import { createLab, type Lab } from "../../src/lab/lab.ts";
import { labConsoles } from "../../src/lab/lab-consoles.ts";
import { readLab } from "../../src/lab/lab-sources.ts";

/** The book breaks one line in two. */
const PIX = textOf("example-13-21-pixfirewall.cfg").replace("no-\nconfig-mode", "no-config-mode");
const ROUTER = textOf("example-13-22-l2l-router.cfg");
const BEHIND = `hostname Behind
interface Ethernet0/0
 ip address 172.16.171.13 255.255.255.240
interface Loopback0
 ip address 20.1.1.1 255.255.255.255
ip route 0.0.0.0 0.0.0.0 172.16.171.5
`;

function textOf(name: string): string {
  return readFileSync(new URL(`../configurations/${name}`, import.meta.url), "utf8");
}

test("a PIX and a router protect what goes between the two hosts, either way", () => {
  const { lab, protocols } = caseStudy();
  assert.match(typed(lab, "Behind", "ping 10.1.1.1 source Loopback0"), /\.!!!!/);
  assert.match(typed(lab, "L2LRouter", "ping 20.1.1.1 source Loopback0"), /!!!!!/);
  assert.deepEqual(protocols("192.168.10"), new Set([17, 50]));
});

test("the router begins the negotiation where its lifetime is no shorter than that of the PIX", () => {
  const { lab } = caseStudy(ROUTER.replace(/^\s*lifetime 1000\n/m, ""));
  assert.match(typed(lab, "L2LRouter", "ping 20.1.1.1 source Loopback0"), /\.!!!!/);
});

test("a PIX is configured in its own words, line by line", () => {
  const { lab } = caseStudy();
  const said = typed(
    lab,
    "pixfirewall",
    "configure terminal",
    "no crypto map newmap interface outside",
    "crypto map newmap 20 set pfs group2",
    "isakmp policy 20 encryption 3des",
    "end",
    "show running-config | include newmap|policy 20",
  );
  assert.doesNotMatch(said, /\^|Invalid|Incomplete/);
  assert.doesNotMatch(said, /newmap interface outside/);
  for (const line of ["crypto map newmap 20 set pfs group2", "isakmp policy 20 encryption 3des"])
    assert.ok(said.includes(line), line);
  assert.match(typed(lab, "L2LRouter", "ping 20.1.1.1 source Loopback0"), /\.{5}/);
});

function caseStudy(router = ROUTER) {
  const files = [
    { name: "pix.cfg", text: PIX },
    { name: "router.cfg", text: router },
    { name: "behind.cfg", text: BEHIND },
  ];
  const read = readLab(files, undefined);
  assert.ok(read.kind === "sources", read.kind === "problems" ? read.problems.join("\n") : "");
  const packets: { readonly subnet: string; readonly protocol: number }[] = [];
  const created = createLab(read.sources, {
    seed: 1,
    conditions: {},
    holdPackets: false,
    debug: new Set(),
    jobs: (world) => virtualJobs(world, QUICK_JOBS, 1),
    watcher: {
      onLines: () => {},
      onPacket: ({ bytes }) => {
        const subnet = bytes.subarray(12, 15).join(".");
        packets.push({ subnet, protocol: bytes[9] ?? 0 });
      },
    },
  });
  assert.ok(created.kind === "lab", created.kind === "problems" ? created.problems.join("\n") : "");
  const protocols = (subnet: string) =>
    new Set(packets.filter((packet) => packet.subnet === subnet).map(({ protocol }) => protocol));
  return { lab: created.lab, protocols };
}

function typed(lab: Lab, router: string, ...lines: readonly string[]): string {
  let text = "";
  const console = labConsoles(lab, (_, more) => {
    text += more;
  }).find(({ name }) => name === router);
  assert.ok(console !== undefined, `there is a console of ${router}`);
  for (const line of lines) {
    let isDone = false;
    console.enter(line, () => {
      isDone = true;
    });
    while (!isDone) assert.ok(lab.world.step(), "the world goes on until the line is done");
  }
  return text;
}
