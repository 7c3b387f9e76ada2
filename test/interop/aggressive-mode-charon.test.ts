/** Aggressive mode with strongSwan: both roles, identities by address, host name and user's name, and a wrong key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHARON, Charon } from "./charon.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { GATEWAY_ADDRESS, makeNamespaces, PEER_ADDRESS, whyNoPeers } from "./namespaces.ts";

const skip = whyNoPeers(CHARON, "/usr/sbin/swanctl") ?? false;
const KEY = "a-shared-secret";

interface Case {
  /** Lines of ours that name the peer and the key. */
  readonly ours: readonly string[];
  readonly ourIdentity: string;
  readonly peerIdentity?: string;
}

function configuration(ours: readonly string[]): string {
  return `hostname ours
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 14
 lifetime 3600
${ours.join("\n")}
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
  { ours, ourIdentity, peerIdentity = PEER_ADDRESS }: Case,
  work: (gateway: GatewayProcess, charon: Charon) => Promise<void>,
): Promise<void> {
  const namespaces = makeNamespaces();
  let charon: Charon | undefined;
  let gateway: GatewayProcess | undefined;
  try {
    charon = await Charon.start(namespaces.peers, {
      ike: "aes128-sha1-modp2048",
      esp: "aes128-sha1",
      preSharedKey: KEY,
      connection: ["aggressive = yes"],
      ends: {
        local: PEER_ADDRESS,
        remote: GATEWAY_ADDRESS,
        localIdentity: peerIdentity,
        remoteIdentity: ourIdentity,
      },
    });
    gateway = await GatewayProcess.start(namespaces.ours, configuration(ours));
    await work(gateway, charon);
    assert.ok(!gateway.told.some(({ event }) => event?.kind === "bug"), "no mistake of our own");
  } finally {
    gateway?.stop();
    await charon?.stop();
    namespaces.remove();
  }
}

function asClient(kind: string, name: string, key = KEY): readonly string[] {
  return [
    `crypto isakmp peer address ${PEER_ADDRESS}`,
    ` set aggressive-mode password ${key}`,
    ` set aggressive-mode client-endpoint ${kind} ${name}`,
  ];
}

const INITIATED: readonly (readonly [kind: string, name: string])[] = [
  ["ipv4-address", GATEWAY_ADDRESS],
  ["fqdn", "branch.example.com"],
  ["user-fqdn", "branch@example.com"],
];

for (const [kind, name] of INITIATED)
  test(`we begin aggressive mode as ${kind} ${name}, and pings pass`, { skip }, () =>
    between({ ours: asClient(kind, name), ourIdentity: name }, async (gateway, charon) => {
      const created = gateway.untilEvent("ipsec-sas-created");
      await Promise.all([created, gateway.ping(1)]);
      await gateway.pingUntilAnswered();
      assert.deepEqual(await gateway.ping(5, 20), { sent: 5, answered: 5 }, charon.log());
      assert.match(charon.sas(), new RegExp(`remote '${name}'`));
      assert.match(charon.log(), /parsed AGGRESSIVE request 0 \[ HASH NAT-D NAT-D \]/);
      assert.ok(
        gateway.told.some(
          ({ event }) => event?.kind === "isakmp-sa-established" && event.exchange === "aggressive",
        ),
        "by aggressive mode",
      );
    }),
  );

const ANSWERED: readonly (readonly [peerIdentity: string, key: string])[] = [
  [PEER_ADDRESS, `crypto isakmp key ${KEY} address ${PEER_ADDRESS}`],
  ["branch.example.com", `crypto isakmp key ${KEY} hostname branch.example.com`],
  ["branch@example.com", `crypto isakmp key ${KEY} hostname branch@example.com`],
];

for (const [peerIdentity, key] of ANSWERED)
  test(`strongSwan begins aggressive mode as ${peerIdentity}, and pings pass`, { skip }, () =>
    between({ ours: [key], ourIdentity: GATEWAY_ADDRESS, peerIdentity }, async (gateway, charon) => {
      const created = gateway.untilEvent("ipsec-sas-created");
      charon.initiate();
      await created;
      assert.deepEqual(await gateway.ping(5, 20), { sent: 5, answered: 5 });
      const proven = gateway.told.find(({ event }) => event?.kind === "peer-authenticated");
      assert.equal(proven?.event?.identity, peerIdentity);
      charon.terminate();
      await gateway.untilNoPairs();
    }),
  );

test("with a wrong key we say so from its answer", { skip }, () =>
  between(
    { ours: asClient("fqdn", "branch.example.com", "another-secret"), ourIdentity: "branch.example.com" },
    async (gateway) => {
      const failed = gateway.untilEvent("negotiation-failed");
      await Promise.all([failed, gateway.ping(1)]);
      assert.equal((await failed).event?.reason, "wrong pre-shared key");
    },
  ),
);

test(
  "strongSwan's name that has no key is answered all the same, and strongSwan notices a wrong key",
  { skip },
  () =>
    between(
      {
        ours: [`crypto isakmp key ${KEY} hostname somebody.example.com`],
        ourIdentity: GATEWAY_ADDRESS,
        peerIdentity: "branch.example.com",
      },
      async (gateway, charon) => {
        const failed = gateway.untilEvent("negotiation-failed");
        assert.throws(() => charon.initiate());
        assert.match(charon.log(), /parsed AGGRESSIVE response 0/);
        assert.match(charon.log(), /calculated HASH does not match/);
        assert.equal((await failed).event?.reason, "no pre-shared key");
      },
    ),
);
