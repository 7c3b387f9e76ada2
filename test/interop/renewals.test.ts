/** SAs of both phases that end and are renewed, with strongSwan, begun by either end, while pings pass: none is lost. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { CHARON, type Charon, type CharonSettings } from "./charon.ts";
import { GATEWAY_ADDRESS as OURS, PEER_ADDRESS as PEER, whyNoPeers } from "./namespaces.ts";
import { Network } from "./network.ts";
import { type RunningRouter, whyNoMachines } from "./router-machines.ts";

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
        await assertNoGap(network, { count: 140 });
        assert.ok(count(charon, /IKE_SA gw\[\d+\] established/g) > 2, "phase 1 was renewed");
        assert.ok(count(charon, /CHILD_SA net\{\d+\} established/g) > 2, "phase 2 was renewed");
      },
    ));

  it("of phase 2 by us, after so many kilobytes, lose no ping", () =>
    between({}, async ({ network, charon }) => {
      await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
      // Gently: only so much may pass until the successor is there.
      await assertNoGap(network, { count: 4400, everySeconds: 0.005, octets: 1200 });
      assert.ok(count(charon, /CHILD_SA net\{\d+\} established/g) > 2, "it was renewed");
    }));

  for (const who of ["we", "it"] as const)
    it(`of phase 1 by us, where ${who} began, before it ends, lose no ping, though with the last one it gives up all`, () =>
      between({}, async ({ network, charon }) => {
        if (who === "it") charon.initiate();
        await network.pingUntilAnswered("ours", INSIDE, PEER_INSIDE);
        await assertNoGap(network, { count: 640 });
        assert.equal(count(charon, /IKE_SA gw\[\d+\] established/g), 2);
        assert.match(charon.log(), /received DELETE for IKE_SA gw\[1\]/);
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

interface Pings {
  readonly count: number;
  readonly everySeconds?: number;
  readonly octets?: number;
}

/** The last is not counted, as ping would not wait for it. */
async function assertNoGap(
  network: Network,
  { count, everySeconds = 0.1, octets = 56 }: Pings,
): Promise<void> {
  const options = ["-n", "-c", `${count}`, "-i", `${everySeconds}`, "-s", `${octets}`, "-W", "1", "-I"];
  const said = await new Promise<string>((resolve) =>
    execFile(
      "ip",
      ["netns", "exec", network.namespace("ours"), "ping", ...options, INSIDE, PEER_INSIDE],
      (_error, stdout) => resolve(stdout),
    ),
  );
  const answered = [...said.matchAll(/icmp_seq=(\d+)/g)].map(([, number]) => Number(number));
  const last = answered.at(-1) ?? 0;
  assert.ok(last >= count * 0.99, `the last answer is ${last}`);
  assert.deepEqual(
    answered,
    Array.from({ length: last }, (_, i) => i + 1),
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
