/**
 * libreswan's pluto as a peer that misbehaves, by its own `--impair`: repeats and reorders, keys that are none, lengths that no
 * cipher has, cookies of zeros, hashes that are wrong or missing. What can come up comes up, nothing else does, and we say why.
 * One guest machine for all; ESP goes in UDP, as one gateway that tells its events as JSON carries it.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { GatewayProcess } from "../gateway-process.ts";
import { GATEWAY_ADDRESS, PEER_ADDRESS, whyNoPeers } from "../namespaces.ts";
import { whyNoMachines } from "../router-machines.ts";
import { whyNoGuest } from "./guest.ts";
import { GuestPluto, whyNoPluto } from "./guest-pluto.ts";
import { JoinedGuest, KEY } from "./joined-guest.ts";
import { ENCAPSULATED, lineOf, pings, until } from "./pluto-tunnel.ts";

const skip = whyNoMachines() ?? whyNoGuest() ?? whyNoPeers() ?? whyNoPluto() ?? false;

interface Impairment {
  /** As pluto's `--impair` has it. */
  readonly impair: readonly string[];
  readonly initiator: "we" | "it";
  /** What pluto offers besides. */
  readonly connection?: Readonly<Record<string, string>>;
}

/** The tunnel comes up in spite of it, by one ISAKMP SA of ours, and this is told meanwhile. */
const SURVIVED: readonly (Impairment & { readonly tells?: RegExp })[] = [
  { impair: ["replay-duplicates"], initiator: "it" },
  { impair: ["replay-duplicates"], initiator: "we" },
  { impair: ["replay-forward"], initiator: "it" },
  { impair: ["replay-forward"], initiator: "we" },
  { impair: ["replay-backward"], initiator: "it" },
  { impair: ["replay-backward"], initiator: "we" },
  { impair: ["jacob-two-two"], initiator: "it", tells: /^repeat-received MM3/m },
  { impair: ["jacob-two-two"], initiator: "we", tells: /^message-dropped .*taken in/m },
  { impair: ["send-no-main-r2"], initiator: "we" },
  { impair: ["drop-outgoing:1"], initiator: "we", tells: /^message-sent MM1 again/m },
  { impair: ["drop-outgoing:3"], initiator: "it" },
  { impair: ["drop-incoming:1"], initiator: "it", tells: /^repeat-received MM1/m },
];

const CLEAR_OR_SEALED = [
  { impair: "omit", initiator: "it", tells: /a quick mode offer whose HASH\(1\) does not verify/ },
  { impair: "omit", initiator: "we", tells: /QM2 does not decrypt to payloads/ },
  { impair: "empty", initiator: "it", tells: /a quick mode offer whose HASH\(1\) does not verify/ },
  { impair: "empty", initiator: "we", tells: /HASH\(2\) does not verify/ },
  { impair: "0", initiator: "it", tells: /a quick mode offer whose HASH\(1\) does not verify/ },
  { impair: "0", initiator: "we", tells: /HASH\(2\) does not verify/ },
  { impair: "duplicate", initiator: "it", tells: /a quick mode offer whose HASH\(1\) does not verify/ },
  { impair: "duplicate", initiator: "we", tells: /HASH\(2\) does not verify/ },
] as const;

/** Nothing comes up but what is said, and this is told. */
const REFUSED: readonly (Impairment & { readonly tells: RegExp; readonly states: readonly string[] })[] = [
  ...(["it", "we"] as const).flatMap((initiator) => [
    { impair: ["ke-payload:0"], initiator, tells: /public value is 0/, states: ["MM_SA_SETUP"] },
    { impair: ["ke-payload:omit"], initiator, tells: /no KE payload/, states: ["MM_SA_SETUP"] },
    { impair: ["ke-payload:empty"], initiator, tells: /has 192 octets, not 0/, states: ["MM_SA_SETUP"] },
    { impair: ["ke-payload:duplicate"], initiator, tells: /not below p-1/, states: ["MM_SA_SETUP"] },
  ]),
  ...CLEAR_OR_SEALED.map(({ impair, initiator, tells }) => ({
    ...{ impair: ["v1-hash-exchange:quick", `v1-hash-payload:${impair}`], initiator, tells },
    states: ["QM_IDLE"],
  })),
  ...(["0", "omit", "empty"] as const).flatMap((length) => [
    {
      ...{ impair: [`ike-key-length-attribute:${length}`], initiator: "it" as const },
      ...{ tells: /No ISAKMP policy matches .*encryption/, states: [] },
    },
    {
      ...{ impair: [`child-key-length-attribute:${length}`], initiator: "it" as const },
      ...{ tells: /No transform set .*matches .*encryption/, states: ["QM_IDLE"] },
    },
  ]),
  {
    ...{ impair: ["child-key-length-attribute:192"], initiator: "it" },
    ...{ connection: { phase2alg: "3des-sha1" }, tells: /No transform set .*matches/, states: ["QM_IDLE"] },
  },
  { impair: ["ike-initiator-spi:0"], initiator: "it", tells: /an initiator cookie of zeros/, states: [] },
  {
    ...{ impair: ["ike-responder-spi:0"], initiator: "we" },
    ...{ tells: /a first message with a cookie that is in use/, states: ["MM_NO_STATE"] },
  },
  // RFC 2408 §5.2 wants flags that it does not know refused; libreswan passes them over.
  { impair: ["send-bogus-isakmp-flag"], initiator: "it", tells: /message id or flags/, states: [] },
  {
    impair: ["drop-i2", "suppress-retransmits"],
    initiator: "it",
    tells: /sent MM2/,
    states: ["MM_SA_SETUP"],
  },
];

