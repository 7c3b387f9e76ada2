import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { InterfaceConfiguration } from "../../config/router-policy.ts";
import { ipv4 } from "../../net/ip-address.ts";
import { blockOf } from "../../net/selector.ts";
import { type MatchingOptions, matchInterfaces } from "./interface-matching.ts";
import type { Device } from "./machine.ts";

const DEVICES: readonly Device[] = [
  device("lo", "127.0.0.1"),
  device("eth0", "192.0.2.1", "198.51.100.7"),
  device("eth1", "10.1.1.1"),
  device("eth2"),
];

describe("which Linux device is which IOS interface", () => {
  it("is told by the address, which need not be the device's first", () => {
    const { matched, problems } = match([ios("Ethernet0/0", "10.1.1.1"), ios("Serial0", "198.51.100.7")]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      matched.map(({ name, device: found }) => [name, found]),
      [
        ["Ethernet0/0", "eth1"],
        ["Serial0", "eth0"],
      ],
    );
  });

  it("leaves out what is shut down", () => {
    const { matched, problems } = match([{ ...ios("Ethernet0/0", "10.9.9.9"), up: false }]);
    assert.deepEqual([matched, problems], [[], []]);
  });

  it("needs a name for an address that is nowhere, and says how to give one", () => {
    const { problems } = match([ios("Ethernet0/0", "10.9.9.9")]);
    assert.deepEqual(problems, [
      "no interface of this machine has Ethernet0/0's address 10.9.9.9: name one with " +
        "--interface Ethernet0/0=DEVICE --configure-addresses, or assign it",
    ]);
  });

  it("takes the operator's name, whatever its case, and the address that is to be assigned", () => {
    const named = new Map([["ethernet0/0", "eth2"]]);
    const { matched, missing, problems } = match([ios("Ethernet0/0", "10.9.9.9")], { named, assign: true });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      matched.map(({ device: found }) => found),
      ["eth2"],
    );
    assert.deepEqual(missing, [{ device: "eth2", address: "10.9.9.9/24" }]);
  });

  it("does not assign unless it is asked to", () => {
    const named = new Map([["ethernet0/0", "eth2"]]);
    const { problems } = match([ios("Ethernet0/0", "10.9.9.9")], { named, assign: false });
    assert.match(problems[0] ?? "", /ip address add 10\.9\.9\.9\/24 dev eth2, or add --configure-addresses/);
  });

  it("refuses a device that is not there, an interface that is not, and an address that is elsewhere", () => {
    const named = new Map([
      ["ethernet0/0", "eth2"],
      ["ethernet0/1", "eth9"],
      ["ethernet7/7", "eth1"],
    ]);
    const { problems } = match([ios("Ethernet0/0", "10.1.1.1"), ios("Ethernet0/1", "10.9.9.9")], {
      named,
      assign: true,
    });
    assert.deepEqual(problems, [
      "--interface ethernet7/7: the configuration has no such interface with an address",
      "Ethernet0/0 is to be eth2, but eth1 has its address 10.1.1.1: remove it there",
      "--interface Ethernet0/1=eth9: this machine has no interface eth9",
    ]);
  });

  it("puts a loopback's address on lo", () => {
    const { missing } = match([ios("Loopback0", "10.255.0.1", "255.255.255.255")], {
      named: new Map(),
      assign: true,
    });
    assert.deepEqual(missing, [{ device: "lo", address: "10.255.0.1/32" }]);
  });
});

function match(
  interfaces: readonly InterfaceConfiguration[],
  options: MatchingOptions = { named: new Map(), assign: false },
) {
  return matchInterfaces(interfaces, DEVICES, options);
}

function device(name: string, ...addresses: readonly string[]): Device {
  return {
    ...{ name, isUp: true, mtu: 1500 },
    addresses: addresses.map((address) => ({ address: ipv4(address), prefixLength: 24 })),
  };
}

function ios(name: string, address: string, mask = "255.255.255.0"): InterfaceConfiguration {
  const own = { address: ipv4(address), mask: ipv4(mask) };
  const traffic = {
    ...{ adjustMss: undefined, tunnel: undefined, natSide: undefined, policyRoutes: undefined },
    accessGroups: { in: undefined, out: undefined },
  };
  return { name, ...own, prefix: blockOf(own.address, own.mask), mtu: 1500, up: true, ...traffic };
}
