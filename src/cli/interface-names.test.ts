import assert from "node:assert/strict";
import { test } from "node:test";
import { isVirtualInterface, parseInterfaceName } from "./interface-names.ts";

test("interfaces are known by any abbreviation that names one type", () => {
  for (const [text, name] of [
    ["Ethernet0/0", "Ethernet0/0"],
    ["e0/0", "Ethernet0/0"],
    ["E 0/0", "Ethernet0/0"],
    ["fa0/1", "FastEthernet0/1"],
    ["f0/1.100", "FastEthernet0/1.100"],
    ["gi0/0/1", "GigabitEthernet0/0/1"],
    ["s0", "Serial0"],
    ["se1/0:23", "Serial1/0:23"],
    ["lo0", "Loopback0"],
    ["tu1", "Tunnel1"],
    ["bri 0", "BRI0"],
    ["virtual-template1", "Virtual-Template1"],
  ] as const)
    assert.equal(parseInterfaceName(text), name, text);
});

test("what names no one interface is none", () => {
  for (const text of [
    "",
    "0/0",
    "t0",
    "x0",
    "Ethernet",
    "Ethernet0/",
    "Ethernet0/0/0/0/0",
    "Ethernet-1",
    "e0/0 x",
  ])
    assert.equal(parseInterfaceName(text), undefined, text);
});

test("interfaces that configuration alone makes can be removed", () => {
  assert.equal(isVirtualInterface("Loopback0"), true);
  assert.equal(isVirtualInterface("Ethernet0/0"), false);
});
