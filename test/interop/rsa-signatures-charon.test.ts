/** RSA signatures with strongSwan: certificates made by openssl, both roles, chains, and what either end refuses. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CHARON, Charon } from "./charon.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { GATEWAY_ADDRESS, makeNamespaces, PEER_ADDRESS, whyNoPeers } from "./namespaces.ts";
import { type Issued, OpensslAuthority, trustpointLines } from "./openssl-authority.ts";

const skip = whyNoPeers(CHARON, "/usr/sbin/swanctl", "/usr/bin/openssl") ?? false;

let root: OpensslAuthority;
let middle: OpensslAuthority;
let ours: Issued;
let peers: Issued;

before(() => {
  if (skip !== false) return;
  root = new OpensslAuthority("Root");
  middle = new OpensslAuthority("Middle", root);
  ours = root.issue("/O=Lab/CN=ours");
  peers = root.issue(
    "/O=Lab/CN=peer",
    `keyUsage=digitalSignature\nsubjectAltName=DNS:peer.example.com,IP:${PEER_ADDRESS}\n`,
  );
});

after(() => {
  if (skip !== false) return;
  middle.remove();
  root.remove();
});

function configuration(own: Issued, authorities: readonly Issued[], lines: readonly string[]): string {
  return `hostname ours
crypto isakmp policy 1
 encr aes
 authentication rsa-sig
 group 14
 lifetime 3600
${trustpointLines(own, authorities)}${lines.map((line) => `${line}\n`).join("")}crypto ipsec transform-set t esp-aes esp-sha-hmac
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

function connections(identity: string, ourIdentity: string, isAggressive: boolean): string {
  return `connections {
  gw {
    version = 1
    aggressive = ${isAggressive ? "yes" : "no"}
    local_addrs = ${PEER_ADDRESS}
    remote_addrs = ${GATEWAY_ADDRESS}
    proposals = aes128-sha1-modp2048
    local {
      auth = pubkey
      certs = peer.pem
      id = "${identity}"
    }
    remote {
      auth = pubkey
      id = "${ourIdentity}"
    }
    children {
      net {
        local_ts = 10.2.0.0/24
        remote_ts = 10.1.0.0/24
        esp_proposals = aes128-sha1
      }
    }
  }
}
`;
}

interface Case {
  readonly own?: Issued;
  readonly ourAuthorities?: readonly Issued[];
  readonly peer?: Issued;
  readonly peersAuthorities?: Readonly<Record<string, Issued>>;
  readonly peerIdentity?: string;
  readonly ourIdentity?: string;
  readonly isAggressive?: boolean;
  /** More of our configuration. */
  readonly lines?: readonly string[];
}

async function between(
  wish: Case,
  work: (gateway: GatewayProcess, charon: Charon) => Promise<void>,
): Promise<void> {
  const { own = ours, peer = peers, peerIdentity = "O=Lab, CN=peer" } = wish;
  const { ourIdentity = "O=Lab, CN=ours", isAggressive = false, lines = [] } = wish;
  const { ourAuthorities = [root.own], peersAuthorities = { "root.pem": root.own } } = wish;
  const namespaces = makeNamespaces();
  let charon: Charon | undefined;
  let gateway: GatewayProcess | undefined;
  try {
    charon = await Charon.startWith(namespaces.peers, connections(peerIdentity, ourIdentity, isAggressive), {
      files: {
        "x509/peer.pem": peer.certificate,
        "private/peer.pem": peer.key,
        ...Object.fromEntries(
          Object.entries(peersAuthorities).map(([name, { certificate }]) => [`x509ca/${name}`, certificate]),
        ),
      },
    });
    gateway = await GatewayProcess.start(namespaces.ours, configuration(own, ourAuthorities, lines), own.key);
    await work(gateway, charon);
    assert.ok(!gateway.told.some(({ event }) => event?.kind === "bug"), "no mistake of our own");
  } finally {
    gateway?.stop();
    await charon?.stop();
    namespaces.remove();
  }
}

/** Not before the last message has been heard. */
async function pinged(gateway: GatewayProcess, charon: Charon): Promise<void> {
  const created = gateway.untilEvent("ipsec-sas-created");
  await Promise.all([created, gateway.ping(1)]).catch((error) => assert.fail(`${error}\n${charon.log()}`));
  await gateway.pingUntilAnswered();
  assert.deepEqual(await gateway.ping(5, 20), { sent: 5, answered: 5 }, charon.log());
}

test("we begin main mode with a signature, and pings pass", { skip }, () =>
  between({}, async (gateway, charon) => {
    await pinged(gateway, charon);
    const proven = gateway.told.find(({ event }) => event?.kind === "peer-authenticated");
    assert.equal(proven?.event?.identity, "O=Lab, CN=peer");
    assert.match(charon.sas(), /remote 'O=Lab, CN=ours'/);
    assert.match(charon.log(), /authentication of 'O=Lab, CN=ours' with RSA_EMSA_PKCS1_NULL successful/);
  }),
);

