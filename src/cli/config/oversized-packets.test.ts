import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../config/compile.ts";
import { candidatesOf, MOVEMENTS } from "../editing.ts";
import { continuations } from "../help.ts";
import { loadConfiguration } from "../load.ts";
import { runningConfig } from "../running-config.ts";
import { splitLine } from "../words.ts";
import { GLOBAL_MODE } from "./global-mode.ts";
import { INTERFACE } from "./interface.ts";

const ROUTER = [
  "crypto isakmp policy 10",
  " authentication pre-share",
  "crypto isakmp key cisco123 address 172.16.172.20",
  "crypto ipsec transform-set set1 esp-aes esp-sha-hmac",
  "crypto map vpn 10 ipsec-isakmp",
  " set peer 172.16.172.20",
  " set transform-set set1",
  " match address 101",
  "interface Ethernet1/0",
  " ip address 172.16.172.10 255.255.255.0",
  " crypto map vpn",
  "access-list 101 permit ip 10.1.1.0 0.0.0.255 10.1.2.0 0.0.0.255",
];

function load(...lines: string[]) {
  return loadConfiguration(lines.join("\n"), "test.cfg");
}

/** How the packets of the crypto map on Ethernet1/0 are treated. */
function treatment(...lines: string[]) {
  const { configuration, problems } = load(...ROUTER, ...lines);
  assert.deepEqual(problems, []);
  const { policy } = compile(configuration);
  const [own] = policy?.ipsec.interfaces ?? [];
  return [own?.dfBit, own?.fragmentation];
}

test("by default the DF bit is copied, and packets are cut before encryption", () => {
  assert.deepEqual(treatment(), ["copy", "before-encryption"]);
});

test("what an interface says goes before what is said for all", () => {
  const global = ["crypto ipsec df-bit clear", "crypto ipsec fragmentation after-encryption"];
  assert.deepEqual(treatment(...global), ["clear", "after-encryption"]);
  const own = [
    "interface Ethernet1/0",
    " crypto ipsec df-bit copy",
    " crypto ipsec fragmentation before-encryption",
  ];
  assert.deepEqual(treatment(...global, ...own), ["copy", "before-encryption"]);
  const gone = [" no crypto ipsec df-bit copy", " no crypto ipsec fragmentation"];
  assert.deepEqual(treatment(...global, ...own, ...gone), ["clear", "after-encryption"]);
  const back = ["no crypto ipsec df-bit", "no crypto ipsec fragmentation after-encryption"];
  assert.deepEqual(treatment(...global, ...back), ["copy", "before-encryption"]);
});

test("an interface prints its own settings, global configuration what is not the default", () => {
  const lines = [
    "crypto ipsec df-bit set",
    "crypto ipsec fragmentation before-encryption",
    "interface Ethernet1/0",
    " crypto ipsec fragmentation before-encryption",
    " crypto ipsec df-bit copy",
    " ip tcp adjust-mss 1360",
  ];
  assert.deepEqual(
    runningConfig(load(...lines).configuration).filter((line) => /^ ?(?:ip tcp|crypto|interface)/.test(line)),
    [
      "crypto ipsec df-bit set",
      "interface Ethernet1/0",
      " ip tcp adjust-mss 1360",
      " crypto ipsec df-bit copy",
      " crypto ipsec fragmentation before-encryption",
    ],
  );
});

test("the segment size of an interface reaches whoever moves its packets", () => {
  const { configuration } = load(
    "interface Ethernet0/0",
    " ip address 10.1.1.1 255.255.255.0",
    " ip tcp adjust-mss 500",
  );
  assert.equal(compile(configuration).policy?.interfaces[0]?.adjustMss, 500);
  const without = load(
    "interface Ethernet0/0",
    " ip address 10.1.1.1 255.255.255.0",
    " ip tcp adjust-mss 500",
    " no ip tcp adjust-mss",
  );
  assert.equal(compile(without.configuration).policy?.interfaces[0]?.adjustMss, undefined);
});

test("what IOS refuses changes nothing and has its words", () => {
  const { configuration, problems } = load(
    "crypto ipsec df-bit",
    "crypto ipsec df-bit keep",
    "crypto ipsec fragmentation during-encryption",
    "crypto ipsec df-bit clear now",
    "interface Ethernet1/0",
    " crypto ipsec fragmentation",
    " crypto ipsec df-bit maybe",
    " ip tcp adjust-mss",
    " ip tcp adjust-mss 499",
    " ip tcp adjust-mss 1461",
    " ip tcp adjust-mss many",
  );
  assert.deepEqual(
    problems.map(({ message }) => message),
    [
      "crypto ipsec df-bit\n% Incomplete command.",
      "crypto ipsec df-bit keep\n                    ^\n% Invalid input detected at '^' marker.",
      "crypto ipsec fragmentation during-encryption\n                           ^\n% Invalid input detected at '^' marker.",
      "crypto ipsec df-bit clear now\n                          ^\n% Invalid input detected at '^' marker.",
      "crypto ipsec fragmentation\n% Incomplete command.",
      "crypto ipsec df-bit maybe\n                    ^\n% Invalid input detected at '^' marker.",
      "ip tcp adjust-mss\n% Incomplete command.",
      "ip tcp adjust-mss 499\n                  ^\n% Invalid input detected at '^' marker.",
      "ip tcp adjust-mss 1461\n                  ^\n% Invalid input detected at '^' marker.",
      "ip tcp adjust-mss many\n                  ^\n% Invalid input detected at '^' marker.",
    ],
  );
  assert.deepEqual(configuration.dfBit, { value: "copy", origin: undefined });
  assert.deepEqual(configuration.fragmentation, { value: "before-encryption", origin: undefined });
  const [own] = configuration.interfaces;
  assert.deepEqual([own?.dfBit, own?.fragmentation, own?.adjustMss], [undefined, undefined, undefined]);
});

test("`?` lists what may follow, globally and below an interface", () => {
  for (const mode of [GLOBAL_MODE, INTERFACE.opens]) {
    assert.ok(mode, "there is a mode");
    const words = (text: string) =>
      continuations([...MOVEMENTS, ...candidatesOf(mode)], splitLine(text)).rows.map(
        ({ text: word }) => word,
      );
    assert.deepEqual(words("crypto ipsec df-bit"), ["clear", "copy", "set"]);
    assert.deepEqual(words("crypto ipsec fragmentation"), ["after-encryption", "before-encryption"]);
  }
});
