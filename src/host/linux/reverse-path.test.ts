import assert from "node:assert/strict";
import { test } from "node:test";
import { ipv4 } from "../../net/ip-address.ts";
import {
  type AccessRule,
  type AddressBlock,
  ANY_ADDRESS,
  ANY_PORT,
  blockOf,
  host,
  selectorOfRule,
} from "../../net/selector.ts";
import { reversePathFilter } from "./reverse-path.ts";

const OWN = ipv4("192.0.2.1");
const SUBNET = blockOf(OWN, ipv4("255.255.255.0"));
const LAN = blockOf(ipv4("10.1.0.0"), ipv4("255.255.0.0"));
const FAR = host(ipv4("198.51.100.9"));

for (const [what, expected, rule] of [
  ["a neighbour's own traffic", "loose", line(host(OWN), host(ipv4("192.0.2.2")))],
  ["everything", "loose", line(ANY_ADDRESS, ANY_ADDRESS)],
  ["the whole link", "loose", line(SUBNET, SUBNET)],
  ["networks behind the ends", "strict", line(LAN, blockOf(ipv4("10.2.0.0"), ipv4("255.255.0.0")))],
  ["what a network says to a neighbour", "strict", line(LAN, SUBNET)],
  ["a peer behind a router", "loose", line(host(OWN), FAR)],
  ["UDP with a peer", "loose", line(host(OWN), FAR, { protocol: 17 })],
  ["TCP with a peer", "strict", line(host(OWN), FAR, { protocol: 6 })],
  ["a host behind a router", "strict", line(host(OWN), host(ipv4("198.51.100.8")))],
  ["one protocol, which ARP has not", "strict", line(host(OWN), host(ipv4("192.0.2.2")), { protocol: 47 })],
  ["nothing", "strict", line(host(OWN), SUBNET, { action: "deny" })],
] as const)
  test(`a line that protects ${what} wants the reverse path filter to be ${expected}`, () => {
    assert.equal(reversePathFilter(interfaceWith(rule), SUBNET), expected);
  });

test("a dynamic map without an access list wants it to be loose, as the peer says what is protected", () => {
  const guarded = interfaceWith(line(LAN, LAN));
  const template = { mapName: "outside", sequence: 10 };
  const entries = guarded.entries.map((entry) => ({ ...entry, template }));
  assert.equal(reversePathFilter({ ...guarded, entries }, SUBNET), "strict");
  const open = entries.map((entry) => ({ ...entry, rules: [] }));
  assert.equal(reversePathFilter({ ...guarded, entries: open }, SUBNET), "loose");
});

function line(source: AddressBlock, destination: AddressBlock, more: Partial<AccessRule> = {}): AccessRule {
  const ports = { sourcePorts: ANY_PORT, destinationPorts: ANY_PORT };
  return { action: "permit", protocol: 0, source, destination, ...ports, ...more };
}

function interfaceWith(rule: AccessRule) {
  return {
    ...{ name: "Ethernet0", mapName: "vpn", localAddress: OWN, mtu: 1500 },
    ...({ dfBit: "copy", fragmentation: "before-encryption" } as const),
    entries: [
      {
        ...{
          id: "vpn 10 Ethernet0",
          sequence: 10,
          accessListName: "101",
          peers: [FAR.address],
          transformSets: [],
        },
        ...{
          lifetimeSeconds: 3600,
          lifetimeKilobytes: 4608000,
          idleTime: undefined,
          replayWindow: 64,
          origin: undefined,
        },
        rules: [{ action: rule.action, selector: selectorOfRule(rule), origin: undefined }],
      },
    ],
  };
}
