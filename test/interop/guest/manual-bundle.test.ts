/** AH around ESP, keyed by hand at both ends: in the guest the operator's words go to the kernel itself, and no daemon runs. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { GATEWAY_ADDRESS, PEER_ADDRESS, PEER_INSIDE, whyNoPeers } from "../namespaces.ts";
import { whyNoMachines } from "../router-machines.ts";
import { whyNoGuest } from "./guest.ts";
import { INSIDE, JoinedGuest } from "./joined-guest.ts";
import { kernelSas } from "./kernel-sas.ts";

const skip = whyNoMachines() ?? whyNoGuest() ?? whyNoPeers() ?? false;

/** Of the SAs that receive at our end, and of those that send: SPIs and keys in hexadecimal. */
const IN = {
  ah: 1001,
  esp: 1003,
  ahKey: "1a".repeat(20),
  cipher: "0123456789abcdef",
  authenticator: "2b".repeat(20),
};
const OUT = {
  ah: 1002,
  esp: 1004,
  ahKey: "3c".repeat(20),
  cipher: "fedcba9876543210",
  authenticator: "4d".repeat(20),
};

for (const mode of ["tunnel", "transport"] as const)
  describe(`a bundle by hand in ${mode} mode, with a kernel`, { skip, concurrency: false }, () => {
    let joined: JoinedGuest;
    before(async () => {
      joined = await JoinedGuest.start();
      await joined.guest.do(kernelCommands(mode));
    });
    after(() => joined?.stop());

    it("carries packets both ways under both protocols", async () => {
      const router = await joined.run(...linesOf(mode));
      const [near, far] = mode === "tunnel" ? [INSIDE, PEER_INSIDE] : [GATEWAY_ADDRESS, PEER_ADDRESS];
      joined.pingUntilAnswered(near, far);
      assert.equal(joined.ping(5, near, far), 5);
      assert.equal(await joined.guest.ping(far, near, 5), 5);
      const sas = kernelSas(await joined.guest.do("ip -s xfrm state"));
      assert.deepEqual(sas.map(({ protocol, spi }) => `${protocol} ${spi}`).toSorted(), [
        "ah 1001",
        "ah 1002",
        "esp 1003",
        "esp 1004",
      ]);
      for (const { protocol, spi, packets } of sas)
        assert.ok(packets >= 11, `${protocol} ${spi} has carried ${packets} packets`);
      const shown = await joined.console("show crypto ipsec sa");
      const [, sent, received] = /#pkts encaps: (\d+)[\s\S]*?#pkts decaps: (\d+)/.exec(shown) ?? [];
      assert.deepEqual([Number(sent), Number(received)], [carriedBy(1004), carriedBy(1003)]);
      assert.match(shown, /#recv errors 0/);
      assert.doesNotMatch(router.output, /FAULT/);

      function carriedBy(spi: number): number | undefined {
        return sas.find((sa) => sa.spi === spi)?.packets;
      }
    });

    it("lets nothing pass that lacks AH", async () => {
      const [near, far] = mode === "tunnel" ? [INSIDE, PEER_INSIDE] : [GATEWAY_ADDRESS, PEER_ADDRESS];
      await joined.guest.do(`ip xfrm policy deleteall; ${policies(mode, ["esp"])}`);
      assert.equal(await joined.guest.ping(far, near, 1), 0);
      const shown = await joined.console("show crypto ipsec sa");
      assert.match(shown, /#recv errors [1-9]/);
    });
  });

function linesOf(mode: string): string[] {
  const ends =
    mode === "tunnel"
      ? "10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255"
      : `host ${GATEWAY_ADDRESS} host ${PEER_ADDRESS}`;
  const keys = (way: string, { ah, esp, ahKey, cipher, authenticator }: typeof IN) => [
    ` set session-key ${way} ah ${ah} ${ahKey}`,
    ` set session-key ${way} esp ${esp} cipher ${cipher} authenticator ${authenticator}`,
  ];
  return [
    "no crypto isakmp enable",
    "crypto ipsec transform-set t esp-aes esp-sha-hmac",
    "crypto ipsec transform-set hand ah-sha-hmac esp-des esp-sha-hmac",
    ` mode ${mode}`,
    "crypto map vpn 5 ipsec-manual",
    ` set peer ${PEER_ADDRESS}`,
    " set transform-set hand",
    ...keys("inbound", IN),
    ...keys("outbound", OUT),
    " match address 105",
    `access-list 105 permit ip ${ends}`,
  ];
}

/** What an operator of Linux types for the same. The kernel has ESP in tunnel mode within AH in transport mode. */
function kernelCommands(mode: string): string {
  const states = [
    ["src", GATEWAY_ADDRESS, "dst", PEER_ADDRESS, OUT] as const,
    ["src", PEER_ADDRESS, "dst", GATEWAY_ADDRESS, IN] as const,
  ].flatMap(([, source, , destination, { ah, esp, ahKey, cipher, authenticator }]) => [
    `ip xfrm state add src ${source} dst ${destination} proto ah spi ${ah} mode transport auth-trunc 'hmac(sha1)' 0x${ahKey} 96`,
    `ip xfrm state add src ${source} dst ${destination} proto esp spi ${esp} mode ${mode} auth-trunc 'hmac(sha1)' 0x${authenticator} 96 enc 'cbc(des)' 0x${cipher}`,
  ]);
  return [...states, policies(mode, ["esp", "ah"])].join("; ");
}

/** From the inside out. */
function policies(mode: string, protocols: readonly ("esp" | "ah")[]): string {
  const [near, far] = mode === "tunnel" ? ["10.1.0.0/24", "10.2.0.0/24"] : [GATEWAY_ADDRESS, PEER_ADDRESS];
  const policy = (direction: string, from: string, to: string, source: string, destination: string) => {
    const templates = protocols.map(
      (protocol) =>
        `tmpl src ${source} dst ${destination} proto ${protocol} mode ${protocol === "esp" ? mode : "transport"}`,
    );
    return `ip xfrm policy add src ${from} dst ${to} dir ${direction} ${templates.join(" ")}`;
  };
  return [
    policy("out", far, near, PEER_ADDRESS, GATEWAY_ADDRESS),
    policy("in", near, far, GATEWAY_ADDRESS, PEER_ADDRESS),
  ].join("; ");
}
