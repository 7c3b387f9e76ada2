/**
 * `skeyid run` against daemons that leave ESP to the Linux kernel: raw ESP, protocol 50, both ways and both initiators, and
 * the same keys and counters at both ends. The kernel is that of a guest machine, booted once for all cases.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CHARON } from "../charon.ts";
import { GATEWAY_ADDRESS, PEER_ADDRESS, PEER_INSIDE, whyNoPeers } from "../namespaces.ts";
import { whyNoMachines } from "../router-machines.ts";
import { whyNoGuest } from "./guest.ts";
import { GuestCharon } from "./guest-charon.ts";
import { GuestPluto, whyNoPluto } from "./guest-pluto.ts";
import { INSIDE, JoinedGuest, KEY } from "./joined-guest.ts";
import { type KernelSa, kernelSas, untilNoSas } from "./kernel-sas.ts";

const skip = whyNoMachines() ?? whyNoGuest() ?? whyNoPeers() ?? false;

interface Suite {
  /** As the peer says it. */
  readonly ike: string;
  readonly esp: string;
  readonly policy: readonly string[];
  readonly transforms: string;
  readonly pfs?: string;
  /** Lines behind that of the transform set. */
  readonly more?: readonly string[];
}

const SUITES: readonly (Suite & { readonly initiator: "we" | "it" })[] = [
  {
    initiator: "we",
    ike: "aes128-sha1-modp1536",
    esp: "aes128-sha1",
    policy: ["encr aes", "group 5"],
    transforms: "esp-aes esp-sha-hmac",
  },
  {
    initiator: "it",
    ike: "aes256-sha256-modp2048",
    esp: "aes256-sha256-modp2048",
    policy: ["encr aes 256", "hash sha256", "group 14"],
    transforms: "esp-aes 256 esp-sha256-hmac",
    pfs: "group14",
  },
  {
    initiator: "we",
    ike: "3des-md5-modp1024",
    esp: "3des-md5-modp1024",
    policy: ["encr 3des", "hash md5", "group 2"],
    transforms: "esp-3des esp-md5-hmac",
    pfs: "group2",
  },
  {
    initiator: "it",
    ike: "des-sha1-modp768",
    esp: "des-sha1",
    policy: ["encr des", "group 1"],
    transforms: "esp-des esp-sha-hmac",
  },
  {
    initiator: "we",
    ike: "aes128-sha256-modp2048",
    esp: "aes256gcm16",
    policy: ["encr aes", "hash sha256", "group 14"],
    transforms: "esp-gcm 256",
  },
  {
    initiator: "it",
    ike: "aes128-sha256-modp2048",
    esp: "aes128gmac",
    policy: ["encr aes", "hash sha256", "group 14"],
    transforms: "esp-gmac",
  },
];

const TRANSPORT: Suite = {
  ike: "aes128-sha1-modp1536",
  esp: "aes128-sha256",
  policy: ["encr aes", "group 5"],
  transforms: "esp-aes esp-sha256-hmac",
  more: [
    " mode transport",
    "no access-list 101",
    `access-list 101 permit ip host ${GATEWAY_ADDRESS} host ${PEER_ADDRESS}`,
  ],
};

/** libreswan knows no group below 5. */
const LIBRESWAN_SUITES: typeof SUITES = [
  {
    initiator: "we",
    ike: "aes128-sha1;modp1536",
    esp: "aes128-sha1",
    policy: ["encr aes", "group 5"],
    transforms: "esp-aes esp-sha-hmac",
  },
  {
    initiator: "it",
    ike: "3des-md5;modp1536",
    esp: "3des-md5;modp1536",
    policy: ["encr 3des", "hash md5", "group 5"],
    transforms: "esp-3des esp-md5-hmac",
    pfs: "group5",
  },
];