for (const identity of ["O=Lab, CN=peer", "peer.example.com", PEER_ADDRESS])
  test(`strongSwan begins main mode with a signature as ${identity}, and pings pass`, { skip }, () =>
    between({ peerIdentity: identity }, async (gateway, charon) => {
      const created = gateway.untilEvent("ipsec-sas-created");
      charon.initiate();
      await created;
      assert.deepEqual(await gateway.ping(5, 20), { sent: 5, answered: 5 }, charon.log());
      const proven = gateway.told.find(({ event }) => event?.kind === "peer-authenticated");
      assert.equal(proven?.event?.identity, identity);
      charon.terminate();
      await gateway.untilNoPairs();
    }),
  );

test("both ends send what stands between them and the authority they share", { skip }, async () => {
  const far = middle.issue("/O=Lab/CN=ours");
  await between({ own: far, ourAuthorities: [root.own, middle.own] }, (gateway, charon) =>
    pinged(gateway, charon),
  );
  const farPeer = middle.issue("/O=Lab/CN=peer");
  await between(
    { peer: farPeer, peersAuthorities: { "root.pem": root.own, "middle.pem": middle.own } },
    (gateway, charon) => pinged(gateway, charon),
  );
});

test("a certificate of another authority is refused by us, and told", { skip }, async () => {
  const other = new OpensslAuthority("Other");
  try {
    await between(
      {
        peer: other.issue("/O=Lab/CN=peer"),
        peersAuthorities: { "root.pem": root.own, "other.pem": other.own },
      },
      async (gateway) => {
        const failed = gateway.untilEvent("negotiation-failed");
        await Promise.all([failed, gateway.ping(1)]);
        assert.equal((await failed).event?.reason, "certificate refused");
        assert.match(
          String((await failed).event?.explanation),
          /not of an authority that is trusted here: O=Lab, CN=Other/,
        );
      },
    );
  } finally {
    other.remove();
  }
});

test("a certificate for another use, and one of another organisation, are refused by us", {
  skip,
}, async () => {
  for (const [peer, says] of [
    [root.issue("/O=Lab/CN=peer", "keyUsage=keyEncipherment\n"), /is not for this use/],
    [root.issue("/O=Else/CN=peer"), /our certificate names O=Lab/],
  ] as const)
    await between(
      { peer, peerIdentity: says.source.includes("O=Lab") ? "O=Else, CN=peer" : "O=Lab, CN=peer" },
      async (gateway) => {
        const failed = gateway.untilEvent("negotiation-failed");
        await Promise.all([failed, gateway.ping(1)]);
        assert.match(String((await failed).event?.explanation), says);
      },
    );
});

test("where strongSwan refuses our certificate nothing comes up", { skip }, async () => {
  const other = new OpensslAuthority("Other");
  try {
    await between(
      { own: other.issue("/O=Lab/CN=ours"), ourAuthorities: [root.own, other.own] },
      async (gateway, charon) => {
        const shown = gateway.until(({ event }) => event?.kind === "message-sent" && event.step === "MM5");
        await Promise.all([shown, gateway.ping(1)]);
        await charon.says(/no trusted RSA public key found for 'O=Lab, CN=ours'/);
        assert.deepEqual((await gateway.view()).states, ["MM_KEY_EXCH"]);
      },
    );
  } finally {
    other.remove();
  }
});

test("we begin aggressive mode with a signature, as a name of our certificate", { skip }, () => {
  const own = root.issue(
    "/O=Lab/CN=ours",
    "keyUsage=digitalSignature\nsubjectAltName=DNS:ours.example.com\n",
  );
  const lines = [
    `crypto isakmp peer address ${PEER_ADDRESS}`,
    " set aggressive-mode client-endpoint fqdn ours.example.com",
  ];
  return between(
    { own, lines, ourIdentity: "ours.example.com", isAggressive: true },
    async (gateway, charon) => {
      await pinged(gateway, charon);
      assert.match(charon.log(), /parsed AGGRESSIVE request 0 \[ CERT SIG/);
      const proven = gateway.told.find(({ event }) => event?.kind === "peer-authenticated");
      assert.equal(proven?.event?.identity, "O=Lab, CN=peer");
    },
  );
});

test("strongSwan begins aggressive mode with a signature, and pings pass", { skip }, () =>
  between({ isAggressive: true }, async (gateway, charon) => {
    const created = gateway.untilEvent("ipsec-sas-created");
    charon.initiate();
    await created;
    assert.deepEqual(await gateway.ping(5, 20), { sent: 5, answered: 5 }, charon.log());
    const up = gateway.told.find(({ event }) => event?.kind === "isakmp-sa-established");
    assert.equal(up?.event?.exchange, "aggressive");
  }),
);
