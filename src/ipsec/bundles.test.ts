/** AH, alone and around ESP, end to end: two data planes in both modes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  A,
  at,
  B,
  keyedPair,
  mapEntry,
  NET_A,
  NET_B,
  type PairOptions,
  policyOf,
  rule,
  seededRandom,
  udpPacket,
  WAN,
} from "../../test/support/data-plane-fixtures.ts";
import { eventsOf, outputsOf } from "../../test/support/data-plane-outputs.ts";
import { MisuseError } from "../base/errors.ts";
import { hex } from "../base/octets.ts";
import {
  describeSuite,
  type EspSuite,
  type HashName,
  isAh,
  protocolOf,
  type SaSuite,
} from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";
import type { EncapsulationMode } from "../crypto/transform-set.ts";
import { buildIpv4Packet, parseIpv4Packet } from "../net/ipv4-packet.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { host, selectorOfRule } from "../net/selector.ts";
import { u16At, u32At } from "../net/words.ts";
import { DataPlane } from "./data-plane.ts";
import { membersOf } from "./security-association.ts";

fc.configureGlobal({ seed: 4302, numRuns: 60 });

interface Form {
  readonly suite: SaSuite;
  readonly ah?: HashName;
  readonly mode: EncapsulationMode;
}

const SEED_BUNDLE = { suite: { encryption: "des", integrity: "sha1" }, ah: "sha1", mode: "tunnel" } as const;
const AH_ALONE = { suite: { ah: "sha256" }, mode: "tunnel" } as const;
const HASHES: readonly HashName[] = ["md5", "sha1", "sha256", "sha384", "sha512"];
const WITHIN: readonly EspSuite[] = [
  { encryption: "3des", integrity: "md5" },
  { encryption: "aes-256", integrity: undefined },
  { encryption: "null", integrity: "sha512" },
  { encryption: "gcm-128", integrity: undefined },
];

/** Every AH alone and around every ESP of these, in both modes. */
const FORMS: readonly Form[] = (["tunnel", "transport"] as const).flatMap((mode) =>
  HASHES.flatMap((ah) => [{ suite: { ah }, mode }, ...WITHIN.map((suite) => ({ suite, ah, mode }))]),
);