describe("with the kernel's IPsec at the other end", { skip, concurrency: false }, () => {
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

    for (const suite of SUITES)
      it(`${suite.initiator} initiate: IKE ${suite.ike}, ESP ${suite.esp}`, async () => {
        await charon.load({ ike: suite.ike, esp: suite.esp, preSharedKey: KEY });
        const router = await joined.run(...configurationOf(suite));
        if (suite.initiator === "it") await charon.initiate();
        await pingBothWays(suite.initiator);
        assert.match(await charon.sas(), /net: #\d+, reqid \d+, INSTALLED, TUNNEL, ESP:/);
        await sameKeys("tunnel");
        assert.equal(await router.end("SIGTERM"), 0);
        await untilNoSas(joined.guest);
        assert.doesNotMatch(router.output, /FAULT/);
      });
  });

  describe("in transport mode, under strongSwan", {
    skip: whyNoPeers(CHARON, "/usr/sbin/swanctl") ?? false,
  }, () => {
    let charon: GuestCharon;
    before(async () => {
      charon = await GuestCharon.start(joined.guest);
    });
    after(() => charon?.stop());

    for (const initiator of ["we", "it"] as const)
      it(`${initiator} initiate: ESP aes128-sha256 between the two ends`, async () => {
        const child = ["mode = transport", "local_ts = dynamic", "remote_ts = dynamic"];
        await charon.load({ ike: TRANSPORT.ike, esp: TRANSPORT.esp, preSharedKey: KEY, child });
        const router = await joined.run(...configurationOf(TRANSPORT));
        if (initiator === "it") await charon.initiate();
        await pingBothWays(initiator, GATEWAY_ADDRESS, PEER_ADDRESS);
        assert.match(await charon.sas(), /net: #\d+, reqid \d+, INSTALLED, TRANSPORT, ESP:/);
        await sameKeys("transport");
        assert.equal(await router.end("SIGTERM"), 0);
        await untilNoSas(joined.guest);
        assert.doesNotMatch(router.output, /FAULT/);
      });
  });

  describe("under libreswan", { skip: whyNoPluto() ?? false }, () => {
    for (const suite of LIBRESWAN_SUITES)
      it(`${suite.initiator} initiate: IKE ${suite.ike}, ESP ${suite.esp}, PFS ${suite.pfs ?? "off"}`, async () => {
        const { ike, esp, pfs } = suite;
        const pluto = await GuestPluto.start(joined.guest, {
          ...{ ike, esp, pfs: pfs !== undefined, preSharedKey: KEY },
        });
        try {
          const router = await joined.run(...configurationOf(suite));
          if (suite.initiator === "it") await pluto.initiate();
          await pingBothWays(suite.initiator);
          await sameKeys("tunnel");
          assert.equal(await router.end("SIGTERM"), 0);
          // What it has begun itself, it begins again after our Delete.
          if (suite.initiator === "it") await pluto.unload();
          await untilNoSas(joined.guest);
          assert.doesNotMatch(router.output, /FAULT/);
        } finally {
          await pluto.stop();
        }
      });
  });

  async function pingBothWays(initiator: "we" | "it", ours = INSIDE, theirs = PEER_INSIDE): Promise<void> {
    await joined.untilTunnel(initiator, ours, theirs);
    await joined.console("clear crypto sa counters");
    const before = await kernelsPair();
    assert.equal(joined.ping(5, ours, theirs), 5);
    assert.equal(await joined.guest.ping(theirs, ours, 5), 5);
    const after = await kernelsPair();
    assert.deepEqual(
      [after.in.packets - before.in.packets, after.out.packets - before.out.packets],
      [10, 10],
    );
    assert.match(await joined.console("show crypto ipsec sa"), /#pkts encaps: 10,[\s\S]*#pkts decaps: 10,/);
  }

  /** The one pair of SAs that the kernel has. */
  async function kernelsPair(): Promise<{ readonly in: KernelSa; readonly out: KernelSa }> {
    const sas = kernelSas(await joined.guest.do("ip -s xfrm state"));
    const into = sas.find(({ source }) => source === GATEWAY_ADDRESS);
    const out = sas.find(({ source }) => source === PEER_ADDRESS);
    assert.ok(into !== undefined && out !== undefined && sas.length === 2, "the kernel has one pair of SAs");
    return { in: into, out };
  }

  /** SPIs and keys, as the kernel has them and as we have them. */
  async function sameKeys(mode: string): Promise<void> {
    const pair = await kernelsPair();
    const lines = joined.espKeys().toLowerCase().split("\n");
    for (const { spi, ...sa } of [pair.in, pair.out]) {
      assert.equal(sa.mode, mode);
      const line = lines.find((text) => text.includes(`0x${spi.toString(16).padStart(8, "0")}`));
      assert.ok(line?.includes(`"0x${sa.encryptionKey}"`), "the encryption key is the same");
      const integrityKey = sa.integrityKey === "" ? "" : `0x${sa.integrityKey}`;
      assert.ok(line?.includes(`"${integrityKey}"`), "the integrity key is the same");
    }
  }
});

function configurationOf({ policy, transforms, pfs, more = [] }: Suite): readonly string[] {
  return [
    "crypto isakmp policy 1",
    " lifetime 3600",
    " authentication pre-share",
    ...policy.map((line) => ` ${line}`),
    `crypto ipsec transform-set t ${transforms}`,
    ...more,
    ...(pfs === undefined ? [] : ["crypto map vpn 10 ipsec-isakmp", ` set pfs ${pfs}`]),
  ];
}
