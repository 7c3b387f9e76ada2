/** scapy as an independent ESP: it takes the place of a peer that has died, with the keys that `skeyid run --keys` wrote. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { GATEWAY_ADDRESS as OURS, PEER_ADDRESS as PEER } from "./namespaces.ts";
import { Network } from "./network.ts";
import { RunningRouter, whyNoMachines } from "./router-machines.ts";
import { shownFlows } from "./sa-counters.ts";

/** Debian's Python, as its package brings scapy. */
const PYTHON = "/usr/bin/python3";
const SCAPY = "/usr/lib/python3/dist-packages/scapy";
const skip = whyNoMachines() ?? (existsSync(SCAPY) ? false : "needs scapy: apt-get install python3-scapy");

const TRANSFORM_SETS = [
  "esp-des esp-md5-hmac",
  "esp-3des esp-sha-hmac",
  "esp-aes esp-sha-hmac",
  "esp-aes 192 esp-sha384-hmac",
  "esp-aes 256 esp-sha256-hmac",
  "esp-aes 256 esp-sha512-hmac",
  "esp-null esp-md5-hmac",
  "esp-aes ctr esp-sha-hmac",
  "esp-aes 256 ctr esp-sha256-hmac",
  "esp-gcm",
  "esp-gcm 256",
];

describe("scapy's ESP", { skip }, () => {
  it("and ours read each other in every suite and both modes, and what is altered, old or a repetition is dropped", () =>
    Network.with(["ours", "peer"], async (network) => {
      network.wire(["ours", "wan0", `${OURS}/24`], ["peer", "wan0", `${PEER}/24`]);
      const tunnels = TRANSFORM_SETS.map((_, i) => [`10.1.${i}.1`, `10.2.${i}.1`] as const);
      for (const [ours, theirs] of tunnels) {
        network.addresses("ours", `${ours}/24`);
        network.addresses("peer", `${theirs}/24`);
      }
      const keys = network.file("keys", "");
      const [, peer] = await Promise.all([
        network.router("ours", configuration("ours"), "--hold", "--keys", keys),
        network.router("peer", configuration("peer")),
      ]);
      const flows = [...tunnels, [OURS, PEER] as const];
      for (const [ours, theirs] of flows) await network.pingUntilAnswered("ours", ours, theirs);
      await peer.kill();

      const places = tunnels.map(([ours, theirs]) => `tunnel:${theirs}:${ours}`);
      const program = fileURLToPath(new URL("./scapy-esp.py", import.meta.url));
      const scapy = new RunningRouter([
        ...["ip", "netns", "exec", network.namespace("peer"), PYTHON, program, keys, PEER, OURS],
        ...[...places, "transport"],
      ]);
      try {
        await scapy.says(/^serving$/m);
        for (const [ours, theirs] of flows)
          assert.equal(network.ping("ours", ours, theirs, 3), 3, `${ours}: scapy reads it and answers`);
      } finally {
        await scapy.kill();
      }
      const told = [...scapy.output.matchAll(/^\{.*\}$/gm)].map(([line]) => JSON.parse(line));
      const shown = shownFlows(await network.console("ours", "terminal length 0", "show crypto ipsec sa"));
      assert.equal(told.length, flows.length);
      told.forEach(({ answered, seen, spi }, i) => {
        assert.deepEqual(answered, [1, 2, 3, 4, 7], shown[i]?.transforms[0]);
        assert.equal(shown[i]?.outboundSpi, spi);
        assert.equal(shown[i]?.inboundSpis.length, 1, "one negotiation was enough");
        // What the peer itself had before, five answers, three echoes.
        const [first] = seen;
        assert.deepEqual(seen, [first, first + 1, first + 2, first + 3, first + 4]);
        const packets = first - 1 + 5 + 3;
        assert.deepEqual(
          [shown[i]?.encapsulated, shown[i]?.decapsulated, shown[i]?.receiveErrors],
          [packets, packets, 3],
        );
      });
    }));
});

function configuration(of: "ours" | "peer"): string {
  const [own, other, ownNet, otherNet] = of === "ours" ? [OURS, PEER, 1, 2] : [PEER, OURS, 2, 1];
  const entry = (number: number): string => `crypto map vpn ${10 + number} ipsec-isakmp
 set peer ${other}
 set transform-set t${number}
 match address ${110 + number}
`;
  const nets = (number: number): string =>
    `permit ip 10.${ownNet}.${number}.0 0.0.0.255 10.${otherNet}.${number}.0 0.0.0.255`;
  const sets = [...TRANSFORM_SETS, "esp-aes esp-sha-hmac\n mode transport"];
  const lists = [...TRANSFORM_SETS.map((_, i) => nets(i)), `permit icmp host ${own} host ${other}`];
  return `hostname ${of}
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 2
crypto isakmp key a-shared-secret address ${other}
${sets.map((set, i) => `crypto ipsec transform-set t${i} ${set}\n`).join("")}${sets.map((_, i) => entry(i)).join("")}interface Ethernet0
 ip address ${own} 255.255.255.0
 crypto map vpn
${lists.map((list, i) => `access-list ${110 + i} ${list}\n`).join("")}`;
}
