/**
 * AH with a Linux kernel at the other end, keyed by strongSwan or libreswan: alone, in both modes, by either initiator. Neither
 * daemon negotiates AH around ESP.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CHARON } from "../charon.ts";
import { GATEWAY_ADDRESS, PEER_ADDRESS, PEER_INSIDE, whyNoPeers } from "../namespaces.ts";
import { OpensslAuthority, trustpointLines } from "../openssl-authority.ts";
import { whyNoMachines } from "../router-machines.ts";
import { whyNoGuest } from "./guest.ts";
import { GuestCharon } from "./guest-charon.ts";
import { GuestPluto, whyNoPluto } from "./guest-pluto.ts";
import { INSIDE, JoinedGuest, KEY } from "./joined-guest.ts";
import { kernelSas, untilNoSas } from "./kernel-sas.ts";

const skip = whyNoMachines() ?? whyNoGuest() ?? whyNoPeers() ?? false;

interface Case {
  readonly initiator: "we" | "it";
  readonly transform: string;
  /** As the peer says it. */
  readonly algorithm: string;
  readonly mode: "tunnel" | "transport";
}

const CASES: readonly Case[] = [
  { initiator: "we", transform: "ah-sha-hmac", algorithm: "sha1", mode: "tunnel" },
  { initiator: "it", transform: "ah-sha256-hmac", algorithm: "sha256", mode: "tunnel" },
  { initiator: "it", transform: "ah-md5-hmac", algorithm: "md5", mode: "transport" },
  { initiator: "we", transform: "ah-sha512-hmac", algorithm: "sha512", mode: "transport" },
];

const CERTIFIED: readonly Case[] = [
  { initiator: "we", transform: "ah-sha256-hmac", algorithm: "sha256", mode: "transport" },
  { initiator: "it", transform: "ah-sha256-hmac", algorithm: "sha256-sha384", mode: "tunnel" },
];