describe("pluto that misbehaves", { skip, concurrency: false }, () => {
  let joined: JoinedGuest;
  let pluto: GuestPluto;
  let gateway: GatewayProcess | undefined;

  before(async () => {
    joined = await JoinedGuest.start();
    pluto = await GuestPluto.start(joined.guest, ENCAPSULATED);
  });
  after(async () => {
    gateway?.stop();
    await pluto?.stop();
    await joined?.stop();
  });

  for (const { impair, initiator, tells = / / } of SURVIVED)
    it(`${impair.join(", ")}: the tunnel that ${initiator} ask for comes up`, () =>
      impaired({ impair, initiator }, async (running, told) => {
        await pings(running, told);
        assert.deepEqual((await running.view()).states, ["QM_IDLE"]);
        assert.match(told(), tells);
      }));

  for (const { impair, initiator, tells, states, connection = {} } of REFUSED)
    it(`${impair.join(", ")}: what ${initiator} ask for is refused (${tells.source})`, () =>
      impaired({ impair, initiator, connection }, async (running, told) => {
        await until(() => tells.test(told()), told);
        const view = await running.view();
        assert.deepEqual([view.states, view.pairs], [states, 0], told());
      }));

  for (const hash of ["omit", "empty", "0", "duplicate"])
    it(`v1-hash-payload:${hash} of a Delete: the tunnel stays`, () =>
      impaired({ impair: [], initiator: "it" }, async (running, told) => {
        await pings(running, told);
        await pluto.whack(
          ...[
            "--impair v1-hash-exchange:delete",
            `--impair v1-hash-payload:${hash}`,
            "--terminate --name net",
          ],
        );
        await until(() => /informational message whose HASH\(1\) does not verify/.test(told()), told);
        const view = await running.view();
        assert.deepEqual(view.states, ["QM_IDLE"], told());
        assert.ok(view.pairs > 0, "the pair of SAs is there");
      }));

  // The Notify beside it claims a longer SPI than it has: the message is none, and the Delete in it is not read.
  it("ikev1-del-with-notify: of two Deletes the one that is whole is obeyed", () =>
    impaired({ impair: ["ikev1-del-with-notify"], initiator: "it" }, async (running, told) => {
      await pings(running, told);
      await pluto.whack("--terminate --name net");
      await until(() => /^delete-received isakmp/m.test(told()), told);
      assert.match(told(), /informational message whose HASH\(1\) does not verify/);
      assert.doesNotMatch(told(), /^delete-received esp/m);
      assert.deepEqual((await running.view()).states, [], told());
    }));

  it("send-no-delete: a peer that leaves without a word and comes back is served", () =>
    impaired({ impair: ["send-no-delete"], initiator: "it" }, async (running, told) => {
      await pings(running, told);
      await pluto.whack("--terminate --name net", "--initiate --asynchronous --name net");
      await until(() => (told().match(/^ipsec-sas-created/gm)?.length ?? 0) > 1, told);
      await pings(running, told);
    }));

  /** One thing that pluto does wrong, from the beginning; `told` gives the lines of it so far. */
  async function impaired(
    { impair, initiator, connection = {} }: Impairment,
    work: (running: GatewayProcess, told: () => string) => Promise<void>,
  ): Promise<void> {
    await pluto.load({ ...ENCAPSULATED, connection: { ...ENCAPSULATED.connection, ...connection } }, impair);
    gateway ??= await GatewayProcess.start(joined.namespace, CONFIGURATION);
    const running = gateway;
    const start = running.told.length;
    const told = (): string => running.told.slice(start).map(lineOf).join("\n");
    try {
      if (initiator === "it") await pluto.whack("--initiate --asynchronous --name net");
      else await running.ping(1);
      await work(running, told);
      assert.doesNotMatch(told(), /^bug/m);
    } finally {
      // A Delete would have it begin anew.
      await pluto.unload();
      for (const what of ["ipsec", "isakmp"] as const) running.command({ do: "clear", what });
      // What it tells of that is told before the next begins.
      await running.view();
      // After a failure we do not ask again at once; another gateway has had none.
      if (initiator === "we") {
        running.stop();
        gateway = undefined;
      }
    }
  }
});

const CONFIGURATION = `hostname ours
crypto isakmp policy 1
 encr aes
 authentication pre-share
 group 5
 lifetime 3600
crypto isakmp key ${KEY} address ${PEER_ADDRESS}
crypto ipsec transform-set t esp-aes esp-sha-hmac
crypto ipsec transform-set t3 esp-3des esp-sha-hmac
crypto map vpn 10 ipsec-isakmp
 set peer ${PEER_ADDRESS}
 set transform-set t t3
 match address 101
interface Ethernet0
 ip address ${GATEWAY_ADDRESS} 255.255.255.0
 crypto map vpn
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
`;
