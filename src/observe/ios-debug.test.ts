/**
 * The case study's debugging, against the lines of Examples 13-3 (initiator) and 13-5 (responder) of the IPsec chapter. The
 * events are those of two real gateways; only values that are drawn by chance are put in from the transcripts.
 *
 * What was restored in the transcripts, which are a printed page read by machine: two spaces between old and new state
 * and a blank line after them throughout (the page has them in places); lines broken by the page joined; the indentation
 * of continuation lines (2 and 4 in IPSEC blocks, 6 in SA blocks) and IOS's columns of 15 around the addresses of
 * `outbound SA` and `getting spi`; two spaces after `(VPI) of`; ID payload columns of the second transcript for both;
 * `port : 5000` to 500 and `keysizes=` to `keysize=`, misprints.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayPair } from "../../test/support/gateway-pair.ts";
import { instant } from "../base/time.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import type { SaReference } from "../ike/events.ts";
import { ipv4 } from "../net/ip-address.ts";
import { buildIpv4Packet } from "../net/ipv4-packet.ts";
import { type DebugFlag, stamped } from "./debug-message.ts";
import { IosDebug } from "./ios-debug.ts";

test("the initiator's debugging is that of Example 13-3", () => {
  const { initiator } = caseStudy();
  const events = initiator.filter(({ kind }) => kind !== "exchange-purged"); // the page ends before
  assert.equal(text(events, ["isakmp", "ipsec"], "00:04:10: "), EXAMPLE_13_3);
});

test("the responder's debugging is that of Example 13-5", () => {
  const { responder } = caseStudy();
  assert.equal(text(responder, ["isakmp", "ipsec"], "1w1d: "), EXAMPLE_13_5);
});

test("the crypto engine tells of its work with the exchange's values and the SA's keys", () => {
  const { initiator } = caseStudy();
  const lines = text(initiator, ["engine"], "").split("\n");
  assert.deepEqual(lines.slice(0, 4), [
    "CryptoEngine0: generate alg parameter",
    "CRYPTO_ENGINE: Dh phase 1 status: 0",
    "CryptoEngine0: generate alg parameter",
    "CryptoEngine0: create ISAKMP SKEYID for conn id 1",
  ]);
  assert.ok(lines.includes("CryptoEngine0: generate hmac context for conn id 1"));
  assert.equal(lines.filter((line) => line === "ipsec allocate flow 0").length, 2);
});

test("a later quick mode under the same SA does not tell the end of phase 1 again", () => {
  const { initiator } = caseStudy();
  const sa = theSa(initiator);
  const debug = new IosDebug();
  for (const event of initiator) debug.read(event);
  const second = debug.read({
    at: instant(1),
    kind: "message-sent",
    sa,
    exchange: "quick",
    step: "QM1",
    messageId: 7,
    retransmission: 0,
    length: 100,
  });
  assert.ok(second.some(({ lines }) => lines[0]?.includes("Node 7, Input = IKE_MSG_INTERNAL, IKE_INIT_QM")));
  assert.ok(!second.some(({ lines }) => lines[0]?.includes("IKE_PHASE1_COMPLETE")));
});

test("however the facts of a pair are ordered, its keys are told once, when all are known", () => {
  const { initiator } = caseStudy();
  const facts = initiator.filter(({ kind }) => kind === "ipsec-sas-created" || kind === "sa-installed");
  const block = (events: readonly GatewayEvent[]): string => text(events, ["ipsec"], "");
  const [created, inbound, outbound] = facts;
  assert.ok(created && inbound && outbound);
  const expected = block(facts);
  assert.match(
    expected,
    /^IPSEC\(key_engine\)(.|\n)*initialize_sas(.|\n)*initialize_sas(.|\n)*create_sa(.|\n)*create_sa/,
  );
  for (const order of [
    [inbound, created, outbound],
    [inbound, outbound, created],
    [outbound, inbound, created],
    [created, outbound, inbound],
  ])
    assert.equal(block(order), expected);
  assert.equal(block([inbound, created]), "");
});

test("message ids are printed as signed numbers", () => {
  const sa = theSa(caseStudy().initiator);
  const event: GatewayEvent = {
    at: instant(0),
    kind: "payload-processing",
    sa,
    payload: "SA",
    messageId: 2937284163,
  };
  assert.equal(
    text([event], ["isakmp"], ""),
    "ISAKMP (0:1): processing SA payload. message ID = -1357683133\n",
  );
});

test("an offer that is not acceptable is told as the technical report shows it", () => {
  const selector = { protocol: 17, local: NET_A, localPorts: ANY, remote: NET_B, remotePorts: ANY };
  const pair = run({}, { selector });
  const lines = text(pair.events.B, ["isakmp", "ipsec"], "");
  assert.match(lines, /IPSEC\(validate_transform_proposal\): proxy identities not supported\n/);
  assert.match(lines, /ISAKMP \(0:1\): SA not acceptable!\n/);
  const suites = [{ ...OTHER_SUITE, group: 2 as const }];
  const refused = text(run({}, { suites }).events.B, ["isakmp"], "");
  assert.match(refused, /Checking ISAKMP transform 1 against priority 1 policy\n/);
  assert.match(refused, /ISAKMP \(0:1\): atts not acceptable\. Next payload is 0\n/);
  assert.match(refused, /ISAKMP \(0:1\): no offers accepted!\n/);
});

test("an initiator that cannot begin says why", () => {
  const noKey = text(run({ peers: [ipv4("192.0.2.1")] }, {}).events.A, ["isakmp"], "");
  assert.match(noKey, /beginning Main Mode exchange/);
  const noPolicy = text(run({ suites: [] }, {}).events.A, ["isakmp"], "");
  assert.match(noPolicy, /ISAKMP \(0\): incorrect policy settings\. Unable to initiate\.\n/);
  const failed: GatewayEvent = {
    at: instant(0),
    kind: "negotiation-failed",
    sa: undefined,
    peer: ipv4("20.20.20.21"),
    exchange: "main",
    role: "initiator",
    reason: "no pre-shared key",
    mismatches: [],
    origin: undefined,
    explanation: "There is no key for it.",
  };
  assert.equal(
    text([failed], ["isakmp"], ""),
    "ISAKMP: No cert, and no keys (public or pre-shared) with remote peer 20.20.20.21\nISAKMP: There is no key for it.\n",
  );
});

test("an unanswered message is retransmitted, and the SA deleted in the end", () => {
  const lines = text(run({}, {}, false).events.A, ["isakmp"], "");
  assert.match(
    lines,
    /ISAKMP \(0:1\): retransmitting phase 1 MM_NO_STATE\.\.\.\nISAKMP \(0:1\): sending packet to 172\.16\.172\.20 \(I\) MM_NO_STATE\n/,
  );
  assert.match(
    lines,
    /ISAKMP \(0:1\): deleting SA reason "death by retransmission P1" \(peer 172\.16\.172\.20\)\n/,
  );
});

test("a removed SA is told with its SPI and conn id", () => {
  const event: GatewayEvent = {
    at: instant(0),
    kind: "sa-removed",
    direction: "outbound",
    spi: 0x19591660,
    connId: 8,
    destination: ipv4("12.12.12.12"),
    peer: ipv4("12.12.12.12"),
    suite: { encryption: "des", integrity: "sha1" },
    reason: "cleared",
  };
  assert.equal(
    text([event], ["ipsec", "engine"], "*Mar 21 20:58:42.507: "),
    `*Mar 21 20:58:42.507: IPSEC(delete_sa): deleting SA,
  (sa) sa_dest= 12.12.12.12, sa_prot= 50,
    sa_spi= 0x19591660(425268832),
    sa_trans= esp-des esp-sha-hmac , sa_conn_id= 8
*Mar 21 20:58:42.507: CRYPTO(epa_release_crypto_conn_entry): released conn 8
`,
  );
});

test("a path that has become narrower is told with both ends", () => {
  const [local, peer] = [ipv4("172.16.172.10"), ipv4("172.16.172.20")];
  const event = { kind: "path-mtu-changed", local, peer, before: 1500, mtu: 1400, reporter: peer } as const;
  assert.equal(
    text([{ at: instant(0), ...event }], ["ipsec"], ""),
    "IPSEC(adjust_mtu): adjusting path mtu from 1500 to 1400,\n  (identity) local= 172.16.172.10, remote= 172.16.172.20\n",
  );
});

test("a proxy identity of one host is of type 1, and an AES key's length is told", () => {
  const event: GatewayEvent = {
    at: instant(0),
    kind: "sa-requested",
    connectionId: "vpn 10 Ethernet1/0",
    local: ipv4("172.16.172.10"),
    peer: ipv4("172.16.172.20"),
    selector: {
      protocol: 6,
      local: { address: ipv4("10.1.1.7"), wildcard: ipv4("0.0.0.0") },
      localPorts: ANY,
      remote: NET_B,
      remotePorts: { low: 80, high: 80 },
    },
    suites: [{ encryption: "aes-256", integrity: "sha1" }],
    lifetimeSeconds: 3600,
    lifetimeKilobytes: 4608000,
    reason: "traffic",
    spis: [0x8eab0b22],
  };
  const lines = text([event], ["ipsec"], "");
  assert.match(lines, /local_proxy= 10\.1\.1\.7\/255\.255\.255\.255\/6\/0 \(type=1\),/);
  assert.match(lines, /remote_proxy= 10\.1\.2\.0\/255\.255\.255\.0\/6\/80 \(type=4\),/);
  assert.match(lines, /spi= 0x8EAB0B22\(2393574178\), conn_id= 0, keysize= 256, flags= 0x400C/);
});

test("what a peer writes cannot leave its line", () => {
  const [sent] = caseStudy().initiator.filter((event) => event.kind === "message-sent");
  assert.ok(sent);
  const hostile = "x\u001b[2J\r\n%SYS-5-CONFIG_I: Configured\u202e";
  const events: GatewayEvent[] = [
    { at: instant(0), kind: "pre-shared-key-found", sa: sent.sa, peer: hostile, origin: undefined },
    {
      at: instant(0),
      kind: "message-dropped",
      sa: sent.sa,
      local: sent.sa.local,
      remote: sent.sa.remote,
      reason: "malformed",
      detail: hostile,
    },
  ];
  const lines = text(events, ["isakmp"], "");
  assert.equal(lines.split("\n").length, 3);
  assert.match(lines.replaceAll("\n", ""), /^\P{C}*$/u);
});

// ── Arrangement ────────────────────────────────────────────────────────────────────────────────────────────────────

const ANY = { low: 0, high: 65535 };
const NET_A = { address: ipv4("10.1.1.0"), wildcard: ipv4("0.0.0.255") };
const NET_B = { address: ipv4("10.1.2.0"), wildcard: ipv4("0.0.0.255") };
const OTHER_SUITE = {
  priority: 1,
  encryption: "des",
  hash: "md5",
  authentication: "pre-share",
  lifetimeSeconds: 86400,
  origin: undefined,
} as const;

function run(
  a: ConstructorParameters<typeof GatewayPair>[0],
  b: ConstructorParameters<typeof GatewayPair>[1],
  delivers = true,
): GatewayPair {
  const pair = new GatewayPair(a, b, () => delivers);
  const addresses = { source: ipv4("10.1.1.1"), destination: ipv4("10.1.2.1") };
  pair.triggerFromA(
    buildIpv4Packet({ ...addresses, protocol: 1, timeToLive: 254, identification: 1 }, new Uint8Array(80)),
  );
  pair.runFor(120);
  return pair;
}

/** The events of both ends, with the transcripts' values where ours were drawn. */
function caseStudy(): { readonly initiator: GatewayEvent[]; readonly responder: GatewayEvent[] } {
  const { events } = run({}, {});
  const created = events.A.find((event) => event.kind === "ipsec-sas-created");
  assert.ok(created);
  const { inboundSpi, outboundSpi, inboundConnId, outboundConnId } = created.negotiated;
  const values = new Map<number, number>([
    [created.messageId, 965273472],
    [inboundSpi, 2393574178],
    [outboundSpi, 3951352965],
    [inboundConnId, 2029],
    [outboundConnId, 2030],
  ]);
  return {
    initiator: events.A.map((event) => withNumbers(event, values)),
    responder: events.B.map((event) => withNumbers(event, values)),
  };
}

