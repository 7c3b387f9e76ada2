import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  A,
  AES_SHA,
  at,
  B,
  CONNECTION,
  HOST_A,
  HOST_B,
  keyedPair,
  keysFor,
  mapEntry,
  NET_A,
  NET_B,
  POLICY_A,
  POLICY_B,
  policyOf,
  rule,
  SELECTOR_A,
  seededRandom,
  transformSet,
  udpPacket,
  WAN,
} from "../../test/support/data-plane-fixtures.ts";
import { eventsOf, outputsOf } from "../../test/support/data-plane-outputs.ts";
import { MisuseError } from "../base/errors.ts";
import { Secret } from "../crypto/secret.ts";
import { ipv4 } from "../net/ip-address.ts";
import { ANY_ADDRESS, blockOf, host } from "../net/selector.ts";
import { DataPlane } from "./data-plane.ts";
import type { DataPlaneLimits } from "./limits.ts";
import type { CryptoMapEntry, IpsecPolicy } from "./policy.ts";
import { zeroCounters } from "./protected-policy.ts";

describe("installing an SA", () => {
  it("is told per direction, and the view shows the pair under its permit line", () => {
    const plane = newPlane();
    install(plane);
    const installed = eventsOf(plane.drain(), "sa-installed");
    assert.deepEqual(
      installed.map(({ direction, spi, connId, destination }) => [direction, spi, connId, destination]),
      [
        ["inbound", 0x1000, 2029, A],
        ["outbound", 0x1001, 2030, B],
      ],
    );
    const [line] = plane.view(at(253)).flows;
    assert.deepEqual(
      [line?.selector, line?.peer, line?.localAddress, line?.pathMtu],
      [SELECTOR_A, B, A, 1500],
    );
    const [inbound] = line?.inbound ?? [];
    assert.deepEqual(inbound, {
      spi: 0x1000,
      suite: AES_SHA,
      mode: "tunnel",
      udpEncapsulation: undefined,
      connId: 2029,
      flowId: 1,
      remainingKilobytes: 4_608_000,
      remainingSeconds: 3347,
      installedAt: at(0),
      ivLength: 16,
      replayDetection: true,
      replayWindow: 64,
      sequenceNumber: 0,
      packets: 0,
      octets: 0,
      replayErrors: 0,
      icvErrors: 0,
    });
    assert.deepEqual([line?.outbound[0]?.spi, line?.outbound[0]?.flowId], [0x1001, 2]);
  });

  it("that the policy has no line for is refused, and once complete the peer is told that it is gone", () => {
    const wrong = [
      { connectionId: "vpn 20 Ethernet1/0" },
      { selector: { ...SELECTOR_A, remote: ANY_ADDRESS } },
    ];
    for (const options of wrong) {
      const plane = newPlane();
      const { inboundA, outboundA } = keyedPair(options);
      plane.install(at(0), inboundA);
      assert.deepEqual(plane.drain(), []);
      plane.install(at(0), outboundA);
      const { connectionId } = inboundA;
      const inbound = [{ protocol: "esp", spi: 0x1000 }];
      const pair = { peer: B, localAddress: A, inbound, connectionId };
      assert.deepEqual(plane.drain(), [{ kind: "pair-expired", ...pair }]);
    }
  });

  it("without any protection, with a reserved SPI or with keys of the wrong length is a mistake of ours", () => {
    const plane = newPlane();
    const { inboundA } = keyedPair();
    const bare = { encryption: "null", integrity: undefined } as const;
    assert.throws(() => plane.install(at(0), keyedPair({ suite: bare }).inboundA), MisuseError);
    assert.throws(() => plane.install(at(0), { ...inboundA, spi: 255 }), MisuseError);
    const encryptionKey = new Secret(new Uint8Array(15));
    assert.throws(() => plane.install(at(0), { ...inboundA, encryptionKey }), MisuseError);
    assert.equal(plane.isInboundSpiInUse(A, inboundA.spi), false);
  });

  it("with an SPI that the peer has used before ends the earlier pair", () => {
    const plane = newPlane();
    install(plane);
    const { inboundA, outboundA } = keyedPair({ spiOfA: 0x3000 });
    plane.install(at(1), { ...inboundA, pairSpi: 0x1001 });
    plane.drain();
    plane.install(at(1), { ...outboundA, ...keysFor(AES_SHA, 1), spi: 0x1001 });
    const removed = eventsOf(plane.drain(), "sa-removed");
    assert.deepEqual(
      removed.map(({ spi, reason }) => [spi, reason]),
      [
        [0x1000, "replaced"],
        [0x1001, "replaced"],
      ],
    );
    assert.deepEqual(spis(plane), [[0x3000], [0x1001]]);
  });
});