describe("AH of the kernel", { skip, concurrency: false }, () => {
  let joined: JoinedGuest;
  before(async () => {
    joined = await JoinedGuest.start();
  });
  after(() => joined?.stop());

  describe("under strongSwan", { skip: whyNoPeers(CHARON, "/usr/sbin/swanctl") ?? false }, () => {
    let charon: GuestCharon;
    before(async () => {
      charon = await GuestCharon.start(joined.guest);
    });
    after(() => charon?.stop());

    for (const each of CASES)
      it(`${each.initiator} initiate: ${each.transform} in ${each.mode} mode`, async () => {
        const between = ["mode = transport", "local_ts = dynamic", "remote_ts = dynamic"];
        await charon.load({
          ...{ ike: "aes128-sha1-modp1536", preSharedKey: KEY, ah: each.algorithm },
          child: each.mode === "transport" ? between : [],
        });
        const router = await joined.run(...configurationOf(each));
        if (each.initiator === "it") await charon.initiate();
        await passes(each);
        assert.equal(await router.end("SIGTERM"), 0);
        await untilNoSas(joined.guest);
        assert.doesNotMatch(router.output, /FAULT/);
      });

    // The scenarios host2host-ah and net2net-ah of strongSwan's own suite, whose responder takes the first of two hashes.
    for (const each of CERTIFIED)
      it(`${each.initiator} initiate with certificates: ${each.transform} in ${each.mode} mode`, {
        skip: whyNoPeers("/usr/bin/openssl") ?? false,
      }, async () => {
        const authority = new OpensslAuthority("Root");
        try {
          const ours = authority.issue("/O=Lab/CN=ours");
          const peers = authority.issue("/O=Lab/CN=peer");
          charon.put("x509/own.pem", peers.certificate);
          charon.put("private/own.pem", peers.key);
          charon.put("x509ca/root.pem", authority.own.certificate);
          const between = ["mode = transport", "local_ts = dynamic", "remote_ts = dynamic"];
          await charon.load({
            ...{ ike: "aes128-sha256-modp2048", preSharedKey: KEY, ah: each.algorithm, isCertified: true },
            ends: {
              ...{ local: PEER_ADDRESS, localIdentity: '"O=Lab, CN=peer"' },
              ...{ remote: GATEWAY_ADDRESS, remoteIdentity: '"O=Lab, CN=ours"' },
            },
            child: each.mode === "transport" ? between : [],
          });
          joined.useKeys(ours.key);
          const lines = configurationOf(each, "rsa-sig", "sha256", 14);
          const router = await joined.run(...lines, ...trustpointLines(ours, [authority.own]).split("\n"));
          if (each.initiator === "it") await charon.initiate();
          await passes(each);
          assert.equal(await router.end("SIGTERM"), 0);
          await untilNoSas(joined.guest);
          assert.doesNotMatch(router.output, /FAULT/);
        } finally {
          authority.remove();
        }
      });
  });

  describe("under libreswan", { skip: whyNoPluto() ?? false }, () => {
    for (const each of CASES.slice(0, 2))
      it(`${each.initiator} initiate: ${each.transform}`, async () => {
        const pluto = await GuestPluto.start(joined.guest, {
          ...{ ike: "aes128-sha1;modp1536", esp: each.algorithm, preSharedKey: KEY },
          connection: { phase2: "ah" },
        });
        try {
          const router = await joined.run(...configurationOf(each));
          if (each.initiator === "it") await pluto.initiate();
          await passes(each);
          assert.equal(await router.end("SIGTERM"), 0);
          // What it has begun itself, it begins again after our Delete.
          if (each.initiator === "it") await pluto.unload();
          await untilNoSas(joined.guest);
          assert.doesNotMatch(router.output, /FAULT/);
        } finally {
          await pluto.stop();
        }
      });
  });

  /** Pings both ways, short and in fragments; the counters of both ends agree. */
  async function passes({ initiator, mode, transform }: Case): Promise<void> {
    const [ours, theirs] = mode === "tunnel" ? [INSIDE, PEER_INSIDE] : [GATEWAY_ADDRESS, PEER_ADDRESS];
    await joined.untilTunnel(initiator, ours, theirs);
    await joined.console("clear crypto sa counters");
    const counted = async () => {
      const sas = kernelSas(await joined.guest.do("ip -s xfrm state"));
      assert.deepEqual(
        sas.map((sa) => [sa.protocol, sa.mode]),
        [
          ["ah", mode],
          ["ah", mode],
        ],
      );
      return sas.map(({ packets }) => packets);
    };
    const earlier = await counted();
    assert.equal(joined.ping(5, ours, theirs), 5);
    assert.equal(await joined.guest.ping(theirs, ours, 5), 5);
    assert.equal(await joined.guest.ping(theirs, ours, 3, 3000), 3);
    const later = await counted();
    assert.deepEqual(
      later.map((packets, i) => packets >= (earlier[i] ?? 0) + 13),
      [true, true],
    );
    const shown = await joined.console("show crypto ipsec sa");
    assert.match(shown, new RegExp(`inbound ah sas:\\s+spi: .*\\s+transform: ${transform} ,`));
    assert.match(shown, /#send errors 0, #recv errors 0/);
  }
});

function configurationOf(
  { transform, mode }: Case,
  authentication = "pre-share",
  hash = "sha",
  group = 5,
): readonly string[] {
  return [
    "crypto isakmp policy 1",
    " lifetime 3600",
    ` authentication ${authentication}`,
    " encr aes",
    ` hash ${hash}`,
    ` group ${group}`,
    `crypto ipsec transform-set t ${transform}`,
    ...(mode === "tunnel"
      ? []
      : [
          " mode transport",
          "no access-list 101",
          `access-list 101 permit ip host ${GATEWAY_ADDRESS} host ${PEER_ADDRESS}`,
        ]),
  ];
}