describe("AH and bundles", () => {
  it("give back the packet that was sent, and what is on the wire is AH outside and ESP inside", () => {
    fc.assert(
      fc.property(fc.constantFrom(...FORMS), fc.nat(1300), fc.nat(255), (form, length, typeOfService) => {
        const [a, b] = ends(form);
        const packet = packetFor(form, length, { typeOfService });
        const [sent, ...more] = sentBy(a, packet);
        assert.ok(sent && more.length === 0, "one packet");
        assert.deepEqual(layers(sent), [
          PROTOCOL.AH,
          ...(isAh(form.suite) ? [form.mode === "tunnel" ? PROTOCOL.IPV4 : PROTOCOL.UDP] : [PROTOCOL.ESP]),
        ]);
        assert.deepEqual(delivered(b, sent), [hex(packet)]);
      }),
    );
  });

  it("give packets options and all in transport mode, and keep their header but for protocol and length", () => {
    const options = Uint8Array.of(148, 4, 0, 0, 7, 7, 4, 0, 0, 0, 0, 0);
    for (const form of FORMS.filter(({ mode }) => mode === "transport")) {
      const [a, b] = ends(form);
      const packet = packetFor(form, 60, { options, timeToLive: 9, identification: 77 });
      const [sent] = sentBy(a, packet);
      const outer = parseIpv4Packet(sent ?? new Uint8Array());
      assert.ok(sent && outer, "a sound packet");
      assert.deepEqual([outer.headerLength, outer.identification, outer.timeToLive], [32, 77, 9]);
      assert.deepEqual(delivered(b, sent), [hex(packet)]);
    }
  });

  it("let a packet through whose time to live, type of service and flags routers have changed, and none else", () => {
    fc.assert(
      fc.property(fc.constantFrom(...FORMS), fc.nat(), (form, place) => {
        const [a, b] = ends(form);
        const packet = packetFor(form, 40);
        const [sent] = sentBy(a, packet);
        assert.ok(sent, "a packet");
        const bit = 160 + (place % (sent.length * 8 - 160));
        const changed = sent.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
        assert.deepEqual(delivered(b, changed), [], `bit ${bit}`);
        sent[1] = 0xb9;
        sent[6] = 0x40;
        sent[8] = 3;
        sent.set([0, 0], 10);
        const sum = parsedAgain(sent);
        assert.equal(delivered(b, sum).length, 1);
      }),
    );
  });

  it("are cut after AH and put together before it, whatever the order of the pieces", () => {
    for (const form of FORMS.filter(({ mode }) => mode === "tunnel")) {
      const [a, b] = ends(form, { fragmentation: "after-encryption" });
      const packet = packetFor(form, 3000);
      const pieces = sentBy(a, packet);
      assert.ok(pieces.length > 1 && pieces.every(({ length }) => length <= 1500), "pieces");
      assert.deepEqual(delivered(b, ...pieces.toReversed()), [hex(packet)]);
    }
  });

  it("fill the way exactly: what is said to fit does, and one octet more does not", () => {
    for (const form of FORMS) {
      const [a] = ends(form);
      const fits = (length: number): boolean => {
        const sent = sentBy(a, packetFor(form, length, { dontFragment: true }));
        assert.ok(sent.length === 0 || (sent[0]?.length ?? 0) <= 1500, "no packet is too long");
        return sent.length === 1;
      };
      let [low, high] = [0, 1500];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (fits(middle)) low = middle;
        else high = middle;
      }
      const [longest] = sentBy(a, packetFor(form, low, { dontFragment: true }));
      const slack = isAh(form.suite) ? 0 : 15;
      assert.ok((longest?.length ?? 0) + slack >= 1500, `${longest?.length} octets`);
    }
  });

  it("refuse what has been seen before, and count it with the SA of AH", () => {
    for (const form of [SEED_BUNDLE, AH_ALONE]) {
      const [a, b] = ends(form);
      const [sent] = sentBy(a, packetFor(form, 40));
      assert.ok(sent, "a packet");
      assert.equal(delivered(b, sent).length, 1);
      b.inboundAh(at(0), WAN, sent);
      assert.equal(eventsOf(b.drain(), "packet-dropped")[0]?.reason, "replayed");
      const views = b.view(at(0)).flows[0]?.inbound ?? [];
      assert.deepEqual(
        views.map(({ suite, sequenceNumber, replayErrors }) => [isAh(suite), sequenceNumber, replayErrors]),
        isAh(form.suite)
          ? [[true, 1, 1]]
          : [
              [true, 1, 1],
              [false, 1, 0],
            ],
      );
    }
  });

  it("tell repetitions as far back as the crypto map entry says, and not at all where it says 0", () => {
    for (const replayWindow of [0, 32, 1024])
      for (const form of [
        SEED_BUNDLE,
        AH_ALONE,
        { suite: WITHIN[0] ?? AH_ALONE.suite, mode: "tunnel" } as const,
      ]) {
        const [a, b] = ends(form, {}, {}, { replayWindow });
        const sent = Array.from({ length: 40 }, () => sentBy(a, packetFor(form, 20))[0] ?? new Uint8Array());
        const passes = (packet: Uint8Array | undefined) => delivered(b, packet ?? new Uint8Array()).length;
        assert.equal(passes(sent[0]), 1);
        assert.equal(passes(sent[39]), 1);
        assert.equal(passes(sent[39]), replayWindow === 0 ? 1 : 0, "a repetition");
        assert.equal(passes(sent[1]), replayWindow === 32 ? 0 : 1, "one of 38 before the newest");
      }
  });

  it("refuse the ESP of a bundle that comes without its AH, and AH around anything else (RFC 2401 §5.2.1)", () => {
    const [a, b] = ends(SEED_BUNDLE);
    const [sent] = sentBy(a, packetFor(SEED_BUNDLE, 40));
    assert.ok(sent, "a packet");
    const header = { source: A, destination: B, timeToLive: 64, identification: 1 };
    b.inboundEsp(at(0), WAN, buildIpv4Packet({ ...header, protocol: PROTOCOL.ESP }, sent.subarray(44)));
    assert.equal(eventsOf(b.drain(), "packet-dropped")[0]?.reason, "not protected");
    // The same AH, but as if what it is around were not ESP at all: keyed as the bundle's, alone.
    const pair = keyedPair(SEED_BUNDLE);
    const { ah } = pair.outboundA;
    assert.ok(ah, "AH of the bundle");
    const liar = planeOf("a", AH_ALONE);
    liar.install(at(0), {
      ...pair.outboundA,
      suite: { ah: ah.hash },
      encryptionKey: new Secret(new Uint8Array()),
      integrityKey: ah.key,
      spi: ah.spi,
      ah: undefined,
    });
    const [bare] = sentBy(liar, packetFor(AH_ALONE, 40));
    assert.deepEqual(delivered(b, bare ?? new Uint8Array()), []);
    assert.equal(b.view(at(0)).flows[0]?.counters.receiveErrors, 2);
  });

  it("tell of an SPI that nobody has and of what is too short, by their protocol", () => {
    const [, b] = ends(SEED_BUNDLE);
    const header = { source: A, destination: B, timeToLive: 64, identification: 1, protocol: PROTOCOL.AH };
    b.inboundAh(at(0), WAN, buildIpv4Packet(header, new Uint8Array(24).fill(9)));
    b.inboundAh(at(0), WAN, buildIpv4Packet(header, new Uint8Array(11)));
    assert.deepEqual(
      eventsOf(b.drain(), "packet-dropped").map(({ reason, protocol, spi }) => [reason, protocol, spi]),
      [
        ["unknown spi", 51, 0x09090909],
        ["malformed", 51, undefined],
      ],
    );
  });

  it("are told as one SA of each protocol, AH first, and go together by either's SPI", () => {
    const [a] = [planeOf("a", SEED_BUNDLE)];
    const pair = keyedPair(SEED_BUNDLE);
    a.install(at(0), pair.inboundA);
    a.install(at(0), pair.outboundA);
    const told = (kind: "sa-installed" | "sa-removed", outputs: ReturnType<DataPlane["drain"]>) =>
      eventsOf(outputs, kind).map(
        ({ direction, suite, spi }) => `${direction} ${describeSuite(suite)} ${spi}`,
      );
    const inbound = membersOf(pair.inboundA).map(
      ({ suite, spi }) => `inbound ${describeSuite(suite)} ${spi}`,
    );
    const outbound = membersOf(pair.outboundA).map(
      ({ suite, spi }) => `outbound ${describeSuite(suite)} ${spi}`,
    );
    assert.deepEqual(told("sa-installed", a.drain()), [...inbound, ...outbound]);
    const spi = pair.outboundA.ah?.spi ?? 0;
    const ofEsp = a.removeAll(at(0), { entry: { destination: B, protocol: "esp", spi } }, "cleared");
    assert.deepEqual(ofEsp, [], "ESP has no such SPI");
    const [removed] = a.removeAll(at(0), { entry: { destination: B, protocol: "ah", spi } }, "cleared");
    const received = membersOf(pair.inboundA).map(({ suite, spi }) => ({ protocol: protocolOf(suite), spi }));
    assert.deepEqual(removed?.inbound, received);
    assert.deepEqual(told("sa-removed", a.drain()), [...inbound, ...outbound]);
    assert.deepEqual(a.view(at(0)).flows[0]?.inbound, []);
  });

  it("go when the peer deletes either protocol's SA, by the number it has for that", () => {
    for (const protocol of ["ah", "esp"] as const) {
      const pair = keyedPair(SEED_BUNDLE);
      const [a] = ends(SEED_BUNDLE);
      const spi = (protocol === "ah" ? pair.outboundA.ah?.spi : pair.outboundA.spi) ?? 0;
      const other = protocol === "ah" ? "esp" : "ah";
      a.remove(at(0), B, spi, "outbound", "peer deleted", { protocol: other });
      assert.equal(a.view(at(0)).flows[0]?.outbound.length, 2, "the other protocol has no such number");
      a.remove(at(0), B, spi, "outbound", "peer deleted", { protocol });
      assert.deepEqual(a.view(at(0)).flows[0]?.outbound, []);
    }
  });

  it("count what AH covers, and renew and end by it", () => {
    const [a] = ends({ ...AH_ALONE, lifetimeKilobytes: 4 });
    for (let i = 0; i < 3; i++) sentBy(a, packetFor(AH_ALONE, 1000));
    const view = a.view(at(0)).flows[0];
    // Outer header, AH, inner header, UDP.
    assert.equal(view?.outbound[0]?.octets, 3 * (20 + 28 + 28 + 1000));
    const { encapsulated, encrypted, digested } = view?.counters ?? {};
    assert.deepEqual([encapsulated, encrypted, digested], [3, 0, 3]);
    a.outbound(at(1), WAN, packetFor(AH_ALONE, 1000));
    const wanted = a.drain();
    assert.ok(outputsOf(wanted, "transmit").length === 1, "its volume is not over");
    assert.equal(a.view(at(1)).flows[0]?.outbound[0]?.octets, 4 * 1076);
  });

  it("have one sequence number for both protocols, which does not cycle", () => {
    const [a] = ends(SEED_BUNDLE, {}, { sequenceNumberMax: 2, sequenceNumberMargin: 0 });
    const numbers = [1, 2, 3].map(() => {
      const [sent] = sentBy(a, packetFor(SEED_BUNDLE, 40));
      return sent === undefined ? undefined : [u32At(sent, 28), u32At(sent, 48)];
    });
    assert.deepEqual(numbers, [[1, 1], [2, 2], undefined]);
  });

  it("never leave with identification 0, which systems replace and AH covers", () => {
    const form = { suite: { ah: "sha1" }, mode: "transport" } as const;
    const [a, b] = ends(form);
    const [sent] = sentBy(a, packetFor(form, 40, { identification: 0 }));
    assert.ok(sent && u16At(sent, 4) !== 0, "it has a number");
    assert.equal(delivered(b, sent).length, 1);
  });

  it("learn their path MTU from what routers quote of AH", () => {
    const [a] = ends(SEED_BUNDLE);
    const [sent] = sentBy(a, packetFor(SEED_BUNDLE, 1000, { dontFragment: true }));
    assert.ok(sent, "a packet");
    const icmp = new Uint8Array(8 + 28);
    icmp.set([3, 4, 0, 0, 0, 0, 1000 >> 8, 1000 & 255]);
    icmp.set(sent.subarray(0, 28), 8);
    const quoted = (octets: Uint8Array) => {
      const message = octets.slice();
      let sum = 0;
      for (let i = 0; i < message.length; i += 2) sum += u16At(message, i);
      sum = (sum & 0xffff) + (sum >>> 16);
      sum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
      message.set([sum >> 8, sum & 255], 2);
      return message;
    };
    const header = { source: B, destination: A, timeToLive: 64, identification: 1, protocol: PROTOCOL.ICMP };
    // Eight octets of AH do not show its sequence number: sixteen do.
    const longer = new Uint8Array(8 + 36);
    longer.set(icmp);
    longer.set(sent.subarray(0, 36), 8);
    a.icmp(at(1), buildIpv4Packet(header, quoted(longer)));
    assert.equal(eventsOf(a.drain(), "path-mtu-changed")[0]?.mtu, 1000);
  });

  it("must not go through a NAT, nor have a reserved SPI", () => {
    const plane = planeOf("a", SEED_BUNDLE);
    const { inboundA } = keyedPair(SEED_BUNDLE);
    const udpEncapsulation = { localPort: 4500, remotePort: 4500 };
    assert.throws(() => plane.install(at(0), { ...inboundA, udpEncapsulation }), MisuseError);
    const { ah } = inboundA;
    assert.ok(ah, "AH of the bundle");
    assert.throws(() => plane.install(at(0), { ...inboundA, ah: { ...ah, spi: 255 } }), MisuseError);
  });
});