/** The same value with some of its numbers replaced. */
function withNumbers<T>(value: T, values: ReadonlyMap<number, number>): T {
  const replaced = (part: unknown): unknown => {
    if (typeof part === "number") return values.get(part) ?? part;
    if (Array.isArray(part)) return part.map(replaced);
    if (typeof part !== "object" || part === null || part instanceof Uint8Array) return part;
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, replaced(member)]));
  };
  return replaced(value) as T; // the same shape, by construction
}

function theSa(events: readonly GatewayEvent[]): SaReference {
  const event = events.find((candidate) => candidate.kind === "isakmp-sa-established");
  assert.ok(event);
  return event.sa;
}

function text(events: readonly GatewayEvent[], flags: readonly DebugFlag[], timestamp: string): string {
  const debug = new IosDebug();
  return events
    .flatMap((event) => debug.read(event))
    .filter(({ flag }) => flags.includes(flag))
    .flatMap((message) => stamped(message, timestamp))
    .map((line) => `${line}\n`)
    .join("");
}

// ── The transcripts ────────────────────────────────────────────────────────────────────────────────────────────────

const EXAMPLE_13_3 = `00:04:10: IPSEC(sa_request): ,
  (key eng. msg.) OUTBOUND local= 172.16.172.10, remote= 172.16.172.20,
    local_proxy= 10.1.1.0/255.255.255.0/0/0 (type=4),
    remote_proxy= 10.1.2.0/255.255.255.0/0/0 (type=4),
    protocol= ESP, transform= esp-3des esp-md5-hmac ,
    lifedur= 3600s and 4608000kb,
    spi= 0x8EAB0B22(2393574178), conn_id= 0, keysize= 0, flags= 0x400C
00:04:10: ISAKMP: received ke message (1/1)
00:04:10: ISAKMP: local port 500, remote port 500
00:04:10: ISAKMP (0:1): Input = IKE_MSG_FROM_IPSEC, IKE_SA_REQ_MM
Old State = IKE_READY  New State = IKE_I_MM1

00:04:10: ISAKMP (0:1): beginning Main Mode exchange
00:04:10: ISAKMP (0:1): sending packet to 172.16.172.20 (I) MM_NO_STATE
00:04:10: ISAKMP (0:1): received packet from 172.16.172.20 (I) MM_NO_STATE
00:04:10: ISAKMP (0:1): Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH
Old State = IKE_I_MM1  New State = IKE_I_MM2

00:04:10: ISAKMP (0:1): processing SA payload. message ID = 0
00:04:10: ISAKMP (0:1): found peer pre-shared key matching 172.16.172.20
00:04:10: ISAKMP (0:1): Checking ISAKMP transform 1 against priority 1 policy
00:04:10: ISAKMP:      encryption 3DES-CBC
00:04:10: ISAKMP:      hash SHA
00:04:10: ISAKMP:      default group 1
00:04:10: ISAKMP:      auth pre-share
00:04:10: ISAKMP:      life type in seconds
00:04:10: ISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80
00:04:10: ISAKMP (0:1): atts are acceptable. Next payload is 0
00:04:10: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_MAIN_MODE
Old State = IKE_I_MM2  New State = IKE_I_MM2

00:04:10: ISAKMP (0:1): sending packet to 172.16.172.20 (I) MM_SA_SETUP
00:04:10: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_COMPLETE
Old State = IKE_I_MM2  New State = IKE_I_MM3

00:04:10: ISAKMP (0:1): received packet from 172.16.172.20 (I) MM_SA_SETUP
00:04:10: ISAKMP (0:1): Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH
Old State = IKE_I_MM3  New State = IKE_I_MM4

00:04:10: ISAKMP (0:1): processing KE payload. message ID = 0
00:04:10: ISAKMP (0:1): processing NONCE payload. message ID = 0
00:04:10: ISAKMP (0:1): found peer pre-shared key matching 172.16.172.20
00:04:10: ISAKMP (0:1): SKEYID state generated
00:04:10: ISAKMP (0:1): processing vendor id payload
00:04:10: ISAKMP (0:1): vendor ID is Unity
00:04:10: ISAKMP (0:1): processing vendor id payload
00:04:10: ISAKMP (0:1): vendor ID is DPD
00:04:10: ISAKMP (0:1): processing vendor id payload
00:04:10: ISAKMP (0:1): speaking to another IOS box!
00:04:10: ISAKMP (0:1): processing vendor id payload
00:04:10: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_MAIN_MODE
Old State = IKE_I_MM4  New State = IKE_I_MM4

00:04:10: ISAKMP (0:1): SA is doing pre-shared key authentication using id type ID_IPV4_ADDR
00:04:10: ISAKMP (1): ID payload
      next-payload : 8
      type         : 1
      protocol     : 17
      port         : 500
      length       : 8
00:04:10: ISAKMP (1): Total payload length: 12
00:04:10: ISAKMP (0:1): sending packet to 172.16.172.20 (I) MM_KEY_EXCH
00:04:10: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_COMPLETE
Old State = IKE_I_MM4  New State = IKE_I_MM5

00:04:10: ISAKMP (0:1): received packet from 172.16.172.20 (I) MM_KEY_EXCH
00:04:10: ISAKMP (0:1): Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH
Old State = IKE_I_MM5  New State = IKE_I_MM6

00:04:10: ISAKMP (0:1): processing ID payload. message ID = 0
00:04:10: ISAKMP (0:1): processing HASH payload. message ID = 0
00:04:10: ISAKMP (0:1): SA has been authenticated with 172.16.172.20
00:04:10: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_MAIN_MODE
Old State = IKE_I_MM6  New State = IKE_I_MM6

00:04:10: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_COMPLETE
Old State = IKE_I_MM6  New State = IKE_P1_COMPLETE

00:04:10: ISAKMP (0:1): beginning Quick Mode exchange, M-ID of 965273472
00:04:10: ISAKMP (0:1): sending packet to 172.16.172.20 (I) QM_IDLE
00:04:10: ISAKMP (0:1): Node 965273472, Input = IKE_MSG_INTERNAL, IKE_INIT_QM
Old State = IKE_QM_READY  New State = IKE_QM_I_QM1

00:04:10: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PHASE1_COMPLETE
Old State = IKE_P1_COMPLETE  New State = IKE_P1_COMPLETE

00:04:10: ISAKMP (0:1): received packet from 172.16.172.20 (I) QM_IDLE
00:04:10: ISAKMP (0:1): processing HASH payload. message ID = 965273472
00:04:10: ISAKMP (0:1): processing SA payload. message ID = 965273472
00:04:10: ISAKMP (0:1): Checking IPsec proposal 1
00:04:10: ISAKMP: transform 1, ESP_3DES
00:04:10: ISAKMP:   attributes in transform:
00:04:10: ISAKMP:     encaps is 1
00:04:10: ISAKMP:     SA life type in seconds
00:04:10: ISAKMP:     SA life duration (basic) of 3600
00:04:10: ISAKMP:     SA life type in kilobytes
00:04:10: ISAKMP:     SA life duration (VPI) of  0x0 0x46 0x50 0x0
00:04:10: ISAKMP:     authenticator is HMAC-MD5
00:04:10: ISAKMP (0:1): atts are acceptable.
00:04:10: IPSEC(validate_proposal_request): proposal part #1,
  (key eng. msg.) INBOUND local= 172.16.172.10, remote= 172.16.172.20,
    local_proxy= 10.1.1.0/255.255.255.0/0/0 (type=4),
    remote_proxy= 10.1.2.0/255.255.255.0/0/0 (type=4),
    protocol= ESP, transform= esp-3des esp-md5-hmac ,
    lifedur= 0s and 0kb,
    spi= 0x0(0), conn_id= 0, keysize= 0, flags= 0x4
00:04:10: ISAKMP (0:1): processing NONCE payload. message ID = 965273472
00:04:10: ISAKMP (0:1): processing ID payload. message ID = 965273472
00:04:10: ISAKMP (0:1): processing ID payload. message ID = 965273472
00:04:10: ISAKMP (0:1): Creating IPsec SAs
00:04:10:      inbound SA from 172.16.172.20 to 172.16.172.10
      (proxy 10.1.2.0 to 10.1.1.0)
00:04:10:      has spi 0x8EAB0B22 and conn_id 2029 and flags 4
00:04:10:      lifetime of 3600 seconds
00:04:10:      lifetime of 4608000 kilobytes
00:04:10:      outbound SA from 172.16.172.10   to 172.16.172.20   (proxy 10.1.1.0        to 10.1.2.0       )
00:04:10:      has spi -343614331 and conn_id 2030 and flags C
00:04:10:      lifetime of 3600 seconds
00:04:10:      lifetime of 4608000 kilobytes
00:04:10: IPSEC(key_engine): got a queue event...
00:04:10: IPSEC(initialize_sas): ,
  (key eng. msg.) INBOUND local= 172.16.172.10, remote= 172.16.172.20,
    local_proxy= 10.1.1.0/255.255.255.0/0/0 (type=4),
    remote_proxy= 10.1.2.0/255.255.255.0/0/0 (type=4),
    protocol= ESP, transform= esp-3des esp-md5-hmac ,
    lifedur= 3600s and 4608000kb,
    spi= 0x8EAB0B22(2393574178), conn_id= 2029, keysize= 0, flags= 0x4
00:04:10: IPSEC(initialize_sas): ,
  (key eng. msg.) OUTBOUND local= 172.16.172.10, remote= 172.16.172.20,
    local_proxy= 10.1.1.0/255.255.255.0/0/0 (type=4),
    remote_proxy= 10.1.2.0/255.255.255.0/0/0 (type=4),
    protocol= ESP, transform= esp-3des esp-md5-hmac ,
    lifedur= 3600s and 4608000kb,
    spi= 0xEB84DC85(3951352965), conn_id= 2030, keysize= 0, flags= 0xC
00:04:10: IPSEC(create_sa): sa created,
  (sa) sa_dest= 172.16.172.10, sa_prot= 50,
    sa_spi= 0x8EAB0B22(2393574178),
    sa_trans= esp-3des esp-md5-hmac , sa_conn_id= 2029
00:04:10: IPSEC(create_sa): sa created,
  (sa) sa_dest= 172.16.172.20, sa_prot= 50,
    sa_spi= 0xEB84DC85(3951352965),
    sa_trans= esp-3des esp-md5-hmac , sa_conn_id= 2030
00:04:10: ISAKMP (0:1): sending packet to 172.16.172.20 (I) QM_IDLE
00:04:10: ISAKMP (0:1): deleting node 965273472 error FALSE reason ""
00:04:10: ISAKMP (0:1): Node 965273472, Input = IKE_MSG_FROM_PEER, IKE_QM_EXCH
Old State = IKE_QM_I_QM1  New State = IKE_QM_PHASE2_COMPLETE

`;

