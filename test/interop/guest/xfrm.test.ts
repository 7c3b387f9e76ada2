/**
 * `skeyid run` on a machine whose kernel has IPsec: IKE is ours, the kernel carries the packets. At the other end is skeyid
 * itself, which carries its own (raw ESP), or strongSwan's ESP in user space (in UDP).
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CHARON, Charon } from "../charon.ts";
import { pingOptions } from "../echoes.ts";
import { GATEWAY_ADDRESS, ip, PEER_ADDRESS, PEER_INSIDE, whyNoPeers } from "../namespaces.ts";
import { type RunningRouter, whyNoMachines } from "../router-machines.ts";
import { whyNoGuest } from "./guest.ts";
import { GuestRouter } from "./guest-router.ts";
import { INSIDE, JoinedGuest, KEY } from "./joined-guest.ts";
import { kernelSas, kernelState, untilNoSas } from "./kernel-sas.ts";

const skip = whyNoMachines() ?? whyNoGuest() ?? whyNoPeers() ?? false;

const POLICY = [
  "crypto isakmp policy 1",
  " encr aes",
  " authentication pre-share",
  " group 5",
  " lifetime 3600",
  "crypto ipsec transform-set t esp-aes esp-sha-hmac",
  "crypto ipsec transform-set between esp-3des esp-md5-hmac",
  " mode transport",
  "crypto ipsec transform-set bundle ah-sha-hmac esp-3des esp-md5-hmac",
  "crypto ipsec transform-set readable ah-sha256-hmac",
];
/** A host behind each end, for which there is another transform set. */
const BUNDLED = { ours: "10.1.0.9", theirs: "10.2.0.9" } as const;
const READABLE = { ours: "10.1.0.8", theirs: "10.2.0.8" } as const;
const forHosts = (peer: string, from: "ours" | "theirs", to: "ours" | "theirs") =>
  [["5", "bundle", "103", BUNDLED] as const, ["6", "readable", "104", READABLE] as const].flatMap(
    ([sequence, set, list, hosts]) => [
      `crypto map vpn ${sequence} ipsec-isakmp`,
      ` set peer ${peer}`,
      ` set transform-set ${set}`,
      ` match address ${list}`,
      `access-list ${list} permit ip host ${hosts[from]} host ${hosts[to]}`,
    ],
  );
/** Beside what is behind them, the two ends protect what they say to each other themselves. */
const OURS = [
  ...POLICY,
  ...forHosts(PEER_ADDRESS, "ours", "theirs"),
  "crypto map vpn 20 ipsec-isakmp",
  ` set peer ${PEER_ADDRESS}`,
  " set transform-set between",
  " match address 102",
  `access-list 102 permit ip host ${GATEWAY_ADDRESS} host ${PEER_ADDRESS}`,
];
const GUEST = [
  "hostname theirs",
  ...POLICY,
  `crypto isakmp key ${KEY} address ${GATEWAY_ADDRESS}`,
  "crypto ipsec security-association lifetime kilobytes 2560",
  ...forHosts(GATEWAY_ADDRESS, "theirs", "ours"),
  "crypto map vpn 10 ipsec-isakmp",
  ` set peer ${GATEWAY_ADDRESS}`,
  " set transform-set t",
  " match address 101",
  "crypto map vpn 20 ipsec-isakmp",
  ` set peer ${GATEWAY_ADDRESS}`,
  " set transform-set between",
  " match address 102",
  "interface Loopback0",
  ` ip address ${PEER_INSIDE} 255.255.255.0`,
  "interface Ethernet0",
  ` ip address ${PEER_ADDRESS} 255.255.255.0`,
  " crypto map vpn",
  "access-list 101 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255",
  `access-list 102 permit ip host ${PEER_ADDRESS} host ${GATEWAY_ADDRESS}`,
].join("\n");

