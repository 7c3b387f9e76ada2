import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readRunOptions } from "./run-options.ts";

describe("the command line of skeyid run", () => {
  it("needs a configuration and nothing else", () => {
    const read = readRunOptions(["router.cfg"]);
    assert.ok(read.kind === "options");
    const { file, interfaces, configure, configureAddresses, check, userspace, ports, peers } = read.options;
    assert.equal(file, "router.cfg");
    assert.deepEqual([interfaces.size, peers.size], [0, 0]);
    assert.deepEqual([configure, configureAddresses, check, userspace], [false, false, false, false]);
    assert.deepEqual(ports, { ike: 10_500, nat: 14_500 });
    assert.equal(readRunOptions([]).kind, "problem");
  });

  it("names devices for interfaces, whatever their case, and peers' places", () => {
    const read = readRunOptions([
      ...["r.cfg", "--interface", "Ethernet0/0=eth1", "--interface=Serial1=ppp0.5", "--configure"],
      ...["--peer", "192.0.2.2=127.0.0.1:20500,24500", "--ports", "1,65535", "--debug", "isakmp,ipsec"],
    ]);
    assert.ok(read.kind === "options");
    const { interfaces, peers, ports, configureAddresses, debug } = read.options;
    assert.deepEqual(
      [...interfaces],
      [
        ["ethernet0/0", "eth1"],
        ["serial1", "ppp0.5"],
      ],
    );
    assert.deepEqual([...peers], [["192.0.2.2", { address: "127.0.0.1", ike: 20_500, nat: 24_500 }]]);
    assert.deepEqual(ports, { ike: 1, nat: 65_535 });
    assert.ok(configureAddresses, "--configure assigns addresses too");
    assert.deepEqual([...debug], ["isakmp", "ipsec"]);
  });

  it("says in one line what is wrong", () => {
    for (const wrong of [
      ["--interface", "eth1"],
      ["--interface", "Ethernet0/0=a device"],
      ["--interface", "Ethernet0/0=../eth1"],
      ["--interface", "Ethernet0/0=sixteen-letters-"],
      ["--ports", "500"],
      ["--ports", "0,4500"],
      ["--ports", "500,65536"],
      ["--ports", "500,4500,1"],
      ["--peer", "192.0.2.2"],
      ["--peer", "host=127.0.0.1:1,2"],
      ["--peer", "192.0.2.2=127.0.0.1:1"],
      ["--debug", "everything"],
      ["--dataplane", "fast"],
      ["--unknown"],
      ["another.cfg"],
    ]) {
      const read = readRunOptions(["router.cfg", ...wrong]);
      assert.ok(read.kind === "problem", wrong.join(" "));
      assert.ok(!read.problem.includes("\n"));
    }
  });

  it("has encrypted nonces as IOS makes them, and as the RFC does where it is told to", () => {
    for (const [args, expected] of [
      [["router.cfg"], "ios"],
      [["router.cfg", "--rfc-nonces"], "rfc2409"],
    ] as const) {
      const read = readRunOptions(args);
      assert.ok(read.kind === "options", "read");
      assert.equal(read.options.conventions.encryptedNonceSkeyid, expected);
    }
  });
});
