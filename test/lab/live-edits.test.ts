/** Crypto maps that are edited while SAs are up: what goes, what stays, and that nothing of what was there before is left behind. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { milliseconds } from "../../src/base/time.ts";
import { exampleFiles, type TypedLab, typedLab } from "../support/typed-lab.ts";

fc.configureGlobal({ seed: 2409 });

const PING = "ping 10.1.2.1 source 10.1.1.1";
const FILES = exampleFiles("router-to-router-psk");
const NEAR = "Initiator";
const NEAR_FILE = "initiator.cfg";
/** The router as it is unpacked, with its addresses. */
const BARE = [
  `hostname ${NEAR}`,
  "interface Ethernet0/0",
  "ip address 10.1.1.1 255.255.255.0",
  "interface Ethernet1/0",
  "ip address 172.16.172.10 255.255.255.0",
].join("\n");
const MAP = "crypto map vpn 10 ipsec-isakmp";

function configured({ type }: TypedLab, ...lines: readonly string[]): void {
  type(NEAR, "configure terminal", ...lines, "end");
}

function cryptoLines({ type }: TypedLab): string[] {
  return type(NEAR, "show running-config").filter((line) => /^ |^(?:access-list|crypto)/.test(line));
}

/** SPIs of SAs that are up, as `show crypto ipsec sa` prints them. */
function spis({ type }: TypedLab, router = NEAR): string[] {
  return type(router, "show crypto ipsec sa").flatMap((line) => /^\s+spi: (0x\S+)/.exec(line)?.[1] ?? []);
}

function begun(): TypedLab {
  const made = typedLab(FILES);
  assert.equal(made.type(NEAR, PING).at(-2), ".!!!!");
  return made;
}

describe("an edit of a crypto map in use", () => {
  for (const [what, ...lines] of [
    ["another transform set", "crypto ipsec transform-set other esp-des", MAP, "set transform-set other"],
    ["another lifetime", MAP, "set security-association lifetime seconds 600"],
    ["PFS", MAP, "set pfs group2"],
    ["a peer more", MAP, "set peer 203.0.113.99"],
    ["an entry more", "crypto map vpn 20 ipsec-isakmp", "set peer 203.0.113.99", "match address 101"],
    ["a line of the access list more", "access-list 101 permit ip host 10.1.1.1 host 10.9.9.9"],
  ] as const)
    it(`keeps the SAs: ${what}`, () => {
      const made = begun();
      const before = spis(made);
      assert.equal(before.length, 2);
      configured(made, ...lines);
      assert.deepEqual(spis(made), before);
      assert.equal(made.type(NEAR, PING).at(-2), "!!!!!");
    });

  for (const [what, ...lines] of [
    ["its entry", `no ${MAP.replace(" ipsec-isakmp", "")}`],
    ["its peer", MAP, "no set peer 172.16.172.20"],
    ["its access list's line", MAP, "match address 199", "access-list 199 permit ip host 10.9.9.9 any"],
    ["its access list", MAP, "no match address"],
    ["the map on the interface", "interface Ethernet1/0", "no crypto map"],
  ] as const)
    it(`ends the SAs, at the peer too, where it takes away ${what}`, () => {
      const made = begun();
      configured(made, ...lines);
      assert.deepEqual(spis(made), []);
      made.lab.world.runFor(milliseconds(1000));
      assert.deepEqual(spis(made, "Responder"), []);
    });
});

it("an interface that is shut down takes its SAs with it, and cannot say so", () => {
  const made = begun();
  configured(made, "interface Ethernet1/0", "shutdown");
  assert.deepEqual([spis(made).length, spis(made, "Responder").length], [0, 2]);
});

describe("edits of crypto maps, one after the other", () => {
  const EDITS: readonly (readonly string[])[] = [
    [MAP, "set peer 172.16.172.20"],
    [MAP, "no set peer 172.16.172.20"],
    [MAP, "set peer 172.16.172.99"],
    [MAP, "no set peer 172.16.172.99"],
    [MAP, "match address 101"],
    [MAP, "no match address"],
    [MAP, "match address 102"],
    [MAP, "set transform-set myset"],
    [MAP, "set transform-set other myset"],
    [MAP, "set pfs group2"],
    [MAP, "no set pfs"],
    [MAP, "set security-association lifetime seconds 600"],
    [MAP, "set security-association level per-host"],
    [MAP, "reverse-route static"],
    ["no crypto map vpn 10"],
    ["no crypto map vpn"],
    [
      "crypto map vpn 5 ipsec-isakmp",
      "set peer 172.16.172.20",
      "set transform-set myset",
      "match address 102",
    ],
    ["no crypto map vpn 5"],
    ["crypto map vpn 60 ipsec-isakmp dynamic anyone"],
    ["crypto dynamic-map anyone 10", "set transform-set myset"],
    ["no crypto dynamic-map anyone 10"],
    ["crypto map vpn local-address Ethernet0/0"],
    ["no crypto map vpn local-address"],
    ["interface Ethernet1/0", "no crypto map"],
    ["interface Ethernet1/0", "crypto map vpn"],
    ["crypto ipsec transform-set other esp-aes esp-sha-hmac", "exit"],
    ["no crypto ipsec transform-set other"],
    ["access-list 101 permit ip 10.1.1.0 0.0.0.255 10.1.2.0 0.0.0.255"],
    ["no access-list 101"],
    ["access-list 102 permit ip host 10.1.1.1 host 10.1.2.1"],
    ["no access-list 102"],
  ];

  it("leave what a router has that begins with the configuration that is shown then", () => {
    const edits = fc.array(fc.constantFrom(...EDITS), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(edits, (chosen) => {
        const edited = begun();
        for (const lines of chosen) {
          configured(edited, ...lines);
          edited.type(NEAR, PING);
        }
        const shown = edited.type(NEAR, "show running-config").join("\n");
        const fresh = typedLab(
          FILES.map((file) => (file.name === NEAR_FILE ? { ...file, text: BARE } : file)),
        );
        configured(
          fresh,
          ...shown.split("\n").filter((line) => /^ |^(?:access-list|crypto|interface)/.test(line)),
        );
        assert.deepEqual(cryptoLines(fresh), cryptoLines(edited), chosen.flat().join("\n"));
        // Ends what was negotiated before, and what either side waits for.
        for (const router of [NEAR, "Responder"])
          edited.type(router, "clear crypto sa", "clear crypto isakmp");
        edited.lab.world.runFor(milliseconds(120_000));
        const fare = ({ type }: TypedLab) => [
          ...type(NEAR, PING, PING).filter((line) => /^[.!U]+$/.test(line)),
          ...type(NEAR, "show crypto map").map((line) => line.trimEnd()),
        ];
        assert.deepEqual(fare(edited), fare(fresh), chosen.flat().join("\n"));
      }),
      { numRuns: 40 },
    );
  });
});
