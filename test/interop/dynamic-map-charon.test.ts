/** A dynamic crypto map with strongSwan as a client of unknown address: main mode with a wildcard key, aggressive mode with a name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHARON, Charon } from "./charon.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { GATEWAY_ADDRESS, makeNamespaces, PEER_ADDRESS, whyNoPeers } from "./namespaces.ts";

const skip = whyNoPeers(CHARON, "/usr/sbin/swanctl") ?? false;
const KEY = "a-shared-secret";

interface Case {
  readonly mode: "main" | "aggressive";
  readonly peerIdentity: string;
  /** Our line with the key. */
  readonly key: string;
  /** Below the dynamic map. */
  readonly accessList: readonly string[];
}

function configuration({ key, accessList }: Case): string {
  return `hostname ours
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 14
 lifetime 3600
${key}
crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto dynamic-map outside 10
 set transform-set t
${accessList.join("\n")}
crypto map vpn 65000 ipsec-isakmp dynamic outside
interface Ethernet0
 ip address ${GATEWAY_ADDRESS} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.0.0.0 0.255.255.255
`;
}

const MATCH = [" match address 101"];
const WILDCARD = `crypto isakmp key ${KEY} address 0.0.0.0 0.0.0.0`;
const CASES: readonly Case[] = [
  { mode: "main", peerIdentity: PEER_ADDRESS, key: WILDCARD, accessList: MATCH },
  { mode: "main", peerIdentity: PEER_ADDRESS, key: WILDCARD, accessList: [] },
  {
    mode: "aggressive",
    peerIdentity: "branch.example.com",
    key: `crypto isakmp key ${KEY} hostname branch.example.com`,
    accessList: MATCH,
  },
];

for (const each of CASES) {
  const { mode, peerIdentity, accessList } = each;
  const list = accessList.length === 0 ? "without an access list" : "within the access list";
  test(`strongSwan comes in by ${mode} mode as ${peerIdentity}, ${list}, and leaves nothing behind`, {
    skip,
  }, async () => {
    const namespaces = makeNamespaces();
    let charon: Charon | undefined;
    let gateway: GatewayProcess | undefined;
    try {
      charon = await Charon.start(namespaces.peers, {
        ike: "aes128-sha1-modp2048",
        esp: "aes128-sha1",
        preSharedKey: KEY,
        connection: mode === "aggressive" ? ["aggressive = yes"] : [],
        ends: {
          local: PEER_ADDRESS,
          remote: GATEWAY_ADDRESS,
          localIdentity: peerIdentity,
          remoteIdentity: GATEWAY_ADDRESS,
        },
      });
      gateway = await GatewayProcess.start(namespaces.ours, configuration(each));
      assert.equal((await gateway.ping(1)).answered, 0, "nothing is begun from here");
      assert.ok(!gateway.told.some(({ event }) => event?.kind === "negotiation-requested"), "nor asked for");
      const created = gateway.untilEvent("ipsec-sas-created");
      charon.initiate();
      await created;
      assert.deepEqual(await gateway.ping(5, 20), { sent: 5, answered: 5 }, charon.log());
      charon.terminate();
      await gateway.untilNoPairs();
      assert.equal((await gateway.ping(1)).answered, 0, "its temporary entry is gone");
      assert.ok(!gateway.told.some(({ event }) => event?.kind === "bug"), "no mistake of our own");
    } finally {
      gateway?.stop();
      await charon?.stop();
      namespaces.remove();
    }
  });
}
