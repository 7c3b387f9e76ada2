/**
 * Crypto maps of the other kinds where the kernel carries the packets: dynamic ones, ones keyed by hand, and SAs for each pair of
 * hosts. At the other end is skeyid itself, which carries its own.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { GATEWAY_ADDRESS, ip, PEER_ADDRESS, PEER_INSIDE, whyNoPeers } from "../namespaces.ts";
import { type RunningRouter, whyNoMachines } from "../router-machines.ts";
import { whyNoGuest } from "./guest.ts";
import { GuestRouter } from "./guest-router.ts";
import { INSIDE, JoinedGuest, KEY } from "./joined-guest.ts";
import { type KernelSa, kernelSas, kernelState, untilNoSas } from "./kernel-sas.ts";

const skip = whyNoMachines() ?? whyNoGuest() ?? whyNoPeers() ?? false;

const HAND_KEYED = { ours: "10.1.0.9", theirs: "10.2.0.9" } as const;
const SECOND = { ours: "10.1.0.8", theirs: "10.2.0.8" } as const;
/** A network that the guest learns of from its peer alone. */
const REQUESTED = { ours: "10.3.0.1", theirs: "10.4.0.1" } as const;

const POLICY = [
  "crypto isakmp policy 1",
  " encr aes",
  " authentication pre-share",
  " group 5",
  "crypto ipsec transform-set t esp-aes esp-sha-hmac",
  "crypto ipsec transform-set hand esp-3des esp-md5-hmac",
];
const keyedByHand = (peer: string, from: "ours" | "theirs", to: "ours" | "theirs") => [
  "crypto map vpn 5 ipsec-manual",
  ` set peer ${peer}`,
  " set transform-set hand",
  ...["inbound", "outbound"].map((way) => {
    // Who receives has 1001 at our end, 1002 in the guest.
    const isOurs = (from === "ours") === (way === "inbound");
    const digit = isOurs ? "1" : "2";
    const [cipher, authenticator] = [`${digit.repeat(47)}7`, digit.repeat(32)];
    return ` set session-key ${way} esp ${isOurs ? 1001 : 1002} cipher ${cipher} authenticator ${authenticator}`;
  }),
  " match address 105",
  `access-list 105 permit ip host ${HAND_KEYED[from]} host ${HAND_KEYED[to]}`,
];
const OURS = [
  ...POLICY,
  ...keyedByHand(PEER_ADDRESS, "ours", "theirs"),
  "crypto map vpn 10 ipsec-isakmp",
  " set security-association level per-host",
  "crypto map vpn 20 ipsec-isakmp",
  ` set peer ${PEER_ADDRESS}`,
  " set transform-set t",
  " match address 120",
  "access-list 120 permit ip 10.3.0.0 0.0.0.255 10.4.0.0 0.0.0.255",
];
const GUEST = [
  "hostname theirs",
  ...POLICY,
  `crypto isakmp key ${KEY} address 0.0.0.0`,
  ...keyedByHand(GATEWAY_ADDRESS, "theirs", "ours"),
  "crypto map vpn 10 ipsec-isakmp",
  ` set peer ${GATEWAY_ADDRESS}`,
  " set transform-set t",
  " set security-association level per-host",
  " match address 110",
  "access-list 110 permit ip 10.2.0.0 0.0.0.255 10.1.0.0 0.0.0.255",
  "crypto dynamic-map anyone 10",
  " set transform-set t",
  " match address 120",
  "access-list 120 permit ip 10.4.0.0 0.0.0.255 any",
  "crypto map vpn 90 ipsec-isakmp dynamic anyone",
  "interface Loopback0",
  ` ip address ${PEER_INSIDE} 255.255.255.0`,
  "interface Ethernet0",
  ` ip address ${PEER_ADDRESS} 255.255.255.0`,
  " crypto map vpn",
].join("\n");