describe("the kernel's IPsec as the data plane", { skip, concurrency: false }, () => {
  let joined: JoinedGuest;
  let router: GuestRouter;
  let ours: RunningRouter;
  let untouched: string;
  before(async () => {
    joined = await JoinedGuest.start();
    for (const { ours: near, theirs } of [BUNDLED, READABLE]) {
      ip("-n", joined.namespace, "addr", "add", `${near}/24`, "dev", "lo");
      await joined.guest.do(`ip addr add ${theirs}/24 dev lo`);
    }
    // Without a route there would be nothing to protect, so there is one while it runs.
    await joined.guest.do("ip route del 10.1.0.0/24");
    untouched = await kernelState(joined.guest);
    router = await GuestRouter.start(joined.guest, GUEST);
  });
  after(() => joined?.stop());

  it("is chosen by itself; the kernel asks for SAs, IKE makes them, both ends count the same", async () => {
    assert.match(await router.log(), /packets are carried by the kernel's IPsec/);
    ours = await joined.run(...OURS);
    await pingUntilAnswered();
    await joined.console("clear crypto sa counters");
    assert.equal(await joined.guest.ping(PEER_INSIDE, INSIDE, 5), 5);
    assert.equal(joined.ping(5), 5);
    assert.match(await joined.console("show crypto ipsec sa"), /#pkts encaps: 10,[\s\S]*#pkts decaps: 10,/);
    const shown = await router.console("show crypto ipsec sa");
    const sas = kernelSas(await joined.guest.do("ip -s xfrm state"));
    assert.equal(sas.length, 2);
    for (const { spi, source, packets } of sas) {
      assert.ok(shown.includes(`0x${spi.toString(16).toUpperCase()}`), shown);
      const counter = source === PEER_ADDRESS ? "encaps" : "decaps";
      assert.ok(shown.includes(`#pkts ${counter}: ${packets},`), `${counter} ${packets}:\n${shown}`);
    }
    assert.doesNotMatch(ours.output, /FAULT/);
  });

  it("renews SAs when their volume is nearly used up, and loses no packet", async () => {
    const [before] = kernelSas(await joined.guest.do("ip -s xfrm state"));
    // A few at a time: only so much may pass until the successor is there.
    const few = `ping -q ${pingOptions(40, undefined, PEER_INSIDE, 1300).join(" ")} ${INSIDE}`;
    await joined.guest.do(`for i in {1..50}; do ${few} | grep ' 40 received' || exit 1; done`);
    const sas = kernelSas(await joined.guest.do("ip -s xfrm state"));
    assert.ok(sas.length > 2, "the old pair lingers beside the new one");
    assert.ok(sas.some(({ spi }) => spi === before?.spi));
  });

  it("protects what the two ends say themselves in transport mode", async () => {
    await joined.guest.pingUntilAnswered(PEER_ADDRESS, GATEWAY_ADDRESS);
    assert.equal(await joined.guest.ping(PEER_ADDRESS, GATEWAY_ADDRESS, 5), 5);
    assert.equal(joined.ping(5, GATEWAY_ADDRESS, PEER_ADDRESS), 5);
    const sas = kernelSas(await joined.guest.do("ip -s xfrm state"));
    const carried = sas.filter(({ mode }) => mode === "transport").map(({ packets }) => packets >= 10);
    assert.deepEqual(carried, [true, true]);
  });

  for (const [what, { ours: near, theirs }, protocols] of [
    ["AH around ESP", BUNDLED, ["ah transport", "esp tunnel"]],
    ["AH alone", READABLE, ["ah tunnel"]],
  ] as const)
    it(`carries ${what}, short packets and fragments`, async () => {
      const earlier = kernelSas(await joined.guest.do("ip -s xfrm state")).map(({ spi }) => spi);
      await joined.guest.pingUntilAnswered(theirs, near);
      assert.equal(await joined.guest.ping(theirs, near, 5), 5, await router.log());
      assert.equal(joined.ping(5, near, theirs), 5);
      assert.equal(await joined.guest.ping(theirs, near, 3, 3000), 3);
      const sas = kernelSas(await joined.guest.do("ip -s xfrm state"));
      const made = sas.filter(({ spi, packets }) => !earlier.includes(spi) && packets >= 13);
      assert.deepEqual(
        made.map(({ protocol, mode }) => `${protocol} ${mode}`).toSorted(),
        [...protocols, ...protocols].toSorted(),
      );
      const shown = await router.console("show crypto ipsec sa");
      assert.match(shown, /inbound ah sas:\s+spi:/);
    });

  it("goes on when its interface was down and is up again", async () => {
    await joined.guest.do("ip link set vec0 down; ip link set vec0 up");
    await pingUntilAnswered();
  });

  it("lets nothing pass in clear that must come protected", async () => {
    await ours.end("SIGTERM");
    await untilNoSas(joined.guest);
    ip("-n", joined.namespace, "route", "add", "10.2.0.0/24", "via", PEER_ADDRESS);
    assert.equal(joined.ping(1), 0);
    ip("-n", joined.namespace, "route", "del", "10.2.0.0/24");
  });

  it("speaks ESP in UDP with a peer behind a NAT, and follows it to another port", {
    skip: whyNoPeers(CHARON, "/usr/sbin/swanctl", "/usr/sbin/nft"),
  }, async () => {
    joined.translatePorts("20000-24999");
    const ends = { local: GATEWAY_ADDRESS, remote: PEER_ADDRESS };
    const child = ["local_ts = 10.1.0.0/24", "remote_ts = 10.2.0.0/24"];
    const charon = await Charon.start(joined.namespace, {
      ...{ ike: "aes128-sha1-modp1536", esp: "aes128-sha1", preSharedKey: KEY, ends },
      child,
    });
    try {
      charon.initiate();
      joined.pingUntilAnswered();
      assert.match(await joined.guest.do("ip xfrm state"), /encap type espinudp sport 4500 dport 2\d{4}/);
      assert.equal(joined.ping(5), 5);
      assert.equal(await joined.guest.ping(PEER_INSIDE, INSIDE, 5), 5);
      await joined.forgetPorts();
      joined.translatePorts("30000-34999");
      joined.pingUntilAnswered();
      assert.match(await joined.guest.do("ip xfrm state"), /encap type espinudp sport 4500 dport 3\d{4}/);
      assert.equal(await joined.guest.ping(PEER_INSIDE, INSIDE, 5), 5);
      charon.terminate();
    } finally {
      await charon.stop();
      joined.translatePorts(undefined);
    }
    await untilNoSas(joined.guest);
  });

  it("protects on after SIGKILL, starts again without manual work, and leaves nothing when it ends", async () => {
    await joined.run(...OURS);
    await pingUntilAnswered();
    await router.end("KILL");
    assert.equal(await joined.guest.ping(PEER_INSIDE, INSIDE, 2), 2);
    router = await GuestRouter.start(joined.guest, GUEST, "--dataplane", "xfrm");
    assert.match(
      await router.log(),
      /SAs and policies that an earlier skeyid left in the kernel are removed/,
    );
    await pingUntilAnswered();
    await router.end("TERM");
    assert.equal(await kernelState(joined.guest), untouched);
    assert.doesNotMatch(await router.log(), /FAULT|SYSTEM/);
  });

  async function pingUntilAnswered(): Promise<void> {
    await joined.guest.pingUntilAnswered(PEER_INSIDE, INSIDE).catch(async (error) => {
      assert.fail(`${error}:\n${await router.log()}`);
    });
  }
});