describe("removing an SA", () => {
  it("takes both directions, named by either SPI, inbound first", () => {
    for (const [direction, spi] of [
      ["inbound", 0x1000],
      ["outbound", 0x1001],
    ] as const) {
      const plane = newPlane();
      install(plane);
      plane.drain();
      plane.remove(at(0), B, spi, direction, "peer deleted");
      const removed = eventsOf(plane.drain(), "sa-removed");
      assert.deepEqual(
        removed.map((event) => [event.direction, event.reason]),
        [
          ["inbound", "peer deleted"],
          ["outbound", "peer deleted"],
        ],
      );
      assert.deepEqual(spis(plane), [[], []]);
      assert.equal(plane.nextDeadline(), undefined);
    }
  });

  it("takes one direction where that is said", () => {
    const plane = newPlane();
    install(plane);
    plane.remove(at(0), B, 0x1001, "outbound", "deleted", { extent: "one direction" });
    assert.deepEqual(spis(plane), [[0x1000], []]);
  });

  it("that never became a pair leaves alone the SA that it names as its partner", () => {
    const plane = newPlane();
    install(plane);
    plane.install(at(1), { ...keyedPair({ spiOfA: 0x3000 }).inboundA, pairSpi: 0x1001 });
    plane.remove(at(1), B, 0x3000, "inbound", "deleted");
    assert.deepEqual(spis(plane), [[0x1000], [0x1001]]);
  });

  it("is not for another peer, another direction or another SPI", () => {
    const plane = newPlane();
    install(plane);
    plane.drain();
    plane.remove(at(0), ipv4("172.16.172.99"), 0x1001, "outbound", "peer deleted");
    plane.remove(at(0), ipv4("172.16.172.99"), 0x1000, "inbound", "peer deleted");
    plane.remove(at(0), B, 0x1000, "outbound", "peer deleted");
    plane.remove(at(0), B, 0x1002, "outbound", "peer deleted");
    assert.deepEqual([plane.drain(), spis(plane)], [[], [[0x1000], [0x1001]]]);
  });

  it("of all, of a peer or of a connection says which pairs went", () => {
    const plane = newPlane();
    install(plane, 0x1000);
    install(plane, 0x2000);
    assert.deepEqual(plane.removeAll(at(0), { peer: A }, "cleared"), []);
    assert.deepEqual(plane.removeAll(at(0), { connectionId: "another" }, "cleared"), []);
    const gone = plane.removeAll(at(0), { peer: B, connectionId: CONNECTION }, "cleared");
    assert.deepEqual(
      gone.map(({ inbound }) => inbound.map(({ spi }) => spi)),
      [[0x1000], [0x2000]],
    );
    assert.deepEqual(spis(plane), [[], []]);
  });
});

