/** Much data through a tunnel, both ways at once: what is joined and cut on the way arrives as it was sent, offloaded or not. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Machines, whyNoMachines } from "./router-machines.ts";

const skip = whyNoMachines() ?? false;
const EXAMPLE = fileURLToPath(new URL("../../examples/router-to-router-psk", import.meta.url));
/** The kernel would forward in clear before the gateways are there. */
const NOTHING_IN_CLEAR =
  "add table ip clear; add chain ip clear out { type filter hook forward priority 0 ; }; add rule ip clear out oifname wan drop";
/** Shows IKE a NAT that nothing else meets, so that both ends encapsulate. */
const NAT_FOR_IKE =
  "add table ip nat; add chain ip nat out { type nat hook postrouting priority 100 ; }; add rule ip nat out udp sport 500 snat to 172.16.172.10:1500";

describe("much data through a tunnel", { skip, concurrency: 2 }, () => {
  for (const [encapsulation, transforms] of [
    ["raw", "esp-gcm 256"],
    ["udp", "esp-aes esp-sha-hmac"],
  ] as const)
    for (const [initiator, responder] of [
      [[], []],
      [["--no-offload"], []],
      [[], ["--no-offload"]],
    ] as const)
      it(`${transforms}, ESP ${encapsulation === "raw" ? "alone" : "in UDP"}${what("initiator", initiator)}${what("responder", responder)}`, async () => {
        const machines = Machines.make();
        try {
          machines.nft("initiator", NOTHING_IN_CLEAR);
          if (encapsulation === "udp") machines.nft("initiator", NAT_FOR_IKE);
          const start = (router: "initiator" | "responder", options: readonly string[]) => {
            const text = readFileSync(`${EXAMPLE}/${router}.cfg`, "utf8");
            const file = machines.file(`${router}.cfg`, withTransforms(text, transforms));
            return machines.start(router, file, "--configure", "--hold", ...options);
          };
          await Promise.all([start("initiator", initiator), start("responder", responder)]);
          machines.pingUntilAnswered("alice", "10.1.2.100");
          const bob = machines.startProgram("bob", "bulk-program.ts", "listen", "5000");
          await bob.says(/listening/);
          const alice = machines.startProgram("alice", "bulk-program.ts", "10.1.2.100", "5000");
          for (const end of [alice, bob]) {
            await end.says(/^sent/m);
            await end.says(/^received/m);
          }
          assert.deepEqual(said(alice, "received"), said(bob, "sent"));
          assert.deepEqual(said(bob, "received"), said(alice, "sent"));
          const shown = await machines.console("initiator", "show crypto ipsec sa");
          assert.match(shown, encapsulation === "udp" ? /UDP-Encaps/ : /settings ={Tunnel, }/);
          // The hosts may learn by an error that their packets are too long.
          assert.match(shown, /#recv errors 0\n/);
        } finally {
          await machines.remove();
        }
      });
});

function what(router: string, options: readonly string[]): string {
  return options.length === 0 ? "" : `, ${router} without offload`;
}

/** The example's, with other transforms. */
function withTransforms(configuration: string, transforms: string): string {
  return configuration.replace(/(crypto ipsec transform-set \S+) .*/, `$1 ${transforms}`);
}

function said({ output }: { readonly output: string }, verb: string): readonly string[] {
  return new RegExp(`^${verb} (\\d+) ([0-9a-f]{64})$`, "m").exec(output)?.slice(1) ?? [];
}
