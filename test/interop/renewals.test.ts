/** SAs of both phases that end and are renewed, with strongSwan, begun by either end, while pings pass: none is lost. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { CHARON, type Charon, type CharonSettings } from "./charon.ts";
import { GATEWAY_ADDRESS as OURS, PEER_ADDRESS as PEER, whyNoPeers } from "./namespaces.ts";
import { Network } from "./network.ts";
import { type RunningRouter, whyNoMachines } from "./router-machines.ts";
import { until } from "./until.ts";

const skip = whyNoMachines() ?? whyNoPeers(CHARON, "/usr/sbin/swanctl") ?? false;
const [INSIDE, PEER_INSIDE] = ["10.1.0.1", "10.2.0.1"] as const;

describe("renewals with strongSwan", { skip, concurrency: 4 }, () => {
  it("of both phases by it lose no ping", () =>
    between(
      {
        connection: ["rekey_time = 4s", "over_time = 60s", "rand_time = 0s", "reauth_time = 0s"],
        child: ["rekey_time = 5s", "life_time = 9s", "rand_time = 0s"],
      },
      async ({ network, charon }) => {
        await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
        const areRenewed = () =>
          count(charon, /IKE_SA gw\[\d+\] established/g) > 2 &&
          count(charon, /CHILD_SA net\{\d+\} established/g) > 2;
        await assertNoGap(network, areRenewed);
      },
    ));

  it("of phase 2 by us, after so many kilobytes, lose no ping", () =>
    between({}, async ({ network, charon }) => {
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      // A few at a time: only so much may pass until the successor is there.
      for (let sent = 0; sent < 4400; sent += 20) {
        assert.equal(network.ping("ours", INSIDE, PEER_INSIDE, 20, undefined, 1200), 20);
        await nextTurn();
      }
      assert.ok(count(charon, /CHILD_SA net\{\d+\} established/g) > 2, "it was renewed");
    }));

  for (const who of ["we", "it"] as const)
    it(`of phase 1 by us, where ${who} began, before it ends, lose no ping, though with the last one it gives up all`, () =>
      between({}, async ({ network, charon }) => {
        if (who === "it") {
          charon.initiate();
          // An echo of ours could overtake its last message, and begin a second pair of SAs.
          await network.pingUntilAnswered("peer", PEER_INSIDE, INSIDE);
        }
        await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
        await assertNoGap(network, () => /received DELETE for IKE_SA gw\[1\]/.test(charon.log()));
        assert.equal(count(charon, /IKE_SA gw\[\d+\] established/g), 2);
        assert.equal(count(charon, /CHILD_SA net\{\d+\} established/g), 1);
      }));
});

interface Ends {
  readonly network: Network;
  readonly charon: Charon;
  readonly router: RunningRouter;
}

async function between(changes: Partial<CharonSettings>, work: (ends: Ends) => Promise<void>): Promise<void> {
  await Network.with(["ours", "peer"], async (network) => {
    network.wire(["ours", "wan0", `${OURS}/24`], ["peer", "wan0", `${PEER}/24`]);
    network.addresses("ours", `${INSIDE}/24`);
    network.addresses("peer", `${PEER_INSIDE}/24`);
    const suite = { ike: "aes128-sha1-modp1024", esp: "aes128-sha1", preSharedKey: "a-shared-secret" };
    const charon = await network.charon("peer", { ...suite, ...changes });
    const router = await network.router("ours", CONFIGURATION);
    await work({ network, charon, router });
    assert.doesNotMatch(router.output, /FAULT/);
  });
}

/** Ten pings a second until this is so and for a second more; each is answered, in its order. */
async function assertNoGap(network: Network, isSo: () => boolean): Promise<void> {
  const command = ["ping", "-n", "-i", "0.1", "-I", INSIDE, PEER_INSIDE];
  const pings = network.start("ours", ...command);
  const answered = () => [...pings.output.matchAll(/icmp_seq=(\d+)/g)].map(([, number]) => Number(number));
  await until(isSo, () => pings.output);
  const enough = answered().length + 10;
  await until(
    () => answered().length >= enough,
    () => pings.output,
  );
  await pings.kill();
  assert.deepEqual(
    answered(),
    answered().map((_, i) => i + 1),
  );
}

function count(charon: Charon, pattern: RegExp): number {
  return [...charon.log().matchAll(pattern)].length;
}

/** The shortest lives that IOS takes. */
const CONFIGURATION = `hostname ours
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 2
 lifetime 60
crypto isakmp key a-shared-secret address ${PEER}
crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto ipsec security-association lifetime kilobytes 2560
crypto map vpn 10 ipsec-isakmp
 set peer ${PEER}
 set transform-set t
 match address 101
interface Ethernet0
 ip address ${OURS} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
`;
