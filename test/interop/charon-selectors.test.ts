/** strongSwan as the peer of several crypto map entries: transform sets, PFS, ports, protocols and proxy identities of their own. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CHARON, type Charon } from "./charon.ts";
import { GATEWAY_ADDRESS, PEER_ADDRESS, whyNoPeers } from "./namespaces.ts";
import { Network } from "./network.ts";
import { type RunningRouter, whyNoMachines } from "./router-machines.ts";
import { charonChildren, type ShownFlow, shownFlows } from "./sa-counters.ts";

const skip = whyNoMachines() ?? whyNoPeers(CHARON, "/usr/sbin/swanctl") ?? false;

const KEY = "a-shared-secret";
const CONFIGURATION = `hostname ours
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 2
 lifetime 3600
crypto isakmp key ${KEY} address ${PEER_ADDRESS}
crypto ipsec transform-set nets esp-aes esp-sha-hmac
crypto ipsec transform-set old esp-3des esp-md5-hmac
crypto ipsec transform-set strong esp-aes 256 esp-sha256-hmac
crypto map vpn 10 ipsec-isakmp
 set peer ${PEER_ADDRESS}
 set transform-set nets
 set pfs group5
 match address 110
crypto map vpn 20 ipsec-isakmp
 set peer ${PEER_ADDRESS}
 set transform-set old
 match address 120
crypto map vpn 30 ipsec-isakmp
 set peer ${PEER_ADDRESS}
 set transform-set strong
 set pfs group14
 match address 130
crypto map vpn 40 ipsec-isakmp
 set peer ${PEER_ADDRESS}
 set transform-set strong nets
 set security-association lifetime seconds 1800
 match address 140
interface Ethernet0
 ip address ${GATEWAY_ADDRESS} 255.255.255.0
 crypto map vpn
access-list 110 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
access-list 120 permit icmp host 10.1.1.1 10.2.1.0 0.0.0.255
access-list 130 permit tcp 10.1.2.0 0.0.0.255 10.2.2.0 0.0.0.255 eq 80
access-list 140 permit ip 10.1.3.0 0.0.0.255 10.2.3.0 0.0.0.255
`;

/** What agrees with the entries, and what does not quite. */
const wide = (local: string, remote = "10.1.3.0/24"): readonly string[] => [
  `local_ts = ${local}`,
  `remote_ts = ${remote}`,
  "esp_proposals = aes128-sha1",
];
const CHILDREN = {
  icmp: ["local_ts = 10.2.1.0/24[icmp]", "remote_ts = 10.1.1.1/32[icmp]", "esp_proposals = 3des-md5"],
  web: [
    "local_ts = 10.2.2.0/24[tcp/80]",
    "remote_ts = 10.1.2.0/24[tcp]",
    "esp_proposals = aes256-sha256-modp2048",
  ],
  wide: [...wide("10.2.3.0/24"), "life_time = 7200s"],
  host: [...wide("10.2.3.1/32"), "life_time = 600s"],
  range: wide("10.2.3.0-10.2.3.7"),
  odd: wide("10.2.3.1-10.2.3.6"),
  beyond: wide("10.2.0.0/16"),
  nowhere: wide("10.9.0.0/24"),
};
const NETS = [
  ["net", "10.1.0.1", "10.2.0.1"],
  ["icmp", "10.1.1.1", "10.2.1.1"],
  ["wide", "10.1.3.1", "10.2.3.1"],
] as const;

