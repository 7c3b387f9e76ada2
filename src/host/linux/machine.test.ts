import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ipv4, ipv4FromNumber } from "../../net/ip-address.ts";
import { blockContains, blockOf } from "../../net/selector.ts";
import { type MachineRoute, routeTo } from "./machine.ts";

fc.configureGlobal({ seed: 2409 });

describe("the route of a destination", () => {
  it("is the longest prefix, and between equals the lowest metric", () => {
    const routes = [
      route("0.0.0.0", 0, "eth0"),
      route("10.0.0.0", 8, "eth1"),
      route("10.1.0.0", 16, "eth2", 200),
      route("10.1.0.0", 16, "eth3", 100),
      route("10.1.1.1", 32, "eth4"),
    ];
    const deviceTo = (address: string) => routeTo(routes, ipv4(address))?.device;
    assert.deepEqual(["192.0.2.1", "10.9.9.9", "10.1.2.3", "10.1.1.1"].map(deviceTo), [
      "eth0",
      "eth1",
      "eth3",
      "eth4",
    ]);
    assert.equal(routeTo(routes.slice(1), ipv4("192.0.2.1")), undefined);
  });

  it("contains the destination, and no longer one does", () => {
    const routes = fc.array(
      fc
        .tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.nat(32))
        .map(([address, length]) => route(ipv4FromNumber(address), length, "eth0")),
    );
    fc.assert(
      fc.property(routes, fc.integer({ min: 0, max: 0xffffffff }), (table, number) => {
        const destination = ipv4FromNumber(number);
        const found = routeTo(table, destination);
        const lengths = table
          .filter(({ prefix }) => blockContains(prefix, destination))
          .map(({ prefixLength }) => prefixLength);
        assert.equal(found?.prefixLength, lengths.length === 0 ? undefined : Math.max(...lengths));
      }),
    );
  });
});

function route(address: string, prefixLength: number, device: string, metric = 0): MachineRoute {
  const mask = ipv4FromNumber(2 ** 32 - 2 ** (32 - prefixLength));
  return {
    prefix: blockOf(ipv4(address), mask),
    prefixLength,
    device,
    gateway: undefined,
    metric,
    protocol: "boot",
  };
}
