/** Dead peer detection and fragmentation with strongSwan: each notices the other's end, long messages go in pieces. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHARON, Charon, type CharonSettings } from "./charon.ts";
import { GatewayProcess, type Told } from "./gateway-process.ts";
import { GATEWAY_ADDRESS, makeNamespaces, PEER_ADDRESS, whyNoPeers } from "./namespaces.ts";

const skip = whyNoPeers(CHARON, "/usr/sbin/swanctl") ?? false;
const KEY = "a-shared-secret";

function configuration(lines: readonly string[], group: number): string {
  return `hostname ours
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group ${group}
 lifetime 3600
crypto isakmp key ${KEY} address ${PEER_ADDRESS}
${lines.join("\n")}
crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto map vpn 10 ipsec-isakmp
 set peer ${PEER_ADDRESS}
 set transform-set t
 match address 101
interface Ethernet0
 ip address ${GATEWAY_ADDRESS} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
`;
}

async function between(
  ours: readonly string[],
  theirs: Partial<CharonSettings>,
  work: (gateway: GatewayProcess, charon: Charon) => Promise<void>,
  group = 14,
): Promise<void> {
  const namespaces = makeNamespaces();
  let charon: Charon | undefined;
  let gateway: GatewayProcess | undefined;
  try {
    charon = await Charon.start(namespaces.peers, {
      ike: group === 14 ? "aes128-sha1-modp2048" : "aes128-sha1-modp4096",
      esp: "aes128-sha1",
      preSharedKey: KEY,
      ...theirs,
    });
    gateway = await GatewayProcess.start(namespaces.ours, configuration(ours, group));
    await work(gateway, charon);
    assert.ok(!gateway.told.some(({ event }) => event?.kind === "bug"), "no mistake of our own");
  } finally {
    gateway?.stop();
    await charon?.stop();
    namespaces.remove();
  }
}

async function up(gateway: GatewayProcess): Promise<void> {
  const created = gateway.untilEvent("ipsec-sas-created");
  await Promise.all([created, gateway.ping(1)]);
}

function isNotify(kind: "notify-sent" | "notify-received", type: number): (told: Told) => boolean {
  return ({ event }) => event?.kind === kind && event.notifyType === type;
}

const [R_U_THERE, R_U_THERE_ACK] = [36136, 36137];

test("strongSwan answers our R-U-THERE; once it is gone we notice", { skip }, () =>
  between(["crypto isakmp keepalive 10 2 periodic"], {}, async (gateway, charon) => {
    await up(gateway);
    await gateway.until(isNotify("notify-received", R_U_THERE_ACK));
    const dead = gateway.untilEvent("peer-dead");
    await charon.crash();
    await dead;
    const lastAnswer = gateway.told.findLastIndex(isNotify("notify-received", R_U_THERE_ACK));
    const unanswered = gateway.told.slice(lastAnswer).filter(isNotify("notify-sent", R_U_THERE));
    assert.equal(unanswered.length, 6);
    const { states, pairs } = await gateway.view();
    assert.deepEqual([states, pairs], [[], 0], "nothing is left");
  }),
);

test("we answer strongSwan's R-U-THERE; once we are gone it notices", { skip }, () =>
  between(
    [],
    { connection: ["dpd_delay = 2s", "dpd_timeout = 6s"], child: ["dpd_action = clear"] },
    async (gateway, charon) => {
      await up(gateway);
      await Promise.all([
        gateway.until(isNotify("notify-received", R_U_THERE)),
        gateway.until(isNotify("notify-sent", R_U_THERE_ACK)),
      ]);
      gateway.stop();
      await charon.untilNoSas();
      assert.match(charon.log(), /DPD check timed out/);
    },
  ),
);

test("long messages go in pieces both ways with strongSwan, whoever begins", { skip }, () =>
  between(
    ["crypto isakmp fragmentation"],
    { connection: ["fragmentation = force"], fragmentSize: 400 },
    async (gateway, charon) => {
      const created = gateway.untilEvent("ipsec-sas-created");
      charon.initiate();
      await created;
      assert.deepEqual(await gateway.ping(3, 20), { sent: 3, answered: 3 });
      for (const what of ["ipsec", "isakmp"] as const) gateway.command({ do: "clear", what });
      await charon.untilNoSas();
      await up(gateway);
      const count = (wanted: string) => gateway.told.filter(({ event }) => event?.kind === wanted).length;
      assert.equal(count("message-assembled"), 2, "its pieces, in both roles");
      assert.equal(count("message-fragmented"), 2, "ours, in both roles");
      assert.equal(count("isakmp-sa-established"), 2);
      assert.match(charon.log(), /received fragment #2, reassembled fragmented IKE message/);
    },
    16,
  ),
);
