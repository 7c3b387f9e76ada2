/** Against strongSwan: we initiate and it initiates, over NAT traversal, with what IOS can say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHARON, Charon, type CharonSettings } from "./charon.ts";
import { pingOptions } from "./echoes.ts";
import { GatewayProcess } from "./gateway-process.ts";
import { ip, makeNamespaces, type Namespaces, PEER_INSIDE, whyNoPeers } from "./namespaces.ts";

const skip = whyNoPeers(CHARON, "/usr/sbin/swanctl") ?? false;

interface Suite {
  readonly charon: Pick<CharonSettings, "ike" | "esp">;
  readonly policy: readonly string[];
  readonly transforms: string;
  readonly pfs?: string;
}

function configuration(
  { policy, transforms, pfs }: Suite,
  key = "a shared secret".replaceAll(" ", "-"),
  lifetime = 3600,
): string {
  return `hostname ours
crypto isakmp policy 1
 authentication pre-share
 lifetime 3600
${policy.map((line) => ` ${line}`).join("\n")}
crypto isakmp key ${key} address 192.0.2.2
crypto ipsec transform-set t ${transforms}
crypto ipsec security-association lifetime seconds ${lifetime}
crypto map vpn 10 ipsec-isakmp
 set peer 192.0.2.2
 set transform-set t
${pfs === undefined ? "" : ` set pfs ${pfs}\n`} match address 101
interface Ethernet0
 ip address 192.0.2.1 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
`;
}

const KEY = "a-shared-secret";

async function between(
  suite: Suite,
  work: (gateway: GatewayProcess, charon: Charon, namespaces: Namespaces) => Promise<void>,
  options: { readonly key?: string; readonly lifetime?: number; readonly child?: readonly string[] } = {},
): Promise<void> {
  const namespaces = makeNamespaces();
  let charon: Charon | undefined;
  let gateway: GatewayProcess | undefined;
  try {
    charon = await Charon.start(namespaces.peers, {
      ...suite.charon,
      preSharedKey: KEY,
      child: options.child ?? [],
    });
    gateway = await GatewayProcess.start(
      namespaces.ours,
      configuration(suite, options.key ?? KEY, options.lifetime),
    );
    await work(gateway, charon, namespaces);
    assert.ok(!gateway.told.some(({ event }) => event?.kind === "bug"));
  } finally {
    gateway?.stop();
    await charon?.stop();
    namespaces.remove();
  }
}

const SUITES: readonly Suite[] = [
  {
    charon: { ike: "des-md5-modp768", esp: "des-md5-modp768" },
    policy: ["encr des", "hash md5", "group 1"],
    transforms: "esp-des esp-md5-hmac",
    pfs: "group1",
  },
  {
    charon: { ike: "3des-sha1-modp1024", esp: "3des-sha1" },
    policy: ["encr 3des", "group 2"],
    transforms: "esp-3des esp-sha-hmac",
  },
  {
    charon: { ike: "aes128-sha1-modp1536", esp: "aes128-sha1" },
    policy: ["encr aes", "group 5"],
    transforms: "esp-aes esp-sha-hmac",
  },
  {
    charon: { ike: "aes256-sha256-modp2048", esp: "aes256-sha256-modp2048" },
    policy: ["encr aes 256", "hash sha256", "group 14"],
    transforms: "esp-aes 256 esp-sha256-hmac",
    pfs: "group14",
  },
  {
    charon: { ike: "aes192-sha512-modp3072", esp: "aes256-sha512" },
    policy: ["encr aes 192", "hash sha512", "group 15"],
    transforms: "esp-aes 256 esp-sha512-hmac",
  },
  {
    charon: { ike: "aes256-sha384-modp4096", esp: "aes192-sha384" },
    policy: ["encr aes 256", "hash sha384", "group 16"],
    transforms: "esp-aes 192 esp-sha384-hmac",
  },
  {
    charon: { ike: "aes128-sha256-ecp256", esp: "null-sha1" },
    policy: ["encr aes", "hash sha256", "group 19"],
    transforms: "esp-null esp-sha-hmac",
  },
  {
    charon: { ike: "aes256-sha384-ecp384", esp: "aes256-sha384-ecp256" },
    policy: ["encr aes 256", "hash sha384", "group 20"],
    transforms: "esp-aes 256 esp-sha384-hmac",
    pfs: "group19",
  },
  {
    charon: { ike: "aes128-sha1-modp1024", esp: "aes128gcm16" },
    policy: ["encr aes", "group 2"],
    transforms: "esp-gcm",
  },
  {
    charon: { ike: "aes192-sha256-modp2048", esp: "aes192gcm16-modp2048" },
    policy: ["encr aes 192", "hash sha256", "group 14"],
    transforms: "esp-gcm 192",
    pfs: "group14",
  },
  {
    charon: { ike: "aes256-sha256-ecp256", esp: "aes256gcm16" },
    policy: ["encr aes 256", "hash sha256", "group 19"],
    transforms: "esp-gcm 256",
  },
  {
    charon: { ike: "aes128-sha1-modp1024", esp: "aes256ctr-sha1" },
    policy: ["encr aes", "group 2"],
    transforms: "esp-aes 256 ctr esp-sha-hmac",
  },
];

for (const suite of SUITES)
  test(
    `${suite.charon.ike}, ESP ${suite.charon.esp}: we initiate, pings pass, Delete is heard`,
    { skip },
    () =>
      between(suite, async (gateway, charon) => {
        await gateway.pingUntilAnswered();
        assert.deepEqual(await gateway.ping(10, 20), { sent: 10, answered: 10 });
        assert.match(charon.sas(), /net: #1, reqid 1, INSTALLED, TUNNEL/);
        gateway.command({ do: "clear", what: "ipsec" });
        gateway.command({ do: "clear", what: "isakmp" });
        await charon.untilNoSas();
      }),
  );

test("strongSwan initiates, pings pass both ways, its Delete takes our SAs down", { skip }, () =>
  between(SUITES[3] ?? assert.fail(), async (gateway, charon, { peers }) => {
    const created = gateway.untilEvent("ipsec-sas-created");
    charon.initiate();
    await created;
    const output = ip(
      ...["netns", "exec", peers, "ping", ...pingOptions(5, undefined, PEER_INSIDE), "10.1.0.10"],
    );
    assert.match(output, / 0% packet loss/);
    assert.deepEqual(await gateway.ping(5, 20), { sent: 5, answered: 5 });
    const { asked, counters } = await gateway.view();
    assert.equal(asked, 5);
    assert.deepEqual([counters?.encapsulated, counters?.decapsulated], [10, 10]);
    const removed = gateway.untilEvent("sa-removed");
    charon.terminate();
    await removed;
    assert.equal((await gateway.view()).pairs, 0);
  }),
);

test("with another pre-shared key nothing comes up, and the line that is to blame is named", { skip }, () =>
  between(
    SUITES[1] ?? assert.fail(),
    async (gateway, charon) => {
      const failed = gateway.untilEvent("negotiation-failed");
      try {
        charon.initiate("net", 10);
      } catch {
        // That it fails is what is wanted.
      }
      const { event } = await failed;
      assert.equal(event?.reason, "wrong pre-shared key");
      assert.match(String(event?.explanation), /gateway\.cfg:\d+ "crypto isakmp key/);
    },
    { key: "not-the-same" },
  ),
);

test("no common proposal: what strongSwan offers and our line are named", { skip }, () =>
  between({ ...(SUITES[1] ?? assert.fail()), policy: ["encr aes", "group 2"] }, async (gateway, charon) => {
    const failed = gateway.untilEvent("negotiation-failed");
    try {
      charon.initiate("net", 10);
    } catch {
      // That it fails is what is wanted.
    }
    assert.match(
      String((await failed).event?.explanation),
      /encryption: the peer offers 3des, we accept aes-128/,
    );
  }),
);

test("a phase 1 shorter than ours is refused, and both lifetimes are named with our line", { skip }, () => {
  const [, suite] = SUITES;
  assert.ok(suite, "there is a second suite");
  return between({ ...suite, policy: [...suite.policy, "lifetime 86400"] }, async (gateway, charon) => {
    const failed = gateway.untilEvent("negotiation-failed");
    try {
      charon.initiate("net", 10);
    } catch {
      // That it fails is what is wanted.
    }
    const { event } = await failed;
    assert.match(
      String(event?.explanation),
      /gateway\.cfg:2 .*the peer offers \d+ seconds, we accept at least 86400 seconds/,
    );
    // The other way round it is ours that holds.
    await gateway.pingUntilAnswered();
    assert.deepEqual(await gateway.ping(5, 20), { sent: 5, answered: 5 });
  });
});
