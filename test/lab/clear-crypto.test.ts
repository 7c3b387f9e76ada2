/** Each form of `clear crypto`, typed after a ping: what it names is gone with the next line, and the other end is told. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { skeyidLab } from "./lab-program.ts";

const PING = "ping 10.1.2.1 source 10.1.1.1";
const [INITIATOR, RESPONDER] = ["172.16.172.10", "172.16.172.20"] as const;

/** The command, and how many SAs of each phase are left at either end. */
const FORMS: readonly (readonly [string, { readonly isakmp: number; readonly ipsec: number }])[] = [
  ["clear crypto sa", { isakmp: 1, ipsec: 0 }],
  [`clear crypto sa peer ${RESPONDER}`, { isakmp: 1, ipsec: 0 }],
  [`clear crypto sa peer ${INITIATOR}`, { isakmp: 1, ipsec: 1 }],
  ["clear crypto sa map vpn", { isakmp: 1, ipsec: 0 }],
  ["clear crypto sa map other", { isakmp: 1, ipsec: 1 }],
  ["clear crypto sa counters", { isakmp: 1, ipsec: 1 }],
  ["clear crypto isakmp", { isakmp: 0, ipsec: 1 }],
  ["clear crypto isakmp 1", { isakmp: 0, ipsec: 1 }],
  ["clear crypto isakmp 9", { isakmp: 1, ipsec: 1 }],
  ["clear crypto session", { isakmp: 0, ipsec: 0 }],
  [`clear crypto session remote ${RESPONDER}`, { isakmp: 0, ipsec: 0 }],
  [`clear crypto session remote ${INITIATOR}`, { isakmp: 1, ipsec: 1 }],
  [`clear crypto session local ${INITIATOR}`, { isakmp: 0, ipsec: 0 }],
];

for (const [command, left] of FORMS)
  test(`${command} leaves ${left.isakmp} of phase 1 and ${left.ipsec} of phase 2`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "skeyid-lab-"));
    try {
      cpSync(new URL("../../examples/router-to-router-psk", import.meta.url), folder, { recursive: true });
      const shows = ["show crypto isakmp sa", "show crypto ipsec sa | include outbound spi"];
      const script = [
        { router: "Responder", lines: ["undebug all"] },
        { router: "Initiator", lines: ["undebug all", PING, command, ...shows] },
        { waitSeconds: 1 },
        { router: "Responder", lines: shows },
      ];
      writeFileSync(join(folder, "lab.json"), JSON.stringify({ debug: [], script }));
      const { code, out } = await skeyidLab(folder);
      assert.equal(code, 0);
      const text = out.join("\n");
      const ends = [
        text.slice(text.indexOf(`#${command}`)),
        text.slice(text.lastIndexOf("Responder#show crypto isakmp")),
      ];
      for (const shown of ends) {
        const [own = ""] = shown.split("\n\nResponder#");
        assert.equal(own.match(/ QM_IDLE /g)?.length ?? 0, left.isakmp, own);
        assert.equal(own.match(/outbound spi: [0-9A-F]{2,}/g)?.length ?? 0, left.ipsec, own);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