describe("strongSwan and several crypto map entries", { skip, concurrency: false }, () => {
  let network: Network;
  let charon: Charon;
  let router: RunningRouter;

  before(async () => {
    network = new Network("ours", "peer");
    network.wire(["ours", "wan0", `${GATEWAY_ADDRESS}/24`], ["peer", "wan0", `${PEER_ADDRESS}/24`]);
    for (const net of [0, 1, 2, 3]) {
      network.addresses("ours", `10.1.${net}.1/24`);
      network.addresses("peer", `10.2.${net}.1/24`);
    }
    const suite = { ike: "aes128-sha1-modp1024", esp: "aes128-sha1-modp1536", preSharedKey: KEY };
    charon = await network.charon("peer", { ...suite, children: CHILDREN });
    router = await network.router("ours", CONFIGURATION);
    await network.start("peer", process.execPath, "-e", WEB_SERVER).says(/listening/);
  });
  after(() => network?.remove());

  it("gets SAs of its own for each, when we initiate", async () => {
    for (const [, ours, theirs] of NETS) {
      await network.pingUntilAnswered("ours", ours, theirs);
      assert.equal(network.ping("ours", ours, theirs, 3), 3);
      assert.equal(network.ping("peer", theirs, ours, 3), 3);
    }
    assert.equal(fetched(network), "a page, and some more of it");
    assert.deepEqual(
      charonChildren(charon.sas()).map(({ name, esp, local, remote }) => `${name} ${esp} ${local} ${remote}`),
      [
        "net AES_CBC-128/HMAC_SHA1_96/MODP_1536 10.2.0.0/24 10.1.0.0/24",
        "icmp 3DES_CBC/HMAC_MD5_96 10.2.1.0/24[icmp] 10.1.1.1/32[icmp]",
        "wide AES_CBC-128/HMAC_SHA1_96 10.2.3.0/24 10.1.3.0/24",
        "web AES_CBC-256/HMAC_SHA2_256_128/MODP_2048 10.2.2.0/24[tcp/http] 10.1.2.0/24[tcp]",
      ],
    );
    const flows = await assertBothEndsAgree();
    assert.deepEqual(
      flows.map(({ local, remote, transforms }) => `${local} ${remote} ${transforms}`),
      [
        "10.1.0.0/255.255.255.0/0/0 10.2.0.0/255.255.255.0/0/0 esp-aes esp-sha-hmac",
        "10.1.1.1/255.255.255.255/1/0 10.2.1.0/255.255.255.0/1/0 esp-3des esp-md5-hmac",
        "10.1.2.0/255.255.255.0/6/0 10.2.2.0/255.255.255.0/6/80 esp-aes 256 esp-sha256-hmac",
        "10.1.3.0/255.255.255.0/0/0 10.2.3.0/255.255.255.0/0/0 esp-aes esp-sha-hmac",
      ],
    );
    const isakmp = await network.console("ours", "show crypto isakmp sa");
    assert.equal(isakmp.split("QM_IDLE").length, 2, "one phase 1 serves them all");
  });

  it("initiates each of them, and the shorter lifetime holds", async () => {
    await clear();
    for (const child of ["net", "icmp", "web", "wide"]) charon.initiate(child);
    for (const [, ours, theirs] of NETS) {
      assert.equal(network.ping("peer", theirs, ours, 3), 3);
      assert.equal(network.ping("ours", ours, theirs, 3), 3);
    }
    assert.equal(fetched(network), "a page, and some more of it");
    const flows = await assertBothEndsAgree();
    assert.equal(flows.length, 4);
    const [, , , wide] = flows;
    assert.ok((wide?.secondsLeft ?? 0) <= 1800, `${wide?.secondsLeft} s of the peer's 7200 s are left`);
  });

  it("is served for a host, a subnet or a range within a permit line, and for as long as it wants", async () => {
    for (const child of ["host", "range"]) {
      await clear();
      charon.initiate(child);
      assert.equal(network.ping("peer", "10.2.3.1", "10.1.3.1", 3), 3);
      assert.equal(network.ping("ours", "10.1.3.1", "10.2.3.1", 3), 3);
      const [flow] = await assertBothEndsAgree();
      assert.ok((flow?.secondsLeft ?? 9999) <= (child === "host" ? 600 : 1800), `${flow?.secondsLeft} s`);
    }
  });

  it("is refused for what no permit line covers, and is told apart by what it asked for", async () => {
    await clear();
    for (const [child, said] of [
      ["odd", /an address range 10\.2\.3\.1-10\.2\.3\.6 that is no subnet/],
      ["beyond", /10\.2\.0\.0/],
      ["nowhere", /10\.9\.0\.0/],
    ] as const) {
      assert.throws(() => charon.initiate(child), /.*/, child);
      await router.says(said);
      assert.match(charon.log(), /received (INVALID_ID_INFORMATION|NO_PROPOSAL_CHOSEN)/);
    }
    assert.deepEqual(charonChildren(charon.sas()), []);
    assert.doesNotMatch(router.output, /FAULT/);
  });

  /** Both SAs of each pair are the same at both ends, and so are their packets. */
  async function assertBothEndsAgree(): Promise<readonly ShownFlow[]> {
    const shown = await network.console("ours", "terminal length 0", "show crypto ipsec sa");
    const flows = shownFlows(shown).filter(({ inboundSpis }) => inboundSpis.length > 0);
    const ours = flows.map((flow) => [...flow.inboundSpis, flow.outboundSpi].join());
    const children = charonChildren(charon.sas());
    const theirs = children.map(({ inboundSpi, outboundSpi }) => `${outboundSpi},${inboundSpi}`);
    assert.deepEqual(ours.toSorted(), theirs.toSorted());
    for (const { inboundSpis, outboundSpi, decapsulated, receiveErrors } of flows) {
      const child = children.find(({ inboundSpi }) => inboundSpi === outboundSpi);
      assert.ok(inboundSpis.includes(child?.outboundSpi ?? ""), "the pair is a pair");
      assert.equal(receiveErrors, 0);
      assert.ok((child?.packetsOut ?? 0) <= decapsulated, `${child?.packetsOut} of ${decapsulated}`);
    }
    return flows;
  }

  /** Our Deletes take everything down at both ends. */
  async function clear(): Promise<void> {
    await network.console("ours", "clear crypto sa", "clear crypto isakmp");
    await charon.untilNoSas();
  }
});

const WEB_SERVER = `require("net").createServer((s) => s.end("a page, and some more of it")).listen(80, "10.2.2.1", () => console.log("listening"))`;

function fetched(network: Network): string {
  const client = `require("net").connect({ host: "10.2.2.1", port: 80, localAddress: "10.1.2.1" }).on("error", () => {}).pipe(process.stdout)`;
  return network.attempt("ours", "timeout", "120", process.execPath, "-e", client);
}
