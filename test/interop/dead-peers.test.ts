/** strongSwan dies, is started again or falls silent: who notices, and the tunnel comes back by itself. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { CHARON, type Charon, type CharonSettings } from "./charon.ts";
import { GATEWAY_ADDRESS as OURS, PEER_ADDRESS as PEER, whyNoPeers } from "./namespaces.ts";
import { Network } from "./network.ts";
import { type RunningRouter, whyNoMachines } from "./router-machines.ts";
import { charonChildren, shownFlows } from "./sa-counters.ts";
import { until } from "./until.ts";

const skip = whyNoMachines() ?? whyNoPeers(CHARON, "/usr/sbin/swanctl", "/usr/sbin/nft") ?? false;
const [INSIDE, PEER_INSIDE] = ["10.1.0.1", "10.2.0.1"] as const;
const KEEPALIVE = "crypto isakmp keepalive 10 2\n";

describe("strongSwan", { skip, concurrency: 3 }, () => {
  it("that dies and initiates when it is back replaces what was left of it at once", () =>
    between("", async ({ network, charon, router }) => {
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      await charon.crash();
      assert.equal(network.ping("ours", INSIDE, PEER_INSIDE, 2, 1), 0);
      const again = await network.charon("peer", { ...SETTINGS, child: ["start_action = start"] });
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      assert.equal(network.ping("peer", PEER_INSIDE, INSIDE, 3), 3);
      await assertSameSas(network, again);
      assert.doesNotMatch(router.output, /FAULT/);
    }));

  it("that dies and waits when it is back is found dead by DPD, and asked anew", () =>
    between(KEEPALIVE, async ({ network, charon, router }) => {
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      await charon.crash();
      const again = await network.charon("peer", SETTINGS);
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      assert.equal(network.ping("peer", PEER_INSIDE, INSIDE, 3), 3);
      await assertSameSas(network, again);
      await router.says(/%SKEYID-5-PEER_DEAD: peer 192\.0\.2\.2 has not answered/);
    }));

  it("that cannot be reached for a while is given up, and the tunnel is back when it is", () =>
    between(KEEPALIVE, async ({ network, charon, router }) => {
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      network.nftables("peer", UNREACHABLE);
      for (let i = 0; i < 240 && (await hasTunnel(network)); i++) {
        network.ping("ours", INSIDE, PEER_INSIDE, 1);
        await wait(500);
      }
      assert.ok(!(await hasTunnel(network)), "its SAs are gone");
      network.nftables("peer", "");
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      assert.equal(network.ping("peer", PEER_INSIDE, INSIDE, 3), 3);
      await assertSameSas(network, charon);
      assert.doesNotMatch(router.output, /FAULT/);
    }));

  // The scenario dpd-restart of its own suite.
  it("that looks after us as we look after it finds the path cut, and begins anew when it is back", () =>
    between(
      KEEPALIVE,
      async ({ network, charon, router }) => {
        await network.pingUntilAnswered("peer", PEER_INSIDE, INSIDE);
        network.nftables("peer", UNREACHABLE);
        // We ask on demand: only who sends, and hears nothing for ten seconds, finds the peer dead.
        const haveBothNoticed = () =>
          /restarting CHILD_SA/.test(charon.log()) && /%SKEYID-5-PEER_DEAD/.test(router.output);
        for (let i = 0; i < 240 && !haveBothNoticed(); i++) {
          network.ping("ours", INSIDE, PEER_INSIDE, 1);
          await wait(500);
        }
        assert.match(charon.log(), /DPD check timed out, enforcing DPD action/);
        assert.match(charon.log(), /restarting CHILD_SA net/);
        await router.says(/%SKEYID-5-PEER_DEAD/);
        network.nftables("peer", "");
        await network.pingUntilAnswered("peer", PEER_INSIDE, INSIDE);
        assert.equal(network.ping("ours", INSIDE, PEER_INSIDE, 3), 3);
        await assertSameSas(network, charon);
        assert.doesNotMatch(router.output, /FAULT/);
      },
      {
        ...SETTINGS,
        connection: ["dpd_delay = 2s", "dpd_timeout = 8s", "keyingtries = 0"],
        child: ["start_action = start", "dpd_action = restart"],
      },
    ));
});

const SETTINGS: CharonSettings = {
  ike: "aes128-sha1-modp1024",
  esp: "aes128-sha1",
  preSharedKey: "a-shared-secret",
};
const UNREACHABLE = `table ip away {
  chain in { type filter hook input priority 0; policy drop; }
  chain out { type filter hook output priority 0; policy drop; }
}`;

interface Ends {
  readonly network: Network;
  readonly charon: Charon;
  readonly router: RunningRouter;
}

async function between(
  lines: string,
  work: (ends: Ends) => Promise<void>,
  settings = SETTINGS,
): Promise<void> {
  await Network.with(["ours", "peer"], async (network) => {
    network.wire(["ours", "wan0", `${OURS}/24`], ["peer", "wan0", `${PEER}/24`]);
    network.addresses("ours", `${INSIDE}/24`);
    network.addresses("peer", `${PEER_INSIDE}/24`);
    const router = await network.router("ours", configuration(lines));
    const charon = await network.charon("peer", settings);
    await work({ network, charon, router });
  });
}

async function hasTunnel(network: Network): Promise<boolean> {
  const shown = await network.console("ours", "terminal length 0", "show crypto ipsec sa");
  return shownFlows(shown).some(({ inboundSpis }) => inboundSpis.length > 0);
}

/** Both ends have the same SAs: nothing is left of what was before. There are two pairs where both initiated. */
async function assertSameSas(network: Network, charon: Charon): Promise<void> {
  let both = "";
  const areSame = async (): Promise<boolean> => {
    const shown = await network.console("ours", "terminal length 0", "show crypto ipsec sa");
    const [listed, [flow]] = [charon.sas(), shownFlows(shown)];
    both = shown + listed;
    const children = charonChildren(listed);
    const theirs = children.map(({ outboundSpi }) => outboundSpi).toSorted();
    // What we send by is known as well.
    return (
      isDeepStrictEqual(flow?.inboundSpis.toSorted(), theirs) &&
      children.some(({ inboundSpi }) => inboundSpi === flow?.outboundSpi)
    );
  };
  // One may have begun a moment before the other, and its last message be on its way.
  await until(areSame, () => both);
}

function configuration(lines: string): string {
  return `hostname ours
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 2
 lifetime 3600
crypto isakmp key a-shared-secret address ${PEER}
${lines}crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto map vpn 10 ipsec-isakmp
 set peer ${PEER}
 set transform-set t
 match address 101
interface Ethernet0
 ip address ${OURS} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
`;
}
