/** What may befall a Linux router: a full disk, an address that changes, a peer that vanishes or dies, floods. It goes on and says so. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { explainCommand } from "../../src/program/explain-command.ts";
import { PROCESS_TERMINAL } from "../../src/program/terminal.ts";
import { GATEWAY_ADDRESS as OURS, PEER_ADDRESS as PEER } from "./namespaces.ts";
import { Network } from "./network.ts";
import { whyNoMachines } from "./router-machines.ts";
import { until } from "./until.ts";

const skip = whyNoMachines() ?? false;
const [INSIDE, PEER_INSIDE] = ["10.1.0.1", "10.2.0.1"] as const;

describe("a Linux router", { skip, concurrency: 2 }, () => {
  it("goes on without its records while their disk is full, and says so", () =>
    between(async (network) => {
      const disk = network.disk("disk", 128);
      const [capture, keys] = [join(disk, "run.pcap"), join(disk, "keys")];
      const [router] = await Promise.all([
        network.router("ours", configuration("ours"), "--pcap", capture, "--keys", keys),
        network.router("peer", configuration("peer")),
      ]);
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      fill(disk);
      assert.equal(network.ping("ours", INSIDE, PEER_INSIDE, 50), 50);
      await router.says(/%SKEYID-4-RECORDING: nothing is written to .*run\.pcap: the disk is full/);
      await network.console("ours", "clear crypto sa", "clear crypto isakmp");
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      rmSync(join(disk, "filler"));
      assert.equal(network.ping("ours", INSIDE, PEER_INSIDE, 5), 5);
      await router.says(/%SKEYID-4-RECORDING: .*run\.pcap is written to again; some records are missing/);
      assert.equal(await router.end("SIGTERM"), 0);
      assert.doesNotMatch(router.output, /FAULT/);
      const told: string[] = [];
      const terminal = { ...PROCESS_TERMINAL, print: (lines: readonly string[]) => void told.push(...lines) };
      assert.equal(await explainCommand([capture, "--keys", keys], terminal), 0);
      assert.match(told.at(-1) ?? "", /ESP packets/);
    }));

  it("goes on when its log cannot be written, and writes it again when there is room", () =>
    between(async (network) => {
      const disk = network.disk("disk", 16);
      const path = join(disk, "log");
      const [program, ...args] = network.routerCommand("ours", configuration("ours"));
      const log = openSync(path, "a");
      const router = spawn(program, args, { stdio: ["ignore", log, log] });
      closeSync(log);
      try {
        await network.router("peer", configuration("peer"));
        await until(() => existsSync(join(network.folder, "ours", "console.sock")));
        await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
        fill(disk);
        const size = statSync(path).size;
        await network.console("ours", "debug crypto isakmp", "clear crypto sa", "clear crypto isakmp");
        await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
        const full = statSync(path).size;
        rmSync(join(disk, "filler"));
        await network.console("ours", "clear crypto sa");
        await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
        assert.ok(full - size < 4096, "it was full");
        assert.match(readFileSync(path, "latin1").slice(full), /QM_IDLE/);
      } finally {
        router.kill("SIGKILL");
        await once(router, "close");
      }
    }));

  it("says that its address is gone and is back, and goes on then", () =>
    between(async (network) => {
      const [router] = await Promise.all([
        network.router("ours", configuration("ours")),
        network.router("peer", configuration("peer")),
      ]);
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      network.ip("ours", "address", "add", "192.0.2.77/24", "dev", "wan0");
      network.ip("ours", "address", "del", `${OURS}/24`, "dev", "wan0");
      await router.says(/Ethernet0 is down: wan0 is without 192\.0\.2\.1/);
      assert.equal(network.ping("ours", INSIDE, PEER_INSIDE, 2, 1), 0);
      network.ip("ours", "address", "add", `${OURS}/24`, "dev", "wan0");
      await router.says(/Ethernet0 is back: wan0 has 192\.0\.2\.1/);
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      assert.equal(network.ping("peer", PEER_INSIDE, INSIDE, 3), 3);
      assert.equal(await router.end("SIGTERM"), 0);
      assert.doesNotMatch(router.output, /FAULT/);
    }));
});

async function between(work: (network: Network) => Promise<void>): Promise<void> {
  await Network.with(["ours", "peer"], async (network) => {
    network.wire(["ours", "wan0", `${OURS}/24`], ["peer", "wan0", `${PEER}/24`]);
    network.addresses("ours", `${INSIDE}/24`);
    network.addresses("peer", `${PEER_INSIDE}/24`);
    await work(network);
  });
}

/** To the last octet. */
function fill(folder: string): void {
  const file = openSync(join(folder, "filler"), "w");
  try {
    for (let size = 4096; size >= 1; )
      try {
        writeSync(file, Buffer.alloc(size));
      } catch {
        size = Math.floor(size / 2);
      }
  } finally {
    closeSync(file);
  }
}

function configuration(of: "ours" | "peer"): string {
  const [own, other, ownNet, otherNet] = of === "ours" ? [OURS, PEER, 1, 2] : [PEER, OURS, 2, 1];
  return `hostname ${of}
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 2
crypto isakmp key a-shared-secret address ${other}
crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto map vpn 10 ipsec-isakmp
 set peer ${other}
 set transform-set t
 match address 101
interface Ethernet0
 ip address ${own} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.${ownNet}.0.0 0.0.0.255 10.${otherNet}.0.0 0.0.0.255
`;
}