describe("an SA's lifetime", () => {
  it("ends on the clock: the pair goes, IKE is to tell the peer, and nothing more is received", () => {
    const plane = newPlane();
    install(plane);
    plane.drain();
    plane.wake(at(3600));
    const outputs = plane.drain();
    assert.deepEqual(
      eventsOf(outputs, "sa-removed").map(({ reason }) => reason),
      ["expired", "expired"],
    );
    assert.equal(outputsOf(outputs, "pair-expired").length, 1);
    assert.deepEqual(spis(plane), [[], []]);
  });

  it("ends for a packet that comes before the clock is looked at", () => {
    const plane = newPlane();
    install(plane);
    plane.drain();
    plane.outbound(at(3600), WAN, udpPacket());
    const outputs = plane.drain();
    assert.deepEqual(outputsOf(outputs, "transmit"), []);
    assert.equal(outputsOf(outputs, "pair-expired").length, 1);
    assert.equal(outputsOf(outputs, "negotiate").length, 1);
    assert.equal(eventsOf(outputs, "packet-dropped")[0]?.reason, "expired");
  });

  it("ends with its volume, counted in octets that the cipher worked on", () => {
    const plane = newPlane();
    install(plane, 0x1000, { lifetimeKilobytes: 1 });
    // 84 octets and a trailer are 96 with AES; ten of them are 960, eleven 1056.
    for (let i = 0; i < 12; i++) plane.outbound(at(0), WAN, udpPacket(56));
    const outputs = plane.drain();
    assert.equal(outputsOf(outputs, "transmit").length, 11);
    assert.equal(outputsOf(outputs, "pair-expired").length, 1);
    assert.deepEqual(
      outputsOf(outputs, "negotiate").map(({ reason, replaces }) => [reason, replaces]),
      [["volume", 0x1000]],
    );
  });

  it("ends for what is received too: by the clock, and with its volume after the packet that fills it", () => {
    const fromB = udpPacket(56, { source: HOST_B, destination: HOST_A });
    const receiver = newPlane();
    install(receiver);
    const sender = senderTo(receiver);
    receiver.inboundEsp(at(3600), WAN, sender(fromB));
    const late = receiver.drain();
    assert.equal(eventsOf(late, "packet-dropped")[0]?.reason, "expired");
    assert.deepEqual([outputsOf(late, "receive"), outputsOf(late, "pair-expired").length], [[], 1]);

    const metered = newPlane();
    install(metered, 0x1000, { lifetimeKilobytes: 1 });
    metered.drain();
    const send = senderTo(metered);
    for (let i = 0; i < 12; i++) metered.inboundEsp(at(1), WAN, send(fromB));
    const outputs = metered.drain();
    assert.equal(outputsOf(outputs, "receive").length, 11);
    assert.equal(outputsOf(outputs, "pair-expired").length, 1);
    assert.deepEqual(
      outputsOf(outputs, "negotiate").map(({ reason, replaces }) => [reason, replaces]),
      [["volume", 0x1000]],
    );
  });

  it("ends before the sequence number would cycle", () => {
    const plane = newPlane({ limits: { sequenceNumberMax: 5, sequenceNumberMargin: 2 } });
    install(plane);
    for (let i = 0; i < 6; i++) plane.outbound(at(0), WAN, udpPacket());
    const outputs = plane.drain();
    assert.equal(outputsOf(outputs, "transmit").length, 5);
    assert.equal(outputsOf(outputs, "negotiate")[0]?.reason, "sequence number");
    assert.equal(eventsOf(outputs, "packet-dropped")[0]?.reason, "sequence number exhausted");
  });

  it("is renewed again after a failed renewal, until it ends", () => {
    const plane = newPlane();
    install(plane);
    plane.outbound(at(1), WAN, udpPacket());
    plane.drain();
    const asked: number[] = [];
    for (let deadline = plane.nextDeadline(); deadline !== undefined; deadline = plane.nextDeadline()) {
      plane.wake(deadline.at);
      for (const { selector, reason } of outputsOf(plane.drain(), "negotiate")) {
        assert.equal(reason, "lifetime");
        asked.push(Math.floor(deadline.at / 1000));
        plane.negotiationFailed(deadline.at, CONNECTION, selector, B);
      }
    }
    const [first = 0] = asked;
    assert.ok(first >= 3567 && first <= 3570);
    // The sixth comes only if the jitter has left time for it.
    const rests = asked.slice(0, 5).map((seconds) => seconds - first);
    assert.deepEqual([rests, asked.length <= 6], [[0, 1, 3, 7, 15], true]);
    assert.deepEqual(spis(plane), [[], []]);
  });

  it("without an end has no deadline", () => {
    const plane = newPlane();
    install(plane, 0x1000, { lifetimeSeconds: 0, lifetimeKilobytes: 0 });
    assert.equal(plane.nextDeadline(), undefined);
    const [sa] = plane.view(at(1)).flows[0]?.outbound ?? [];
    assert.deepEqual([sa?.remainingSeconds, sa?.remainingKilobytes], [0, 0]);
  });
});

