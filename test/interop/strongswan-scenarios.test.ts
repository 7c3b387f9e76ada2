/**
 * Scenarios that strongSwan tests itself with, in the `ikev1` part of its suite, with one end ours; under their own names. Those
 * that other tests have are listed in docs/interoperability.md.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CHARON, Charon } from "./charon.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { GATEWAY_ADDRESS, whyNoPeers } from "./namespaces.ts";
import { Network } from "./network.ts";
import { type Issued, OpensslAuthority, trustpointLines } from "./openssl-authority.ts";

const skip = whyNoPeers(CHARON, "/usr/sbin/swanctl", "/usr/bin/openssl", "/usr/sbin/nft") ?? false;

const KEY = "a-shared-secret";
const [CAROL, DAVE, NAT] = ["192.0.2.100", "192.0.2.200", "192.0.2.50"] as const;
const HOST = "10.1.0.10";

interface Site {
  readonly network: Network;
  readonly gateway: GatewayProcess;
  /** A strongSwan on one of the machines: `carol`, `dave`. */
  readonly client: (machine: string, settings: Client) => Promise<Charon>;
}

interface Client {
  /** Where it is. */
  readonly at: string;
  readonly ike?: string;
  readonly esp?: string;
  readonly isAggressive?: boolean;
  /** More lines of its child. */
  readonly child?: readonly string[];
  /** Of its folder, by path. With them it proves itself by `x509/own.pem`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly key?: string;
  readonly identity?: string;
  readonly gatewayIdentity?: string;
  readonly daemon?: readonly string[];
}

describe("strongSwan's own scenarios", { skip, concurrency: false }, () => {
  it("rw-psk-ipv4, rw-psk-ip-ranges: each client is known by the closest key for its address", () =>
    site(
      [
        `crypto isakmp key ${"wrong".repeat(3)} address 0.0.0.0 0.0.0.0`,
        `crypto isakmp key ${KEY} address 192.0.2.0 255.255.255.0`,
        `crypto isakmp key daves-own-secret address ${DAVE}`,
      ],
      async ({ network, client }) => {
        const carol = await client("carol", { at: CAROL });
        const dave = await client("dave", { at: DAVE, key: "daves-own-secret" });
        for (const charon of [carol, dave]) charon.initiate();
        assert.equal(network.ping("carol", CAROL, HOST, 3), 3);
        assert.equal(network.ping("dave", DAVE, HOST, 3), 3);
      },
    ));

  it("rw-psk-fqdn: names are said, and the key is found by the address", () =>
    site(
      [KEY_FOR_ALL, "ip domain-name strongswan.org", "crypto isakmp identity hostname"],
      async ({ network, gateway, client }) => {
        const carol = await client("carol", {
          ...{ at: CAROL, identity: "carol@strongswan.org", gatewayIdentity: "moon.strongswan.org" },
        });
        carol.initiate();
        assert.equal(network.ping("carol", CAROL, HOST, 3), 3);
        await gateway.view();
        const proven = gateway.told.find(({ event }) => event?.kind === "peer-authenticated");
        assert.equal(proven?.event?.identity, "carol@strongswan.org");
      },
    ));

  it("rw-multi-ciphers: clients with other suites are each served by a policy of theirs", () =>
    site(
      [KEY_FOR_ALL, ...policy(2, "3des", "md5", 5), ...policy(3, "aes 256", "sha512", 15)],
      async ({ network, client }) => {
        const carol = await client("carol", { at: CAROL, ike: "3des-md5-modp1536", esp: "3des-md5" });
        const dave = await client("dave", { at: DAVE, ike: "aes256-sha512-modp3072", esp: "aes256-sha512" });
        for (const charon of [carol, dave]) charon.initiate();
        assert.equal(network.ping("carol", CAROL, HOST, 3), 3);
        assert.equal(network.ping("dave", DAVE, HOST, 3), 3);
        assert.match(carol.sas(), /3DES_CBC\/HMAC_MD5_96\/PRF_HMAC_MD5\/MODP_1536/);
        assert.match(dave.sas(), /AES_CBC-256\/HMAC_SHA2_512_256\/PRF_HMAC_SHA2_512\/MODP_3072/);
      },
    ));

  it("rw-initiator-only: a client that answers nobody gets our first message more than once, and may begin", () =>
    site([KEY_FOR_ALL, ...ENTRY_FOR_CAROL], async ({ network, gateway, client }) => {
      const carol = await client("carol", {
        ...{ at: CAROL, daemon: ["initiator_only = yes"], child: ["local_ts = 10.2.0.0/24"] },
      });
      network.addresses("carol", "10.2.0.1/24");
      const again = gateway.until(
        ({ event }) => event?.kind === "message-sent" && event.retransmission === 1,
      );
      await Promise.all([again, gateway.ping(1)]);
      assert.ok(!gateway.told.some(({ event }) => event?.kind === "message-received"), "no answer at all");
      carol.initiate();
      assert.equal(network.ping("carol", "10.2.0.1", HOST, 3), 3);
    }));

  it("nat-rw: two clients behind one NAT have a tunnel each, and the one does not end the other's", () =>
    site([KEY_FOR_ALL], async ({ network, gateway, client }) => {
      behindNat(network);
      const carol = await client("alice", { at: "10.3.0.2" });
      const dave = await client("venus", { at: "10.3.0.3" });
      for (const charon of [carol, dave]) charon.initiate();
      for (let round = 0; round < 2; round++) {
        assert.equal(network.ping("alice", "10.3.0.2", HOST, 3), 3);
        assert.equal(network.ping("venus", "10.3.0.3", HOST, 3), 3);
      }
      assert.deepEqual((await gateway.view()).states, ["QM_IDLE", "QM_IDLE"]);
    }));

  it("two clients behind one NAT with the same inner addresses: the first has its tunnel, the second is told why not", () =>
    site([KEY_FOR_ALL], async ({ network, gateway, client }) => {
      behindNat(network);
      for (const machine of ["alice", "venus"]) network.addresses(machine, "10.9.0.1/32");
      const child = ["local_ts = 10.9.0.1/32"];
      const carol = await client("alice", { at: "10.3.0.2", child });
      const dave = await client("venus", { at: "10.3.0.3", child });
      carol.initiate();
      const failed = gateway.untilEvent("negotiation-failed");
      assert.throws(() => dave.initiate());
      assert.match(
        String((await failed).event?.explanation),
        /A second peer behind the NAT 192\.0\.2\.50 .* which 10\.3\.0\.2 there has/,
      );
      assert.match(dave.log(), /received INVALID_ID_INFORMATION error notify/);
      assert.equal(network.ping("alice", "10.9.0.1", HOST, 3), 3);
    }));

  it("dynamic-initiator: a client that comes back from another address is served there", () =>
    site([KEY_FOR_ALL], async ({ network, client }) => {
      const before = await client("carol", { at: CAROL, identity: "carol@strongswan.org" });
      before.initiate();
      assert.equal(network.ping("carol", CAROL, HOST, 3), 3);
      await before.crash();
      const after = await client("dave", { at: DAVE, identity: "carol@strongswan.org" });
      after.initiate();
      assert.equal(network.ping("dave", DAVE, HOST, 3), 3);
    }));

  describe("with certificates", () => {
    let research: OpensslAuthority;
    let sales: OpensslAuthority;
    before(() => {
      research = new OpensslAuthority("Research");
      sales = new OpensslAuthority("Sales");
    });
    after(() => {
      research?.remove();
      sales?.remove();
    });

    it("rw-cert, crls: whose certificate was taken back is refused, and nobody else is", () => {
      const good = research.issue("/O=Lab/CN=carol");
      const revoked = research.issue("/O=Lab/CN=dave");
      const ours = research.issue("/O=Lab/CN=moon");
      const list = research.revocationList(revoked);
      const chain = ` crl\n  ${list.toString("hex")}\n  quit`;
      const trust = trustpointLines(ours, [research.own]).replace(" crl optional\n", "");
      return site(
        [...policy(1, "aes", "sha", 14, "rsa-sig"), trust + chain],
        async ({ network, gateway, client }) => {
          const carol = await client("carol", { at: CAROL, ...certified(good, [research.own], "carol") });
          carol.initiate();
          assert.equal(network.ping("carol", CAROL, HOST, 3), 3);
          const dave = await client("dave", { at: DAVE, ...certified(revoked, [research.own], "dave") });
          const failed = gateway.untilEvent("negotiation-failed");
          assert.throws(() => dave.initiate("net", 10));
          assert.match(
            String((await failed).event?.explanation),
            /the certificate of O=Lab, CN=dave has been revoked: by O=Lab, CN=Research/,
          );
          assert.equal(network.ping("carol", CAROL, HOST, 3), 3);
        },
        ours.key,
      );
    });

    it("rw-cert-aggressive: two clients begin aggressive mode, each with a certificate", () => {
      const ours = research.issue("/O=Lab/CN=moon");
      return site(
        [...policy(1, "aes", "sha", 14, "rsa-sig"), trustpointLines(ours, [research.own])],
        async ({ network, gateway, client }) => {
          for (const [name, at] of [
            ["carol", CAROL],
            ["dave", DAVE],
          ] as const) {
            const settings = certified(research.issue(`/O=Lab/CN=${name}`), [research.own], name);
            (await client(name, { at, isAggressive: true, ...settings })).initiate();
          }
          assert.equal(network.ping("carol", CAROL, HOST, 3), 3);
          assert.equal(network.ping("dave", DAVE, HOST, 3), 3);
          await gateway.view();
          const told = (kind: string, field: string) =>
            gateway.told.flatMap(({ event }) => (event?.kind === kind ? [event[field]] : []));
          assert.deepEqual(told("peer-authenticated", "identity"), ["O=Lab, CN=carol", "O=Lab, CN=dave"]);
          assert.deepEqual(told("isakmp-sa-established", "exchange"), ["aggressive", "aggressive"]);
        },
        ours.key,
      );
    });

    it("certreq-init: of two certificates we show the one whose authority we are asked for", () => {
      const ours = research.issue("/O=Lab/CN=moon of research");
      const other = sales.issue("/O=Lab/CN=moon of sales");
      const keys = [ours.key, other.key].join("");
      const second = trustpointLines(other, [sales.own]).replaceAll(" lab\n", " sales\n");
      return site(
        [...policy(1, "aes", "sha", 14, "rsa-sig"), trustpointLines(ours, [research.own]) + second],
        async ({ network, client }) => {
          const own = sales.issue("/O=Lab/CN=carol");
          const settings = certified(own, [sales.own], "carol", "O=Lab, CN=moon of sales");
          const carol = await client("carol", { at: CAROL, ...settings });
          carol.initiate();
          assert.equal(network.ping("carol", CAROL, HOST, 3), 3);
        },
        keys,
      );
    });
  });
});

/** Us as the gateway of whoever comes, at first with `policy 1`, and machines on one wire with us. */
async function site(
  lines: readonly string[],
  work: (site: Site) => Promise<void>,
  keys?: string,
): Promise<void> {
  const charons: Charon[] = [];
  let gateway: GatewayProcess | undefined;
  await Network.with(["ours", "wire", "carol", "dave", "alice", "venus"], async (network) => {
    try {
      network.ip("wire", "link", "add", "br0", "type", "bridge");
      network.ip("wire", "link", "set", "br0", "up");
      plug(network, "ours", `${GATEWAY_ADDRESS}/24`);
      plug(network, "carol", `${CAROL}/24`);
      plug(network, "dave", `${DAVE}/24`);
      const running = await GatewayProcess.start(network.namespace("ours"), configuration(lines), keys);
      gateway = running;
      const client = async (machine: string, settings: Client): Promise<Charon> => {
        const { files, daemon = [] } = settings;
        const options = { daemon, ...(files === undefined ? {} : { files }) };
        const charon = await Charon.startWith(network.namespace(machine), connections(settings), options);
        charons.push(charon);
        return charon;
      };
      await work({ network, gateway: running, client });
      assert.ok(!running.told.some(({ event }) => event?.kind === "bug"), "no mistake of our own");
    } finally {
      gateway?.stop();
      for (const charon of charons) await charon.stop();
    }
  });
}

/** The machine's `wan0` is on the wire. */
function plug(network: Network, machine: string, address: string): void {
  const port = `to${machine}`;
  network.wire([machine, "wan0", address], ["wire", port, "0.0.0.0/32"]);
  network.ip("wire", "link", "set", port, "master", "br0");
}

/** Alice and Venus are behind Dave, who translates their addresses. */
function behindNat(network: Network): void {
  network.ip("dave", "address", "add", `${NAT}/24`, "dev", "wan0");
  for (const [machine, port, address] of [
    ["alice", "lan0", "10.3.0.2"],
    ["venus", "lan1", "10.3.0.3"],
  ] as const) {
    network.wire([machine, "wan0", `${address}/24`], ["dave", port, "10.3.0.1/32"]);
    network.ip("dave", "route", "add", `${address}/32`, "dev", port);
    network.ip(machine, "route", "add", "default", "via", "10.3.0.1");
  }
  network.run("dave", "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
  network.nftables(
    "dave",
    `table ip nat { chain out { type nat hook postrouting priority srcnat; oifname "wan0" snat to ${NAT}; }; }`,
  );
}

function connections(client: Client): string {
  const { at, key = KEY, identity = at, gatewayIdentity = GATEWAY_ADDRESS, files, child = [] } = client;
  const { ike = "aes128-sha1-modp2048", esp = "aes128-sha1", isAggressive = false } = client;
  const own = files === undefined ? "auth = psk" : "auth = pubkey\n      certs = own.pem";
  return `connections {
  gw {
    version = 1
    aggressive = ${isAggressive ? "yes" : "no"}
    local_addrs = ${at}
    remote_addrs = ${GATEWAY_ADDRESS}
    proposals = ${ike}
    local {
      ${own}
      id = "${identity}"
    }
    remote {
      auth = ${files === undefined ? "psk" : "pubkey"}
      id = "${gatewayIdentity}"
    }
    children {
      net {
        remote_ts = 10.1.0.0/24
        esp_proposals = ${esp}
${child.map((line) => `        ${line}\n`).join("")}      }
    }
  }
}
secrets {
  ike-1 {
    secret = ${key}
  }
}
`;
}

function certified(
  own: Issued,
  authorities: readonly Issued[],
  name: string,
  gatewayIdentity = "O=Lab, CN=moon",
): Omit<Client, "at"> {
  const roots = authorities.map(({ certificate }, i) => [`x509ca/${i}.pem`, certificate]);
  const files = { "x509/own.pem": own.certificate, "private/own.pem": own.key, ...Object.fromEntries(roots) };
  return { identity: `O=Lab, CN=${name}`, gatewayIdentity, files };
}

const KEY_FOR_ALL = `crypto isakmp key ${KEY} address 0.0.0.0 0.0.0.0`;

/** We can begin as well. */
const ENTRY_FOR_CAROL = [
  "crypto map vpn 10 ipsec-isakmp",
  ` set peer ${CAROL}`,
  " set transform-set t",
  " match address 101",
  "access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255",
];

function policy(
  priority: number,
  encryption: string,
  hash: string,
  group: number,
  authentication = "pre-share",
): readonly string[] {
  return [
    `crypto isakmp policy ${priority}`,
    ` encr ${encryption}`,
    ` hash ${hash}`,
    ` authentication ${authentication}`,
    ` group ${group}`,
    " lifetime 3600",
  ];
}

function configuration(lines: readonly string[]): string {
  return `hostname moon
${policy(1, "aes", "sha", 14).join("\n")}
crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto ipsec transform-set t3 esp-3des esp-md5-hmac
crypto ipsec transform-set t5 esp-aes 256 esp-sha512-hmac
crypto dynamic-map clients 10
 set transform-set t t3 t5
crypto map vpn 100 ipsec-isakmp dynamic clients
${lines.join("\n")}
interface Ethernet0
 ip address ${GATEWAY_ADDRESS} 255.255.255.0
 crypto map vpn
`;
}
