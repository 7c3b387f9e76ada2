/**
 * libreswan's pluto, a second implementation of all that strongSwan is tried with: certificates of an authority made here, in
 * main and aggressive mode, aggressive mode with a pre-shared key, dead peers, renewals, fragments. One guest machine for all.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { GatewayProcess } from "../gateway-process.ts";
import { GATEWAY_ADDRESS, PEER_ADDRESS, whyNoPeers } from "../namespaces.ts";
import { type Issued, OpensslAuthority, trustpointLines } from "../openssl-authority.ts";
import { whyNoMachines } from "../router-machines.ts";
import { whyNoGuest } from "./guest.ts";
import { GuestPluto, whyNoPluto } from "./guest-pluto.ts";
import { JoinedGuest, KEY } from "./joined-guest.ts";
import { untilNoSas } from "./kernel-sas.ts";
import { ENCAPSULATED, lineOf, pings, until } from "./pluto-tunnel.ts";

const skip = whyNoMachines() ?? whyNoGuest() ?? whyNoPeers("/usr/bin/openssl") ?? whyNoPluto() ?? false;

const NAME = "ours.example.com";
const PEER_NAME = "peer.example.com";
const WITH_CERTIFICATES = {
  ...{ authby: "rsasig", leftcert: "peer", leftid: "%fromcert", leftsendcert: "always" },
  rightid: '"O=Lab, CN=ours"',
};

interface Ends {
  readonly running: GatewayProcess;
  /** The lines of our events so far. */
  readonly told: () => string;
}

