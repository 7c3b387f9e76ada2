/** `skeyid run` on two machines: the case study over raw ESP, what is left behind, and what is said when it cannot run. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type Machine, Machines, type RunningRouter, whyNoMachines } from "./router-machines.ts";

const skip = whyNoMachines() ?? false;
const EXAMPLE = fileURLToPath(new URL("../../examples/router-to-router-psk", import.meta.url));
const INITIATOR = `${EXAMPLE}/initiator.cfg`;
const RESPONDER = `${EXAMPLE}/responder.cfg`;

describe("two Linux machines run the case study's routers", { skip, concurrency: 3 }, () => {
  it("carries pings both ways in ESP, counts them alike, and leaves both machines as they were", () =>
    withMachines(async (machines) => {
      const before = bothStates(machines);
      const [initiator, responder] = await startBoth(machines);
      machines.pingUntilAnswered("alice", "10.1.2.100");
      assert.equal(machines.ping("alice", "10.1.2.100", 5), 5);
      assert.equal(machines.ping("bob", "10.1.1.100", 5), 5);
      assert.equal(machines.ping("bob", "10.1.1.1", 3), 3);
      const [ours, theirs] = [await counters(machines, "initiator"), await counters(machines, "responder")];
      assert.ok(ours.encaps >= 14, `${ours.encaps} packets`);
      assert.deepEqual(ours, { encaps: theirs.decaps, decaps: theirs.encaps });
      const sas = await machines.console("responder", "show crypto isakmp sa");
      assert.match(sas, /QM_IDLE/);

      assert.equal(await initiator.end("SIGTERM"), 0);
      const left = await machines.console("responder", "show crypto isakmp sa");
      assert.doesNotMatch(left, /QM_IDLE/, "the peer was told");
      assert.equal(await responder.end("SIGINT"), 0);
      assert.deepEqual(bothStates(machines), before);
    }));

  it("lets nothing out in clear after a crash, and comes back by itself at the next start", () =>
    withMachines(async (machines) => {
      const before = bothStates(machines);
      const [initiator, responder] = await startBoth(machines);
      machines.pingUntilAnswered("alice", "10.1.2.100");
      await initiator.end("SIGKILL");
      // A way in clear, that must not be taken.
      machines.ip("initiator", "route", "add", "10.1.2.0/24", "via", "172.16.172.20");
      const sent = forwarded(machines, "initiator");
      assert.equal(machines.ping("alice", "10.1.2.100", 3, 1), 0);
      assert.equal(forwarded(machines, "initiator"), sent);
      machines.ip("initiator", "route", "del", "10.1.2.0/24");

      const again = await machines.start("initiator", INITIATOR, "--configure");
      assert.match(again.output, /left on this machine when it crashed is removed/);
      machines.pingUntilAnswered("alice", "10.1.2.100");
      assert.equal(machines.ping("bob", "10.1.1.100", 3), 3);
      for (const router of [again, responder]) assert.equal(await router.end("SIGTERM"), 0);
      assert.deepEqual(bothStates(machines), before);
    }));

  it("drops what comes in clear and must be protected", () =>
    withMachines(async (machines) => {
      const initiator = await machines.start("initiator", INITIATOR, "--configure-addresses");
      for (const machine of ["initiator", "responder"] as const)
        machines.set(machine, "net.ipv4.ip_forward=1");
      machines.ip("responder", "route", "add", "10.1.1.0/24", "via", "172.16.172.10");
      assert.equal(machines.ping("bob", "10.1.1.100", 2, 1), 0);
      await initiator.says(/%CRYPTO-4-RECVD_PKT_NOT_IPSEC/);
      const counted = await machines.console("initiator", "show crypto ipsec sa");
      assert.match(counted, /#recv errors 2/);
    }));

  it("encrypts by a configuration that was changed at its console, without a gap", () =>
    withMachines(async (machines) => {
      await startBoth(machines);
      machines.pingUntilAnswered("alice", "10.1.2.100");
      const lines = [
        "configure terminal",
        "access-list 101 permit icmp host 10.1.1.1 host 172.16.172.20",
        "end",
      ];
      await machines.console("initiator", ...lines);
      assert.match(
        machines.ip("initiator", "-4", "rule", "show"),
        /from 10\.1\.1\.1 to 172\.16\.172\.20 ipproto icmp/,
      );
      assert.equal(machines.ping("alice", "10.1.2.100", 3), 3);
    }));

  it("says when an interface goes down and comes back, and goes on then", () =>
    withMachines(async (machines) => {
      const routed = `${readFileSync(INITIATOR, "utf8")}\nip route 10.9.0.0 255.255.0.0 172.16.172.20\n`;
      const [initiator] = await Promise.all([
        machines.start("initiator", machines.file("routed.cfg", routed), "--configure"),
        machines.start("responder", RESPONDER, "--configure"),
      ]);
      machines.pingUntilAnswered("alice", "10.1.2.100");
      machines.ip("initiator", "link", "set", "wan", "down");
      await initiator.says(/Ethernet1\/0 is down: wan is without 172\.16\.172\.10/);
      machines.ip("initiator", "link", "set", "wan", "up");
      await initiator.says(/Ethernet1\/0 is back: wan has 172\.16\.172\.10/);
      machines.pingUntilAnswered("alice", "10.1.2.100");
      assert.equal(machines.ping("bob", "10.1.1.100", 3), 3);
      assert.equal(await initiator.end("SIGTERM"), 0);
      assert.doesNotMatch(machines.state("initiator"), /10\.9\.0\.0/);
    }));

  it("takes rubbish in its peer's name on 500, 4500 and protocol 50, and its tunnel carries on", () =>
    withMachines(async (machines) => {
      const [initiator] = await startBoth(machines);
      machines.pingUntilAnswered("alice", "10.1.2.100");
      const [spi = ""] =
        /(?<=inbound esp sas:\s+spi: 0x)[0-9A-F]+/.exec(
          await machines.console("initiator", "show crypto ipsec sa"),
        ) ?? [];
      machines.program("responder", "rubbish-program.ts", spi);
      const before = initiator.residentKilobytes();
      for (let round = 0; round < 4; round++) {
        machines.program("responder", "rubbish-program.ts", spi);
        assert.equal(machines.ping("alice", "10.1.2.100", 3), 3);
        assert.equal(machines.ping("bob", "10.1.1.100", 3), 3);
      }
      const growth = initiator.residentKilobytes() - before;
      assert.ok(growth < 40_000, `it grew by ${growth} kB`);
      const shown = await machines.console("initiator", "show crypto ipsec sa", "show crypto isakmp sa");
      assert.match(shown, new RegExp(`spi: 0x${spi}`), "the same SA as before");
      assert.match(shown, /#recv errors [1-9]\d{4}/);
      const lines = initiator.output.split("\n").length;
      assert.ok(lines < 100, `${lines} lines were logged`);
      assert.doesNotMatch(initiator.output, /FAULT/);
    }));

  it("says in a line what is in the way, and changes nothing", () =>
    withMachines(async (machines) => {
      const before = bothStates(machines);
      const check = async (configuration: string, ...options: string[]) =>
        await machines.finish("initiator", "run", configuration, "--check", ...options);
      const named = ["--interface", "Ethernet0/0=lan", "--interface", "Ethernet1/0=wan"];
      const broken = machines.file("broken.cfg", "interface Ethernet0/0\n ip adress 10.1.1.1\n");
      const told = await Promise.all([
        check(INITIATOR),
        check(RESPONDER, "--configure-addresses", ...named),
        check(RESPONDER),
        check(INITIATOR, "--interface", "Ethernet0/0=nowhere"),
        check("/no/such/file.cfg"),
        check(broken),
        check(INITIATOR, "--nonsense"),
      ]);
      assert.deepEqual(
        told.map(({ code }) => code),
        [0, 0, 1, 1, 1, 1, 2],
      );
      const said = [
        /can run on this machine; nothing was changed/,
        /Ethernet1\/0 is wan, which gets 172\.16\.172\.20/,
        /no interface of this machine has Ethernet1\/0's address 172\.16\.172\.20: name one/,
        /this machine has no interface nowhere/,
        /cannot read .*: there is no such file/,
        /broken\.cfg:2/,
        /unknown option --nonsense/,
      ];
      said.forEach((pattern, i) => {
        assert.match(told[i]?.output ?? "", pattern);
      });
      assert.deepEqual(bothStates(machines), before);
    }));

  it("names the program that has IKE's port", () =>
    withMachines(async (machines) => {
      const running = await machines.start("initiator", INITIATOR, "--state-dir", `${machines.folder}/other`);
      const second = await machines.finish("initiator", "run", INITIATOR);
      assert.equal(second.code, 1);
      assert.match(second.output, /UDP port 500 at 10\.1\.1\.1 is in use by node \(process \d+\): stop it/);
      const third = await machines.finish(
        "initiator",
        "run",
        INITIATOR,
        "--state-dir",
        `${machines.folder}/other`,
      );
      assert.match(third.output, /skeyid is running here already|skeyid is running already/);
      assert.equal(await running.end("SIGTERM"), 0);
    }));
});

async function withMachines(work: (machines: Machines) => Promise<void>): Promise<void> {
  const machines = Machines.make();
  try {
    await work(machines);
  } finally {
    await machines.remove();
  }
}

async function startBoth(machines: Machines): Promise<readonly [RunningRouter, RunningRouter]> {
  return await Promise.all([
    machines.start("initiator", INITIATOR, "--configure"),
    machines.start("responder", RESPONDER, "--configure"),
  ]);
}

function bothStates(machines: Machines): readonly string[] {
  return [machines.state("initiator"), machines.state("responder")];
}

async function counters(machines: Machines, machine: Machine): Promise<{ encaps: number; decaps: number }> {
  const shown = await machines.console(machine, "show crypto ipsec sa");
  const [, encaps] = /#pkts encaps: (\d+)/.exec(shown) ?? [];
  const [, decaps] = /#pkts decaps: (\d+)/.exec(shown) ?? [];
  return { encaps: Number(encaps), decaps: Number(decaps) };
}

/** Packets routed on from one interface to another since the machine was made. */
function forwarded(machines: Machines, machine: Machine): number {
  const [names = "", values = ""] = machines
    .read(machine, "/proc/net/snmp")
    .split("\n")
    .filter((line) => line.startsWith("Ip:"));
  return Number(values.split(" ")[names.split(" ").indexOf("ForwDatagrams")]);
}
