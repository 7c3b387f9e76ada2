/** Access lists and address translation of a configuration on a Linux router, beside IPsec: nftables does it for us. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Machines, whyNoMachines } from "./router-machines.ts";

const skip = whyNoMachines() ?? (existsSync("/usr/sbin/nft") ? false : "needs nft: apt-get install nftables");
const EXAMPLE = fileURLToPath(new URL("../../examples/router-to-router-psk", import.meta.url));
const INITIATOR = readFileSync(`${EXAMPLE}/initiator.cfg`, "utf8").replace(/^end$/m, "");
const RESPONDER = `${EXAMPLE}/responder.cfg`;

describe("a Linux machine filters and translates as its configuration says", { skip, concurrency: 2 }, () => {
  it("translates what goes outside and is not protected, and lets in what answers it", () =>
    withMachines(async (machines) => {
      const before = machines.state("initiator");
      const file = machines.file("nat.cfg", INITIATOR + NAT);
      const router = await machines.start("initiator", file, "--configure");
      const far = await machines.start("responder", RESPONDER, "--configure");
      machines.pingUntilAnswered("alice", "10.1.2.100");
      assert.equal(machines.ping("bob", "10.1.1.100", 3), 3, "what is protected keeps its addresses");
      // The far router has no way back to alice in clear.
      assert.equal(machines.ping("alice", "172.16.172.20", 3), 3);
      assert.equal(machines.ping("responder", "172.16.172.50", 3), 3, "by her other address");
      await machines.console(
        "initiator",
        "configure terminal",
        "no ip nat inside source static 10.1.1.100 172.16.172.50",
        "end",
      );
      machines.pingUntilAnswered("alice", "172.16.172.20");
      assert.equal(machines.ping("alice", "172.16.172.20", 3), 3, "by the router's address");
      assert.match(machines.nftables("initiator"), /snat to 172\.16\.172\.10/);
      for (const each of [router, far]) assert.equal(await each.end("SIGTERM"), 0);
      assert.equal(machines.nftables("initiator"), "");
      assert.equal(machines.state("initiator"), before);
    }));

  it("protects what the crypto access list names by its translated address", () =>
    withMachines(async (machines) => {
      const ours = machines.file("global.cfg", INITIATOR.replace(/^access-list 101 .*$/gm, "") + GLOBAL);
      const theirs = readFileSync(RESPONDER, "utf8").replace(
        /^access-list 101 .*$/gm,
        "access-list 101 permit ip 10.1.2.0 0.0.0.255 172.16.172.48 0.0.0.7",
      );
      await machines.start("initiator", ours, "--configure", "--dataplane", "tun");
      await machines.start("responder", machines.file("far.cfg", theirs), "--configure");
      machines.pingUntilAnswered("alice", "10.1.2.100");
      assert.equal(machines.ping("bob", "172.16.172.50", 3), 3, "she is known there by her other address");
      await machines.console(
        "initiator",
        "configure terminal",
        "no ip nat inside source static 10.1.1.100 172.16.172.50",
        "end",
      );
      machines.pingUntilAnswered("alice", "10.1.2.100");
      assert.equal(machines.ping("alice", "10.1.2.100", 3), 3, "by an address of the pool");
      const shown = await machines.console("initiator", "show crypto ipsec sa");
      assert.match(shown, /local {2}ident .*\(172\.16\.172\.48\/255\.255\.255\.248\/0\/0\)/);
      assert.match(shown, /#pkts encaps: [1-9]\d*/);
      assert.match(shown, /#pkts decaps: [1-9]\d*/);
    }));

  it("holds packets against the list before and after decryption", () =>
    withMachines(async (machines) => {
      const file = machines.file("firewall.cfg", INITIATOR + FIREWALL);
      const router = await machines.start("initiator", file, "--configure");
      assert.match(router.output, /packets are not logged by the access lists of Ethernet1\/0/);
      assert.match(router.output, /ip local policy is not in force/);
      assert.match(router.output, /router rip is not spoken: let a routing daemon/);
      await machines.start("responder", RESPONDER, "--configure");
      machines.pingUntilAnswered("bob", "10.1.1.1");
      assert.equal(
        machines.ping("bob", "10.1.1.100", 2, 1),
        0,
        "the list has no line for what was decrypted",
      );
      assert.equal(machines.ping("responder", "172.16.172.10", 2, 1), 0, "nor for echoes in clear");
      await machines.console(
        "initiator",
        "configure terminal",
        "access-list 150 permit icmp 10.1.2.0 0.0.0.255 host 10.1.1.100",
        "end",
      );
      machines.pingUntilAnswered("bob", "10.1.1.100");
      assert.equal(machines.ping("bob", "10.1.1.100", 3), 3);
      // After a crash the next start takes away what was left, and this one sets nothing.
      await router.end("SIGKILL");
      assert.match(machines.nftables("initiator"), /table ip skeyid/);
      const again = await machines.start("initiator", file, "--configure-addresses");
      assert.match(again.output, /the access lists of Ethernet1\/0 are not in force/);
      assert.equal(machines.nftables("initiator"), "");
    }));
});

const NAT = `
interface Ethernet0/0
 ip nat inside
interface Ethernet1/0
 ip nat outside
ip nat inside source list 7 interface Ethernet1/0 overload
ip nat inside source static 10.1.1.100 172.16.172.50
access-list 7 permit 10.1.0.0 0.0.255.255
`;

const GLOBAL = `
interface Ethernet0/0
 ip nat inside
interface Ethernet1/0
 ip nat outside
ip nat pool few 172.16.172.51 172.16.172.51 netmask 255.255.255.0
ip nat inside source list 7 pool few overload
ip nat inside source static 10.1.1.100 172.16.172.50
access-list 7 permit 10.1.0.0 0.0.255.255
access-list 101 permit ip 172.16.172.48 0.0.0.7 10.1.2.0 0.0.0.255
ip route 0.0.0.0 0.0.0.0 172.16.172.20
`;

const FIREWALL = `
interface Ethernet1/0
 ip access-group 150 in
access-list 150 permit udp any host 172.16.172.10 eq isakmp
access-list 150 permit esp any any
access-list 150 permit icmp 10.1.2.0 0.0.0.255 host 10.1.1.1 log
ip local policy route-map OWN
router rip
 version 2
route-map OWN permit 10
`;

async function withMachines(work: (machines: Machines) => Promise<void>): Promise<void> {
  const machines = Machines.make();
  try {
    await work(machines);
  } finally {
    await machines.remove();
  }
}