describe("another policy", () => {
  it("keeps the SAs, counters and requests that it still allows", () => {
    const plane = newPlane();
    install(plane);
    plane.outbound(at(0), WAN, udpPacket());
    const wider = entryFor({
      rules: [
        rule("permit", NET_A, blockOf(ipv4("10.1.0.0"), ipv4("255.255.0.0"))),
        rule("permit", NET_A, NET_B),
      ],
    });
    assert.deepEqual(plane.setPolicy(at(1), policyOf([{ ...wider, lifetimeSeconds: 120 }])), []);
    assert.deepEqual(spis(plane, 1), [[0x1000], [0x1001]]);
    assert.equal(plane.view(at(1)).flows[1]?.counters.encapsulated, 1);
    plane.drain();
    plane.outbound(at(1), WAN, udpPacket());
    assert.equal(outputsOf(plane.drain(), "transmit").length, 1);
  });

  it("with another transform set keeps the SAs: it is for those that are negotiated then", () => {
    const plane = newPlane();
    install(plane);
    plane.drain();
    const transformSets = [transformSet({ encryption: "3des", integrity: "md5" })];
    assert.deepEqual(plane.setPolicy(at(1), policyOf([entryFor({ transformSets })])), []);
    plane.outbound(at(1), WAN, udpPacket());
    assert.deepEqual(
      plane.drain().map(({ kind }) => kind),
      ["transmit"],
    );
  });

  const forbidding: readonly [string, IpsecPolicy][] = [
    ["without the entry", policyOf([])],
    ["without the interface", { interfaces: [] }],
    ["with other traffic", policyOf([entryFor({ rules: [rule("permit", NET_A, host(HOST_B))] })])],
    ["with another peer", policyOf([entryFor({ peers: [ipv4("172.16.172.99")] })])],
    ["with another end point", policyOf([entryFor({})], { localAddress: ipv4("172.16.172.11") })],
  ];
  for (const [what, policy] of forbidding)
    it(`${what} ends the SAs and says so`, () => {
      const plane = newPlane();
      install(plane);
      plane.drain();
      const gone = plane.setPolicy(at(1), policy);
      assert.deepEqual(
        gone.map(({ inbound, connectionId }) => [inbound[0]?.spi, connectionId]),
        [[0x1000, CONNECTION]],
      );
      assert.equal(eventsOf(plane.drain(), "sa-removed").length, 2);
      assert.equal(plane.nextDeadline(), undefined);
      plane.outbound(at(1), WAN, udpPacket(9, { destination: ipv4("10.1.2.77") }));
      const isProtected = policy.interfaces[0]?.entries[0]?.rules[0]?.selector.remote === NET_B;
      assert.equal(outputsOf(plane.drain(), "transmit").length, isProtected ? 0 : 1);
    });

  it("drops what waited for a line that is gone, and asks anew for one that comes back", () => {
    const plane = newPlane({ holdPackets: true });
    plane.outbound(at(0), WAN, udpPacket());
    plane.setPolicy(at(0), policyOf([]));
    assert.equal(plane.nextDeadline(), undefined);
    plane.setPolicy(at(0), POLICY_A);
    plane.drain();
    plane.outbound(at(0), WAN, udpPacket());
    assert.equal(outputsOf(plane.drain(), "negotiate").length, 1);
    install(plane);
    assert.equal(outputsOf(plane.drain(), "transmit").length, 1);
  });
});