const EXAMPLE_13_5 = `1w1d: ISAKMP (0:0): received packet from 172.16.172.10 (N) NEW SA
1w1d: ISAKMP: local port 500, remote port 500
1w1d: ISAKMP (0:1): Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH
Old State = IKE_READY  New State = IKE_R_MM1

1w1d: ISAKMP (0:1): processing SA payload. message ID = 0
1w1d: ISAKMP (0:1): found peer pre-shared key matching 172.16.172.10
1w1d: ISAKMP (0:1): Checking ISAKMP transform 1 against priority 1 policy
1w1d: ISAKMP:      encryption 3DES-CBC
1w1d: ISAKMP:      hash SHA
1w1d: ISAKMP:      default group 1
1w1d: ISAKMP:      auth pre-share
1w1d: ISAKMP:      life type in seconds
1w1d: ISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80
1w1d: ISAKMP (0:1): atts are acceptable. Next payload is 0
1w1d: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_MAIN_MODE
Old State = IKE_R_MM1  New State = IKE_R_MM1

1w1d: ISAKMP (0:1): sending packet to 172.16.172.10 (R) MM_SA_SETUP
1w1d: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_COMPLETE
Old State = IKE_R_MM1  New State = IKE_R_MM2

1w1d: ISAKMP (0:1): received packet from 172.16.172.10 (R) MM_SA_SETUP
1w1d: ISAKMP (0:1): Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH
Old State = IKE_R_MM2  New State = IKE_R_MM3

1w1d: ISAKMP (0:1): processing KE payload. message ID = 0
1w1d: ISAKMP (0:1): processing NONCE payload. message ID = 0
1w1d: ISAKMP (0:1): found peer pre-shared key matching 172.16.172.10
1w1d: ISAKMP (0:1): SKEYID state generated
1w1d: ISAKMP (0:1): processing vendor id payload
1w1d: ISAKMP (0:1): vendor ID is Unity
1w1d: ISAKMP (0:1): processing vendor id payload
1w1d: ISAKMP (0:1): vendor ID is DPD
1w1d: ISAKMP (0:1): processing vendor id payload
1w1d: ISAKMP (0:1): speaking to another IOS box!
1w1d: ISAKMP (0:1): processing vendor id payload
1w1d: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_MAIN_MODE
Old State = IKE_R_MM3  New State = IKE_R_MM3

1w1d: ISAKMP (0:1): sending packet to 172.16.172.10 (R) MM_KEY_EXCH
1w1d: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_COMPLETE
Old State = IKE_R_MM3  New State = IKE_R_MM4

1w1d: ISAKMP (0:1): received packet from 172.16.172.10 (R) MM_KEY_EXCH
1w1d: ISAKMP (0:1): Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH
Old State = IKE_R_MM4  New State = IKE_R_MM5

1w1d: ISAKMP (0:1): processing ID payload. message ID = 0
1w1d: ISAKMP (0:1): processing HASH payload. message ID = 0
1w1d: ISAKMP (0:1): SA has been authenticated with 172.16.172.10
1w1d: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_MAIN_MODE
Old State = IKE_R_MM5  New State = IKE_R_MM5

1w1d: ISAKMP (0:1): SA is doing pre-shared key authentication using id type ID_IPV4_ADDR
1w1d: ISAKMP (1): ID payload
      next-payload : 8
      type         : 1
      protocol     : 17
      port         : 500
      length       : 8
1w1d: ISAKMP (1): Total payload length: 12
1w1d: ISAKMP (0:1): sending packet to 172.16.172.10 (R) QM_IDLE
1w1d: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PROCESS_COMPLETE
Old State = IKE_R_MM5  New State = IKE_P1_COMPLETE

1w1d: ISAKMP (0:1): Input = IKE_MSG_INTERNAL, IKE_PHASE1_COMPLETE
Old State = IKE_P1_COMPLETE  New State = IKE_P1_COMPLETE

1w1d: ISAKMP (0:1): received packet from 172.16.172.10 (R) QM_IDLE
1w1d: ISAKMP (0:1): processing HASH payload. message ID = 965273472
1w1d: ISAKMP (0:1): processing SA payload. message ID = 965273472
1w1d: ISAKMP (0:1): Checking IPsec proposal 1
1w1d: ISAKMP: transform 1, ESP_3DES
1w1d: ISAKMP:   attributes in transform:
1w1d: ISAKMP:     encaps is 1
1w1d: ISAKMP:     SA life type in seconds
1w1d: ISAKMP:     SA life duration (basic) of 3600
1w1d: ISAKMP:     SA life type in kilobytes
1w1d: ISAKMP:     SA life duration (VPI) of  0x0 0x46 0x50 0x0
1w1d: ISAKMP:     authenticator is HMAC-MD5
1w1d: ISAKMP (0:1): atts are acceptable.
1w1d: IPSEC(validate_proposal_request): proposal part #1,
  (key eng. msg.) INBOUND local= 172.16.172.20, remote= 172.16.172.10,
    local_proxy= 10.1.2.0/255.255.255.0/0/0 (type=4),
    remote_proxy= 10.1.1.0/255.255.255.0/0/0 (type=4),
    protocol= ESP, transform= esp-3des esp-md5-hmac ,
    lifedur= 0s and 0kb,
    spi= 0x0(0), conn_id= 0, keysize= 0, flags= 0x4
1w1d: ISAKMP (0:1): processing NONCE payload. message ID = 965273472
1w1d: ISAKMP (0:1): processing ID payload. message ID = 965273472
1w1d: ISAKMP (0:1): processing ID payload. message ID = 965273472
1w1d: ISAKMP (0:1): asking for 1 spis from ipsec
1w1d: ISAKMP (0:1): Node 965273472, Input = IKE_MSG_FROM_PEER, IKE_QM_EXCH
Old State = IKE_QM_READY  New State = IKE_QM_SPI_STARVE

1w1d: IPSEC(key_engine): got a queue event...
1w1d: IPSEC(spi_response): getting spi 3951352965 for SA
      from 172.16.172.20   to 172.16.172.10   for prot 3
1w1d: ISAKMP: received ke message (2/1)
1w1d: ISAKMP (0:1): sending packet to 172.16.172.10 (R) QM_IDLE
1w1d: ISAKMP (0:1): Node 965273472, Input = IKE_MSG_FROM_IPSEC, IKE_SPI_REPLY
Old State = IKE_QM_SPI_STARVE  New State = IKE_QM_R_QM2

1w1d: ISAKMP (0:1): received packet from 172.16.172.10 (R) QM_IDLE
1w1d: ISAKMP (0:1): Creating IPsec SAs
1w1d:      inbound SA from 172.16.172.10 to 172.16.172.20
      (proxy 10.1.1.0 to 10.1.2.0)
1w1d:      has spi 0xEB84DC85 and conn_id 2029 and flags 4
1w1d:      lifetime of 3600 seconds
1w1d:      lifetime of 4608000 kilobytes
1w1d:      outbound SA from 172.16.172.20   to 172.16.172.10   (proxy 10.1.2.0        to 10.1.1.0       )
1w1d:      has spi -1901393118 and conn_id 2030 and flags C
1w1d:      lifetime of 3600 seconds
1w1d:      lifetime of 4608000 kilobytes
1w1d: ISAKMP (0:1): deleting node 965273472 error FALSE reason "quick mode done (await())"
1w1d: ISAKMP (0:1): Node 965273472, Input = IKE_MSG_FROM_PEER, IKE_QM_EXCH
Old State = IKE_QM_R_QM2  New State = IKE_QM_PHASE2_COMPLETE

1w1d: IPSEC(key_engine): got a queue event...
1w1d: IPSEC(initialize_sas): ,
  (key eng. msg.) INBOUND local= 172.16.172.20, remote= 172.16.172.10,
    local_proxy= 10.1.2.0/255.255.255.0/0/0 (type=4),
    remote_proxy= 10.1.1.0/255.255.255.0/0/0 (type=4),
    protocol= ESP, transform= esp-3des esp-md5-hmac ,
    lifedur= 3600s and 4608000kb,
    spi= 0xEB84DC85(3951352965), conn_id= 2029, keysize= 0, flags= 0x4
1w1d: IPSEC(initialize_sas): ,
  (key eng. msg.) OUTBOUND local= 172.16.172.20, remote= 172.16.172.10,
    local_proxy= 10.1.2.0/255.255.255.0/0/0 (type=4),
    remote_proxy= 10.1.1.0/255.255.255.0/0/0 (type=4),
    protocol= ESP, transform= esp-3des esp-md5-hmac ,
    lifedur= 3600s and 4608000kb,
    spi= 0x8EAB0B22(2393574178), conn_id= 2030, keysize= 0, flags= 0xC
1w1d: IPSEC(create_sa): sa created,
  (sa) sa_dest= 172.16.172.20, sa_prot= 50,
    sa_spi= 0xEB84DC85(3951352965),
    sa_trans= esp-3des esp-md5-hmac , sa_conn_id= 2029
1w1d: IPSEC(create_sa): sa created,
  (sa) sa_dest= 172.16.172.10, sa_prot= 50,
    sa_spi= 0x8EAB0B22(2393574178),
    sa_trans= esp-3des esp-md5-hmac , sa_conn_id= 2030
1w1d: ISAKMP (0:1): purging node 965273472
`;