/** A and B with an SA each way. */
function ends(
  form: Form & PairOptions,
  path: Parameters<typeof policyOf>[1] = {},
  limits: ConstructorParameters<typeof DataPlane>[0]["limits"] = {},
  entry: Parameters<typeof mapEntry>[1] = {},
): [DataPlane, DataPlane] {
  const [a, b] = [planeOf("a", form, path, limits, entry), planeOf("b", form, path, limits, entry)];
  const selector = selectorOfRule(ruleFor("a", form));
  const pair = keyedPair({ ...form, selector });
  for (const sa of [pair.inboundA, pair.outboundA]) a.install(at(0), sa);
  for (const sa of [pair.inboundB, pair.outboundB]) b.install(at(0), sa);
  for (const plane of [a, b]) plane.drain();
  return [a, b];
}

function planeOf(
  end: "a" | "b",
  form: Form,
  path: Parameters<typeof policyOf>[1] = {},
  limits: ConstructorParameters<typeof DataPlane>[0]["limits"] = {},
  more: Parameters<typeof mapEntry>[1] = {},
): DataPlane {
  const [localAddress, peer] = end === "a" ? [A, B] : [B, A];
  const { suite, ah, mode } = form;
  const set = {
    ...{ name: "set", mode, origin: undefined },
    ...(isAh(suite) ? { esp: undefined, ah: suite.ah } : { esp: suite, ...(ah === undefined ? {} : { ah }) }),
  };
  const entry = mapEntry([ruleFor(end, form)], { peers: [peer], transformSets: [set], ...more });
  const policy = policyOf([entry], { localAddress, ...path });
  return new DataPlane({ policy, random: seededRandom(5), holdPackets: false, limits });
}