describe("pluto", { skip, concurrency: false }, () => {
  let joined: JoinedGuest;
  let pluto: GuestPluto;
  let root: OpensslAuthority;
  let ours: Issued;
  let byName: Issued;

  before(async () => {
    root = new OpensslAuthority("Root");
    ours = root.issue("/O=Lab/CN=ours");
    byName = root.issue("/O=Lab/CN=ours", `keyUsage=digitalSignature\nsubjectAltName=DNS:${NAME}\n`);
    const extensions = `keyUsage=digitalSignature\nsubjectAltName=DNS:${PEER_NAME}\n`;
    const certificates = { own: root.issue("/O=Lab/CN=peer", extensions), authorities: [root.own] };
    joined = await JoinedGuest.start();
    pluto = await GuestPluto.start(joined.guest, ENCAPSULATED, certificates);
  });
  after(async () => {
    await pluto?.stop();
    await joined?.stop();
    root?.remove();
  });

  for (const initiator of ["we", "it"] as const) {
    it(`main mode with certificates, which ${initiator} begin`, () =>
      between(initiator, WITH_CERTIFICATES, certified(ours, root.own), async ({ running, told }) => {
        await pings(running, told);
        assert.match(told(), /^peer-authenticated O=Lab, CN=peer$/m);
        assert.match(await pluto.log(), /Peer ID is ID_DER_ASN1_DN: 'O=Lab, CN=ours'/);
      }));

    it(`aggressive mode with certificates, which ${initiator} begin, by names of theirs`, () => {
      const names = { aggressive: "yes", leftid: `@${PEER_NAME}`, rightid: `@${NAME}` };
      const asName = [
        `crypto isakmp peer address ${PEER_ADDRESS}`,
        ` set aggressive-mode client-endpoint fqdn ${NAME}`,
        "crypto isakmp identity hostname",
      ];
      const lines = initiator === "we" ? asName : ["crypto isakmp identity hostname"];
      return between(
        initiator,
        { ...WITH_CERTIFICATES, ...names },
        { lines: [...certified(byName, root.own).lines, ...lines], keys: byName.key },
        async ({ running, told }) => {
          await pings(running, told);
          assert.match(told(), new RegExp(`^peer-authenticated ${PEER_NAME}$`, "m"));
        },
      );
    });
  }

  it("aggressive mode with a pre-shared key, which we begin by a name", () =>
    between(
      "we",
      { aggressive: "yes", rightid: `@${NAME}` },
      {
        lines: [
          `crypto isakmp peer address ${PEER_ADDRESS}`,
          ` set aggressive-mode password ${KEY}`,
          ` set aggressive-mode client-endpoint fqdn ${NAME}`,
        ],
      },
      async ({ running, told }) => {
        await pings(running, told);
        assert.match(told(), /^message-sent AM3/m);
      },
    ));

  it("aggressive mode with a pre-shared key, which it begins by a name", () =>
    between(
      "it",
      { aggressive: "yes", leftid: `@${PEER_NAME}` },
      { lines: [`crypto isakmp key ${KEY} hostname ${PEER_NAME}`] },
      async ({ running, told }) => {
        await pings(running, told);
        assert.match(told(), new RegExp(`^peer-authenticated ${PEER_NAME}$`, "m"));
      },
    ));

  it("long messages go in pieces both ways", () =>
    between(
      "we",
      { fragmentation: "force", ...WITH_CERTIFICATES },
      { lines: [...certified(ours, root.own).lines, "crypto isakmp fragmentation"], keys: ours.key },
      async ({ running, told }) => {
        await pings(running, told);
        assert.match(told(), /^message-fragmented/m);
        assert.match(told(), /^message-assembled/m);
      },
    ));

  it("it renews both phases while pings pass, of which none is lost", () =>
    between(
      "it",
      { ikelifetime: "70s", salifetime: "70s", rekeymargin: "64s", rekeyfuzz: "0%" },
      // A phase 1 shorter than ours is refused, and none is shorter than a minute.
      { lines: [...WITH_KEY.lines, "crypto isakmp policy 1", " lifetime 60"] },
      async ({ running, told }) => {
        await pings(running, told);
        const areRenewed = () =>
          count(told(), /^ipsec-sas-created/gm) > 1 && count(told(), /^isakmp-sa-established/gm) > 1;
        await pingsAllBack(running, areRenewed);
      },
    ));

  it("we renew phase 2 while pings pass, of which none is lost", () =>
    between("it", { salifetime: "20s", rekey: "no" }, WITH_KEY, async ({ running, told }) => {
      await pings(running, told);
      await pingsAllBack(running, () => count(told(), /^ipsec-sas-created/gm) > 1);
      assert.ok(count(told(), /^sa-requested/gm) > 0, "we ask for a successor");
    }));

  it("we answer its R-U-THERE, and once we are gone it notices", () =>
    between(
      "it",
      { dpddelay: "1s", dpdtimeout: "6s", dpdaction: "clear" },
      WITH_KEY,
      async ({ running, told }) => {
        await pings(running, told);
        await until(() => count(told(), /^notify-sent 36137/gm) > 1, told);
        running.stop();
        await untilNoSas(joined.guest);
        assert.match(await pluto.log(), /DPD/);
      },
    ));

  it("it answers our R-U-THERE, and once it is gone we notice", () =>
    between(
      "it",
      { dpddelay: "30s", dpdtimeout: "120s", dpdaction: "clear" },
      { lines: [...WITH_KEY.lines, "crypto isakmp keepalive 10 2 periodic"] },
      async ({ running, told }) => {
        await pings(running, told);
        await until(() => /^notify-received 36137/m.test(told()), told);
        await pluto.crash();
        await until(() => /^peer-dead/m.test(told()), told);
        const { states, pairs } = await running.view();
        assert.deepEqual([states, pairs], [[], 0], "nothing is left");
      },
    ));

  async function between(
    initiator: "we" | "it",
    connection: Readonly<Record<string, string>>,
    { lines, keys }: Ours,
    work: (ends: Ends) => Promise<void>,
  ): Promise<void> {
    await pluto.load({ ...ENCAPSULATED, connection: { ...ENCAPSULATED.connection, ...connection } });
    const running = await GatewayProcess.start(joined.namespace, configuration(lines), keys);
    const told = (): string => running.told.map(lineOf).join("\n");
    try {
      if (initiator === "it") await pluto.whack("--initiate --asynchronous --name net");
      else await running.ping(1);
      await work({ running, told });
      assert.doesNotMatch(told(), /^bug/m);
    } catch (error) {
      throw new Error(`${error}\n${told()}\n${(await pluto.log()).split("\n").slice(-30).join("\n")}`);
    } finally {
      running.stop();
    }
  }
});

/** Pings pass until this is so and a few more, and each comes back. */
async function pingsAllBack(running: GatewayProcess, isSo: () => boolean): Promise<void> {
  for (let round = 0; round < 40 && !isSo(); round++)
    assert.deepEqual(await running.ping(20, 100), { sent: 20, answered: 20 });
  assert.ok(isSo(), `${isSo}`);
  assert.deepEqual(await running.ping(20, 100), { sent: 20, answered: 20 });
}

/** What a configuration of ours has besides, and RSA keys. */
interface Ours {
  readonly lines: readonly string[];
  readonly keys?: string;
}

const WITH_KEY: Ours = { lines: [`crypto isakmp key ${KEY} address ${PEER_ADDRESS}`] };

function certified(own: Issued, root: Issued): Ours {
  const lines = ["crypto isakmp policy 1", " authentication rsa-sig", "ip domain-name example.com"];
  return { lines: [...lines, trustpointLines(own, [root])], keys: own.key };
}

function configuration(lines: readonly string[]): string {
  return `hostname ours
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 5
 lifetime 3600
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

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