it("clearing the counters leaves the lifetimes counting", () => {
  const plane = newPlane();
  install(plane);
  for (let i = 0; i < 20; i++) plane.outbound(at(0), WAN, udpPacket(56));
  const before = plane.view(at(0)).flows[0];
  assert.deepEqual(
    [before?.counters.encapsulated, before?.counters.encrypted, before?.counters.digested],
    [20, 20, 20],
  );
  plane.clearCounters();
  const after = plane.view(at(0)).flows[0];
  assert.deepEqual(after?.counters, zeroCounters());
  assert.deepEqual([after?.outbound[0]?.packets, after?.outbound[0]?.octets], [0, 1920]);
  assert.equal(after?.outbound[0]?.remainingKilobytes, 4_607_998);
});

it("the view lists every permit line in policy order, SAs or not", () => {
  const rules = [
    rule("permit", NET_A, NET_B),
    rule("deny", NET_A, ANY_ADDRESS),
    rule("permit", NET_A, host(B)),
  ];
  const second = entryFor({
    id: "vpn 20 Ethernet1/0",
    sequence: 20,
    rules: [rule("permit", host(A), host(B))],
  });
  const { flows } = newPlane({ policy: policyOf([entryFor({ rules }), second]) }).view(at(0));
  assert.deepEqual(
    flows.map(({ connectionId, selector }) => [connectionId, selector.remote]),
    [
      [CONNECTION, NET_B],
      [CONNECTION, host(B)],
      ["vpn 20 Ethernet1/0", host(B)],
    ],
  );
});

it("every deadline says what for", () => {
  const plane = newPlane();
  plane.outbound(at(0), WAN, udpPacket());
  assert.deepEqual(plane.nextDeadline(), { at: at(180), why: "IKE has not said how a negotiation ended" });
  install(plane, 0x1000, { lifetimeSeconds: 100 });
  assert.equal(plane.nextDeadline()?.why, "an IPsec SA is to be renewed");
  plane.wake(at(90));
  assert.deepEqual(plane.nextDeadline(), { at: at(100), why: "an IPsec SA expires" });
});

/** What B sends on the pair that the receiver has been given. */
function senderTo(receiver: DataPlane): (packet: Uint8Array) => Uint8Array {
  receiver.drain();
  const sender = newPlane({ policy: POLICY_B });
  sender.install(at(0), keyedPair({ lifetimeKilobytes: 0, lifetimeSeconds: 0 }).outboundB);
  return (packet) => {
    sender.drain();
    sender.outbound(at(0), WAN, packet);
    return outputsOf(sender.drain(), "transmit")[0]?.bytes ?? new Uint8Array();
  };
}

interface PlaneSettings {
  readonly policy?: IpsecPolicy;
  readonly holdPackets?: boolean;
  readonly limits?: Partial<DataPlaneLimits>;
}

function newPlane({ policy = POLICY_A, holdPackets = false, limits = {} }: PlaneSettings = {}): DataPlane {
  return new DataPlane({ policy, random: seededRandom(5), holdPackets, limits });
}

function entryFor(
  fields: Partial<Omit<CryptoMapEntry, "rules">> & { readonly rules?: Parameters<typeof mapEntry>[0] },
): CryptoMapEntry {
  const { rules = [rule("permit", NET_A, NET_B)], ...more } = fields;
  return mapEntry(rules, more);
}

function install(plane: DataPlane, spiOfA = 0x1000, options: Parameters<typeof keyedPair>[0] = {}): void {
  const { inboundA, outboundA } = keyedPair({ ...options, spiOfA });
  plane.install(at(0), inboundA);
  plane.install(at(0), outboundA);
}

/** Inbound and outbound SPIs under a permit line. */
function spis(plane: DataPlane, line = 0): readonly (readonly number[])[] {
  const flow = plane.view(at(0)).flows[line];
  return [flow?.inbound.map(({ spi }) => spi) ?? [], flow?.outbound.map(({ spi }) => spi) ?? []];
}