function ruleFor(end: "a" | "b", { mode }: Form) {
  const blocks = mode === "transport" ? [host(A), host(B)] : [NET_A, NET_B];
  const [source, destination] = end === "a" ? blocks : blocks.toReversed();
  assert.ok(source && destination, "two blocks");
  return rule("permit", source, destination);
}

/** Of A's to B's: in transport mode between the two themselves. */
function packetFor(form: Form, length: number, fields: Parameters<typeof udpPacket>[1] = {}): Uint8Array {
  const between = form.mode === "transport" ? { source: A, destination: B } : {};
  return udpPacket(length, { ...between, ...fields });
}

function sentBy(plane: DataPlane, packet: Uint8Array): Uint8Array[] {
  plane.outbound(at(0), WAN, packet);
  return outputsOf(plane.drain(), "transmit").map(({ bytes }) => bytes);
}

/** What comes out at the other end. */
function delivered(plane: DataPlane, ...packets: readonly Uint8Array[]): string[] {
  for (const packet of packets)
    if (packet[9] === PROTOCOL.ESP) plane.inboundEsp(at(0), WAN, packet);
    else plane.inboundAh(at(0), WAN, packet);
  return outputsOf(plane.drain(), "receive").map(({ bytes }) => hex(bytes));
}

/** Protocol of the header, and what AH says comes next. */
function layers(packet: Uint8Array): number[] {
  return [packet[9] ?? 0, packet[((packet[0] ?? 0) & 15) * 4] ?? 0];
}

/** With the checksum that its header has now. */
function parsedAgain(packet: Uint8Array): Uint8Array {
  const bytes = packet.slice();
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += u16At(bytes, i);
  sum = (sum & 0xffff) + (sum >>> 16);
  bytes.set([(~sum >> 8) & 255, ~sum & 255], 10);
  return bytes;
}
