import assert from "node:assert/strict";
import { it } from "node:test";
import { mapEntry, NET_A, NET_B, policyOf, rule, WAN } from "../../../../test/support/data-plane-fixtures.ts";
import { ipv4 } from "../../../net/ip-address.ts";
import { type AddressBlock, ANY_ADDRESS, blockOf } from "../../../net/selector.ts";
import { mistakenForAnswers } from "./kernel-fitness.ts";

it("a permit line that leads to hosts behind another interface is nothing for the kernel, which would hold their packets for answers", () => {
  const interfaces = [
    interfaceOf(WAN, blockOf(ipv4("172.16.172.0"), ipv4("255.255.255.0"))),
    interfaceOf("Ethernet0/0", NET_A),
    interfaceOf("Loopback0", NET_B),
  ];
  const reasonFor = (destination: AddressBlock) => {
    const ipsec = policyOf([mapEntry([rule("permit", NET_A, destination)])]);
    return mistakenForAnswers({ ipsec, interfaces });
  };
  assert.equal(reasonFor(NET_B), undefined);
  assert.match(reasonFor(ANY_ADDRESS) ?? "", /access list 101 leads to the hosts at Ethernet0\/0, too/);
});

function interfaceOf(name: string, prefix: AddressBlock) {
  const { address, wildcard: mask } = prefix;
  const without = { adjustMss: undefined, natSide: undefined, policyRoutes: undefined, tunnel: undefined };
  const accessGroups = { in: undefined, out: undefined };
  return { name, prefix, address, mask, mtu: 1500, up: true, ...without, accessGroups };
}