describe("crypto maps of all kinds in the kernel", { skip, concurrency: false }, () => {
  let joined: JoinedGuest;
  let router: GuestRouter;
  let ours: RunningRouter;
  let untouched: string;
  before(async () => {
    joined = await JoinedGuest.start();
    for (const { ours: near, theirs } of [HAND_KEYED, SECOND, REQUESTED]) {
      ip("-n", joined.namespace, "addr", "add", `${near}/24`, "dev", "lo");
      await joined.guest.do(`ip addr add ${theirs}/24 dev lo`);
    }
    await joined.guest.do("ip route del 10.1.0.0/24");
    untouched = await kernelState(joined.guest);
    router = await GuestRouter.start(joined.guest, GUEST, "--dataplane", "xfrm");
    ours = await joined.run(...OURS);
  });
  after(() => joined?.stop());

  it("has SAs keyed by hand from the start, which carry the first packet and count no numbers", async () => {
    assert.deepEqual((await sas()).map(({ spi, source }) => [spi, source]).toSorted(), [
      [1001, PEER_ADDRESS],
      [1002, GATEWAY_ADDRESS],
    ]);
    assert.equal(await joined.guest.ping(HAND_KEYED.theirs, HAND_KEYED.ours, 5), 5);
    assert.equal(joined.ping(5, HAND_KEYED.ours, HAND_KEYED.theirs), 5);
    assert.match(await joined.guest.do("ip -s xfrm state"), /extra_flag oseq-may-wrap/);
    assert.match(await router.console("show crypto ipsec sa"), /#pkts encaps: 10,[\s\S]*#pkts decaps: 10,/);
    await router.console("clear crypto sa");
    assert.equal(await joined.guest.ping(HAND_KEYED.theirs, HAND_KEYED.ours, 2), 2);
  });

  it("has SAs for each pair of hosts, of one line", async () => {
    for (const { ours: near, theirs } of [{ ours: INSIDE, theirs: PEER_INSIDE }, SECOND]) {
      await pingUntilAnswered(theirs, near);
      assert.equal(await joined.guest.ping(theirs, near, 3), 3);
      assert.equal(joined.ping(3, near, theirs), 3);
    }
    const selectors = await joined.guest.do("ip xfrm state | grep -A1 sel || ip xfrm state");
    for (const hosts of [
      `src ${PEER_INSIDE}/32 dst ${INSIDE}/32`,
      `src ${SECOND.theirs}/32 dst ${SECOND.ours}/32`,
    ])
      assert.ok(selectors.includes(hosts), `${hosts}:\n${selectors}`);
    assert.equal((await sas()).filter(({ spi }) => spi > 1002).length, 4, "two pairs of SAs");
  });

  it("lets nothing pass in clear that a dynamic map's list permits, and serves who asks for it", async () => {
    const inClear = ["route", "add", "10.4.0.0/24", "via", PEER_ADDRESS];
    await joined.guest.do(`ip route add 10.3.0.0/24 via ${GATEWAY_ADDRESS}`);
    assert.equal(await joined.guest.ping(REQUESTED.theirs, REQUESTED.ours, 1), 0);
    await joined.guest.do("ip route del 10.3.0.0/24");
    const earlier = await sas();
    joined.pingUntilAnswered(REQUESTED.ours, REQUESTED.theirs);
    assert.equal(joined.ping(5, REQUESTED.ours, REQUESTED.theirs), 5);
    assert.equal(await joined.guest.ping(REQUESTED.theirs, REQUESTED.ours, 5), 5);
    assert.equal((await sas()).length, earlier.length + 2);
    assert.equal(await joined.guest.ping(REQUESTED.theirs, REQUESTED.ours, 3, 3000), 3);
    await joined.console("clear crypto sa map vpn");
    await router.console("clear crypto sa map vpn");
    // The kernel is told a moment after the console has answered.
    await joined.guest.do(`for i in {1..1000}; do
        ip xfrm policy | grep -q 'dst 10.3.0.0/24' || ip -4 route show table all | grep -q '^10.3.0.0' || exit 0
        sleep 0.1
      done; ip xfrm policy; exit 1`);
    await ours.end("SIGTERM");
    ip("-n", joined.namespace, ...inClear);
    assert.equal(joined.ping(1, REQUESTED.ours, REQUESTED.theirs), 0, "answers do not come in clear");
  });

  it("leaves nothing when it ends", async () => {
    await router.end("TERM");
    await untilNoSas(joined.guest);
    assert.equal(await kernelState(joined.guest), untouched);
    assert.doesNotMatch(await router.log(), /FAULT|SYSTEM/);
  });

  async function sas(): Promise<readonly KernelSa[]> {
    return kernelSas(await joined.guest.do("ip -s xfrm state"));
  }

  async function pingUntilAnswered(source: string, destination: string): Promise<void> {
    await joined.guest.pingUntilAnswered(source, destination).catch(async (error) => {
      assert.fail(`${error}:\n${await router.log()}`);
    });
  }
});
