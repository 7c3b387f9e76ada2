/** Sentences of RFC 2407, 2408 and 2409 that two engines must keep, each named after what it demands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  A,
  B,
  type Datagram,
  IkePair,
  policyOf,
  SELECTOR,
  SUITE,
  seededRandom,
} from "../../test/support/ike-pair.ts";
import { Insider, notification } from "../../test/support/insider.ts";
import { concat, fromHex, hex, isZero, u32Octets, utf8 } from "../base/octets.ts";
import { encryptCbc } from "../crypto/cbc.ts";
import { group } from "../crypto/groups.ts";
import { CIPHERS, type CipherName, type GroupId } from "../crypto/names.ts";
import { Secret } from "../crypto/secret.ts";
import { decodeHeader, FLAG_ENCRYPTION, HEADER_LENGTH } from "../isakmp/header.ts";
import { encodeMessage } from "../isakmp/message.ts";
import type { Payload } from "../isakmp/payload.ts";
import { decodePayloads } from "../isakmp/payload-chain.ts";
import { ipv4 } from "../net/ip-address.ts";
import { blockOf, host } from "../net/selector.ts";
import type { IkeEvent } from "./events.ts";
import { phase2Iv } from "./keying.ts";
import { findPreSharedKey } from "./phase1/pre-shared-key.ts";
import type { PreSharedKey } from "./policy.ts";
import { unseal } from "./protection.ts";
import { IOS_CONVENTIONS } from "./wire-conventions.ts";

function payloadsOf({ bytes }: Datagram): readonly Payload[] {
  return decodePayloads(decodeHeader(bytes).nextPayload, bytes.subarray(HEADER_LENGTH)).payloads;
}

function completed(pair: IkePair): IkePair {
  pair.negotiate("A");
  assert.equal(pair.installed("A").length, 2);
  assert.equal(pair.installed("B").length, 2);
  return pair;
}

/** A pair in whose message `index` the payloads are changed on the way. */
function withChanged(index: number, change: (payloads: readonly Payload[]) => readonly Payload[]): IkePair {
  const pair = new IkePair();
  pair.network = (datagram, at) =>
    at === index
      ? [{ ...datagram, bytes: encodeMessage(decodeHeader(datagram.bytes), change(payloadsOf(datagram))) }]
      : [datagram];
  return pair;
}

const QUICK_MODE = 32;
const INFORMATIONAL = 5;

// ── RFC 2408 ───────────────────────────────────────────────────────────────────────────────────────────────────────

test("a message of ours says its true length, version 1.0 and no flag but encryption (RFC 2408 §3.1)", () => {
  const pair = completed(new IkePair({ changes: { pfsGroup: 2 } }, { changes: { pfsGroup: 2 } }));
  pair.input("A", { kind: "clear-isakmp-sas" });
  for (const [index, { bytes }] of pair.wire.entries()) {
    const header = decodeHeader(bytes);
    assert.deepEqual([header.majorVersion, header.minorVersion], [1, 0]);
    assert.equal(header.length, bytes.length);
    assert.equal(header.flags, index < 4 ? 0 : FLAG_ENCRYPTION, `message ${index + 1}`);
  }
});

test("message ids are zero in phase 1, else random, never zero and each of one exchange alone (RFC 2408 §3.1)", () => {
  const pair = completed(new IkePair());
  for (let i = 0; i < 20; i++) {
    pair.negotiate(i % 2 === 0 ? "A" : "B");
    const [sa] = pair.installed("A").slice(-2);
    pair.input("A", {
      kind: "ipsec-sa-removed",
      peer: B,
      localAddress: A,
      inbound: [{ protocol: "esp", spi: sa?.spi ?? 0 }],
    });
  }
  const headers = pair.wire.map(({ bytes }) => decodeHeader(bytes));
  assert.ok(
    headers.filter(({ exchangeType }) => exchangeType === 2).every(({ messageId }) => messageId === 0),
  );
  const count = new Map<number, number>();
  for (const { exchangeType, messageId } of headers) {
    if (exchangeType === 2) continue;
    assert.notEqual(messageId, 0);
    count.set(messageId, (count.get(messageId) ?? 0) + 1);
  }
  assert.equal(count.size, 41);
  for (const times of count.values()) assert.ok(times === 3 || times === 1, "times === 3 || times === 1");
});

test("cookies stay in their places when the responder of phase 1 begins a quick mode (RFC 2409 §4)", () => {
  const pair = completed(new IkePair());
  const cookies = hex((pair.wire[5]?.bytes ?? new Uint8Array(0)).slice(0, 16));
  const start = pair.wire.length;
  pair.negotiate("B");
  pair.input("B", { kind: "clear-isakmp-sas" });
  const later = pair.wire.slice(start);
  assert.equal(later.length, 4);
  for (const { bytes } of later) assert.equal(hex(bytes.slice(0, 16)), cookies);
  assert.equal(pair.installed("A").length, 4);
});

test("what follows the header of an encrypted message is whole blocks, with zeros for padding (RFC 2409 App. B)", () => {
  for (const encryption of Object.keys(CIPHERS) as CipherName[]) {
    // the table has exactly these keys
    const changes = { suites: [{ ...SUITE, encryption }] };
    const insider = Insider.ofNew({ changes }, { changes });
    const { blockLength } = CIPHERS[encryption];
    for (const { bytes } of insider.pair.wire.slice(4))
      assert.equal((bytes.length - HEADER_LENGTH) % blockLength, 0);
    const QM1 = insider.pair.wire[6];
    assert.ok(QM1, "QM1");
    const { messageId, nextPayload } = decodeHeader(QM1.bytes);
    const iv = phase2Iv("sha1", lastOfPhase1(insider.pair, blockLength), messageId, blockLength);
    const plaintext =
      unseal({ ...insider.protection, cipher: encryption }, iv, QM1.bytes)?.plaintext ?? new Uint8Array(0);
    const end = decodePayloads(nextPayload, plaintext).extents.at(-1);
    const padding = plaintext.slice((end?.offset ?? 0) + (end?.length ?? 0));
    assert.ok(padding.length < blockLength, `${encryption}: no more padding than is needed`);
    assert.deepEqual(padding, new Uint8Array(padding.length), encryption);
  }
});

test("padding of any content and length is understood (RFC 2409 App. B)", () => {
  const insider = Insider.ofNew();
  const { protection, blockLength, pair } = insider;
  for (const filler of [0x00, 0x01, 0xa5, 0xff])
    for (const blocks of [1, 2, 20]) {
      const messageId = 0x2000 + filler * 100 + blocks;
      const base = insider.first(
        "A",
        "Informational",
        [notification(36136, { spi: insider.ownSpi, data: u32Octets(messageId) })],
        messageId,
      );
      const iv = phase2Iv(protection.hash, lastOfPhase1(pair, blockLength), messageId, blockLength);
      const { plaintext } = unseal(protection, iv, base.bytes) ?? { plaintext: new Uint8Array(0) };
      const longer = concat(plaintext, new Uint8Array(blocks * blockLength).fill(filler));
      const body = encryptCbc(protection.cipher, protection.encryptionKey.reveal(), iv, longer);
      const header = base.bytes.slice(0, HEADER_LENGTH);
      header.set(u32Octets(HEADER_LENGTH + body.length), 24);
      const before = pair.events.B.filter(({ kind }) => kind === "notify-sent").length;
      pair.deliver({ from: "A", bytes: concat(header, body) });
      pair.settle();
      assert.equal(
        pair.events.B.filter(({ kind }) => kind === "notify-sent").length,
        before + 1,
        `${filler}`,
      );
    }
});

function lastOfPhase1(pair: IkePair, blockLength: number): Uint8Array {
  return (pair.wire[5]?.bytes ?? new Uint8Array(0)).slice(-blockLength);
}

test("reserved octets of a payload that are not zero discard the message (RFC 2408 §5.3)", () => {
  const pair = new IkePair();
  pair.network = (datagram, index) => {
    const bytes = datagram.bytes.slice();
    if (index === 0) bytes[HEADER_LENGTH + 1] = 1;
    return [{ ...datagram, bytes }];
  };
  pair.negotiate("A");
  assert.equal(pair.event("B", "message-dropped")?.reason, "malformed");
});

test("the SPI of a phase 1 proposal is without meaning, whatever its length (RFC 2408 §3.5)", () => {
  for (const length of [0, 1, 4, 8, 16]) {
    const spi = new Uint8Array(length).fill(3);
    const strange = (all: readonly Payload[]) =>
      all.map((one) =>
        one.kind === "SA" ? { ...one, proposals: one.proposals.map((p) => ({ ...p, spi })) } : one,
      );
    const pair = new IkePair();
    pair.network = (datagram, index) => {
      if (index > 0) return [];
      return [
        { ...datagram, bytes: encodeMessage(decodeHeader(datagram.bytes), strange(payloadsOf(datagram))) },
      ];
    };
    pair.negotiate("A");
    assert.equal(pair.event("B", "message-processed")?.step, "MM1", `${length} octets`);
  }
});

test("vendor ids that nobody knows are passed over in every message of phase 1 (RFC 2408 §3.16)", () => {
  for (const index of [0, 1, 2, 3])
    for (const vendorId of [new Uint8Array(0), Uint8Array.of(1), new Uint8Array(200).fill(9)])
      completed(withChanged(index, (all) => [...all, { kind: "VID", vendorId }]));
});

test("a request for a certificate changes neither the messages nor their number (RFC 2409 §5)", () => {
  for (const index of [2, 3]) {
    const request: Payload = { kind: "CERTREQ", certificateType: 4, authority: new Uint8Array(0) };
    const pair = completed(withChanged(index, (all) => [...all, request]));
    assert.equal(pair.wire.length, 9);
  }
});

test("payloads of a private type are passed over (RFC 2408 §3.1)", () => {
  const strange: Payload = { kind: "unknown", payloadType: 200, body: Uint8Array.of(1, 2, 3) };
  for (const index of [0, 1, 2, 3]) completed(withChanged(index, (all) => [...all, strange]));
});

test("a transform that nobody knows is passed over for the next one (RFC 2408 §5.6)", () => {
  const insider = Insider.ofNew();
  const { pair } = insider;
  pair.network = () => [];
  pair.negotiate("A");
  const QM1 = pair.wire.at(-1);
  assert.ok(QM1, "QM1");
  const offered = insider.openFirst(QM1).slice(1);
  const payloads = offered.map((one) => {
    if (one.kind !== "SA") return one;
    const [proposal] = one.proposals;
    const [transform] = proposal?.transforms ?? [];
    assert.ok(proposal && transform, "proposal && transform");
    const unknown = { ...transform, number: 1, id: 200 };
    return { ...one, proposals: [{ ...proposal, transforms: [unknown, { ...transform, number: 2 }] }] };
  });
  const start = pair.installed("B").length;
  pair.deliver(insider.first("A", "Quick Mode", payloads));
  pair.settle();
  assert.equal(pair.installed("B").length, start + 1);
});

test("proposals with numbers of their own are alternatives, of which the first that fits is answered alone", () => {
  const strong = {
    name: "strong",
    esp: { encryption: "aes-256", integrity: "sha256" },
    mode: "tunnel",
    origin: undefined,
  } as const;
  const plain = {
    name: "plain",
    esp: { encryption: "des", integrity: "md5" },
    mode: "tunnel",
    origin: undefined,
  } as const;
  const insider = Insider.ofNew(
    { changes: { transformSets: [strong, plain] } },
    { changes: { transformSets: [plain] } },
  );
  const [, , , , , , QM1, QM2] = insider.pair.wire;
  assert.ok(QM1 && QM2, "QM1 && QM2");
  const sa = insider.openSecond(QM1, QM2).find((payload) => payload.kind === "SA");
  assert.ok(sa?.kind === "SA", "sa?.kind === 'SA'");
  assert.deepEqual(
    sa.proposals.map(({ number, transforms }) => [number, transforms.length]),
    [[2, 1]],
  );
  assert.deepEqual(insider.pair.installed("A")[0]?.suite, { encryption: "des", integrity: "md5" });
});

test("an answer keeps the number of the transform that it takes (RFC 2408 §4.2)", () => {
  const others = [
    { ...SUITE, priority: 1, group: 5 },
    { ...SUITE, priority: 2, encryption: "aes-128" },
    { ...SUITE, priority: 3 },
  ] as const;
  const pair = completed(new IkePair({ changes: { suites: others } }));
  const answer = payloadsOf(pair.wire[1] ?? { from: "B", bytes: new Uint8Array(0) })[0];
  assert.ok(answer?.kind === "SA", "answer?.kind === 'SA'");
  assert.deepEqual(
    answer.proposals.map(({ transforms }) => transforms.map(({ number }) => number)),
    [[3]],
  );
});

test("an informational message has an IV of its own and leaves those of quick modes alone (RFC 2408 §4.8)", () => {
  const insider = Insider.ofNew();
  const { pair } = insider;
  const start = pair.installed("B").length;
  let sequenceNumber = 0;
  pair.network = (datagram) => {
    // Between any two messages of a quick mode, each end hears an informational message.
    if (datagram.bytes[18] !== QUICK_MODE) return [datagram];
    const ask = (from: "A" | "B"): Datagram =>
      insider.first(from, "Informational", [
        notification(36136, { spi: insider.ownSpi, data: u32Octets(++sequenceNumber) }),
      ]);
    return [ask("A"), ask("B"), datagram];
  };
  pair.negotiate("A");
  assert.equal(pair.installed("B").length, start + 2);
  assert.equal(pair.wire.filter(({ bytes }) => bytes[18] === INFORMATIONAL).length, 6);
});

test("several quick modes under one SA run side by side, each with IVs of its own (RFC 2409 §5.5)", () => {
  const pair = completed(new IkePair());
  const start = pair.installed("A").length;
  const held: Datagram[] = [];
  pair.network = (datagram) => {
    held.push(datagram);
    return [];
  };
  for (let line = 0; line < 5; line++)
    pair.negotiate("A", { ...SELECTOR, protocol: 17, localPorts: { low: 1000 + line, high: 1000 + line } });
  for (let round = 0; round < 3; round++) {
    // Each round's messages arrive in the order opposite to that of their sending.
    for (const datagram of held.splice(0).reverse()) pair.deliver(datagram);
    pair.settle();
  }
  assert.equal(pair.installed("A").length, start + 10);
  assert.equal(pair.installed("B").length, start + 10);
});

// ── RFC 2407 ───────────────────────────────────────────────────────────────────────────────────────────────────────

test("a phase 1 identity is limited to UDP 500 or to nothing, and nothing else authenticates (RFC 2407 §4.6.2)", () => {
  for (const [protocol, port, fits] of [
    [17, 500, true],
    [0, 0, true],
    [17, 0, true],
    [6, 500, false],
    [17, 501, false],
    [0, 500, false],
  ] as const) {
    const pair = new IkePair({ conventions: { ...IOS_CONVENTIONS, phase1Id: { protocol, port } } });
    pair.negotiate("A");
    assert.equal(pair.event("B", "peer-authenticated") !== undefined, fits, `${protocol}/${port}`);
  }
});

test("our identity is our address, or our host name as it is written, with UDP 500", () => {
  const pair = new IkePair({
    policy: { ...policyOf(A, B), identity: "hostname", hostname: "R1.Example.COM" },
  });
  completed(pair);
  assert.equal(pair.event("B", "peer-authenticated")?.identity, "R1.Example.COM");
  assert.equal(pair.event("A", "peer-authenticated")?.identity, B);
  assert.deepEqual(
    [pair.event("A", "identity-built")?.protocol, pair.event("A", "identity-built")?.port],
    [17, 500],
  );
});

test("a responder that keeps SAs for a shorter time says so beside its answer (RFC 2407 §4.5.4, §4.6.3.1)", () => {
  const insider = Insider.ofNew({}, { changes: { lifetimeSeconds: 600, lifetimeKilobytes: 5000 } });
  const [, , , , , , QM1, QM2] = insider.pair.wire;
  assert.ok(QM1 && QM2, "QM1 && QM2");
  const told = insider.openSecond(QM1, QM2).find((payload) => payload.kind === "NOTIFY");
  assert.ok(told?.kind === "NOTIFY", "told?.kind === 'NOTIFY'");
  assert.deepEqual([told.doi, told.protocolId, told.notifyType, told.spi.length], [1, 3, 24576, 4]);
  assert.equal(hex(told.data), hex(fromHex("80010001 80020258 80010002 00020004 00001388")));
  for (const { lifetimeSeconds, lifetimeKilobytes } of insider.pair.installed("A"))
    assert.deepEqual([lifetimeSeconds, lifetimeKilobytes], [600, 5000]);
});

test("attributes of an answer are those of the offer, lifetimes included (RFC 2409 §5)", () => {
  const insider = Insider.ofNew({}, { changes: { lifetimeSeconds: 600 } });
  const [, , , , , , QM1, QM2] = insider.pair.wire;
  assert.ok(QM1 && QM2, "QM1 && QM2");
  const attributesIn = (payloads: readonly Payload[]) => {
    const sa = payloads.find((payload) => payload.kind === "SA");
    return sa?.kind === "SA" ? sa.proposals[0]?.transforms[0]?.attributes : undefined;
  };
  assert.deepEqual(attributesIn(insider.openSecond(QM1, QM2)), attributesIn(insider.openFirst(QM1)));
});

// ── RFC 2409 ───────────────────────────────────────────────────────────────────────────────────────────────────────

test("phase 1 offers one SA payload with one proposal and a transform for each suite, the SA first (RFC 2409 §5)", () => {
  const suites = [
    SUITE,
    { ...SUITE, priority: 2, group: 2 } as const,
    { ...SUITE, priority: 3, group: 5 } as const,
  ];
  const pair = completed(new IkePair({ changes: { suites } }));
  const [first, ...rest] = payloadsOf(pair.wire[0] ?? { from: "A", bytes: new Uint8Array(0) });
  assert.ok(first?.kind === "SA", "first?.kind === 'SA'");
  assert.ok(
    rest.every(({ kind }) => kind !== "SA"),
    "rest.every(({ kind }) => kind !== 'SA')",
  );
  assert.deepEqual(
    first.proposals.map(({ number, transforms }) => [
      number,
      transforms.map((transform) => transform.number),
    ]),
    [[1, [1, 2, 3]]],
  );
});

test("public values have the length of the group's prime and nonces 8 to 256 octets (RFC 2409 §5)", () => {
  for (const id of [1, 2, 5, 14] as const satisfies readonly GroupId[]) {
    const changes = { suites: [{ ...SUITE, group: id }] };
    const pair = completed(new IkePair({ changes }, { changes }));
    for (const datagram of pair.wire.slice(2, 4))
      for (const payload of payloadsOf(datagram)) {
        if (payload.kind === "KE") assert.equal(payload.publicValue.length, group(id).publicLength);
        if (payload.kind === "NONCE")
          assert.ok(
            payload.data.length >= 8 && payload.data.length <= 256,
            "payload.data.length >= 8 && payload.data.length <= 256",
          );
      }
  }
});

test("main mode takes the pre-shared key of the peer's address, the closest one where several hold it (RFC 2409 §5.4)", () => {
  const key = (text: string, peer: PreSharedKey["peer"]): PreSharedKey => ({
    peer,
    key: new Secret(utf8(text)),
    origin: undefined,
  });
  const exact = key("exact", { kind: "address", block: host(B) });
  const byName = key("by name", { kind: "hostname", name: "r2.example.com" });
  const network = key("network", {
    kind: "address",
    block: blockOf(ipv4("172.16.0.0"), ipv4("255.255.0.0")),
  });
  const everybody = key("everybody", { kind: "address", block: blockOf(ipv4("0.0.0.0"), ipv4("0.0.0.0")) });
  const other = key("other", { kind: "address", block: host(A) });
  const hosts = new Map([["r2.example.com", [ipv4("10.0.0.1"), B]]]);
  const inOrder = [exact, byName, network, everybody];
  for (let from = 0; from < inOrder.length; from++)
    for (const keys of [inOrder.slice(from), inOrder.slice(from).reverse()]) {
      const policy = { ...policyOf(A, B), hosts, preSharedKeys: [other, ...keys] };
      assert.equal(findPreSharedKey(policy, B), inOrder[from]);
    }
  const policy = { ...policyOf(A, B), preSharedKeys: [other, byName] };
  assert.equal(findPreSharedKey(policy, B), undefined, "a name without an address is nobody's");
});

test("quick mode begins with HASH and SA and names both ends' traffic, the initiator's first (RFC 2409 §5.5)", () => {
  const insider = Insider.ofNew({ changes: { pfsGroup: 2 } }, { changes: { pfsGroup: 2 } });
  const [, , , , , , QM1, QM2] = insider.pair.wire;
  assert.ok(QM1 && QM2, "QM1 && QM2");
  const kinds = (payloads: readonly Payload[]): string[] => payloads.map(({ kind }) => kind);
  assert.deepEqual(kinds(insider.openFirst(QM1)), ["HASH", "SA", "NONCE", "KE", "ID", "ID"]);
  assert.deepEqual(kinds(insider.openSecond(QM1, QM2)).slice(0, 6), [
    "HASH",
    "SA",
    "NONCE",
    "KE",
    "ID",
    "ID",
  ]);
  const ids = (payloads: readonly Payload[]) =>
    payloads.flatMap((payload) => (payload.kind === "ID" ? [hex(payload.data)] : []));
  assert.deepEqual(ids(insider.openFirst(QM1)), ["0a010100ffffff00", "0a010200ffffff00"]);
  assert.deepEqual(ids(insider.openSecond(QM1, QM2)), ids(insider.openFirst(QM1)));
});

test("a quick mode without identities is for the two peers themselves (RFC 2409 §5.5)", () => {
  const selector = { ...SELECTOR, local: host(A), remote: host(B) };
  const own = { ...SELECTOR, local: host(B), remote: host(A) };
  const insider = Insider.ofNew({ changes: { selector } }, { changes: { selector: own } });
  const { pair } = insider;
  // What A wants is not what B permits; what goes out then is kept as a form.
  pair.network = () => [];
  pair.negotiate("A", selector);
  const QM1 = pair.wire.at(-1);
  assert.ok(QM1, "QM1");
  const bare = insider
    .openFirst(QM1)
    .slice(1)
    .filter(({ kind }) => kind !== "ID");
  const start = pair.outputs.B.length;
  pair.deliver(insider.first("A", "Quick Mode", bare));
  pair.settle();
  const [installed] = pair.outputs.B.slice(start).flatMap((output) =>
    output.kind === "install-sa" ? [output.sa] : [],
  );
  assert.deepEqual(installed?.selector, own);
});

test("part of what an access list line permits may be negotiated, and the pair is for this part alone", () => {
  const part = {
    ...SELECTOR,
    protocol: 6,
    local: host(ipv4("10.1.1.5")),
    remotePorts: { low: 80, high: 80 },
  };
  const pair = new IkePair();
  pair.negotiate("A", part);
  assert.deepEqual(pair.installed("A")[0]?.selector, part);
  assert.deepEqual(pair.installed("B")[0]?.selector.remote, host(ipv4("10.1.1.5")));
  assert.equal(pair.installed("B")[0]?.selector.protocol, 6);
});

test("of several crypto map entries with a peer, the first that permits the proposal answers it", () => {
  const base = policyOf(B, A);
  const [connection] = base.connections;
  assert.ok(connection, "connection");
  const [line] = connection.selectors;
  assert.ok(line, "line");
  const elsewhere = { ...line, selector: { ...line.selector, remote: host(ipv4("192.0.2.1")) } };
  const wide = { ...line, selector: { ...line.selector, remote: blockOf(ipv4("0.0.0.0"), ipv4("0.0.0.0")) } };
  const connections = [
    { ...connection, id: "another peer", peers: [ipv4("192.0.2.9")] },
    { ...connection, id: "another address", localAddress: ipv4("192.0.2.8") },
    { ...connection, id: "other traffic", selectors: [elsewhere] },
    { ...connection, id: "first", selectors: [elsewhere, wide] },
    { ...connection, id: "second" },
  ];
  const pair = completed(new IkePair({}, { policy: { ...base, connections } }));
  assert.equal(pair.installed("B")[0]?.connectionId, "first");
});

test("each direction of a pair has an SPI and keys of its own, chosen by its receiver (RFC 2409 §5.5)", () => {
  const pair = completed(new IkePair());
  const [inbound, outbound] = pair.installed("A");
  assert.ok(inbound && outbound, "inbound && outbound");
  assert.notEqual(inbound.spi, outbound.spi);
  assert.deepEqual([inbound.pairSpi, outbound.pairSpi], [outbound.spi, inbound.spi]);
  assert.notEqual(hex(inbound.encryptionKey.reveal()), hex(outbound.encryptionKey.reveal()));
  assert.deepEqual(pair.event("B", "spi-allocated")?.spis, [outbound.spi]);
});

test("INITIAL-CONTACT names both cookies, has no data and goes out under encryption alone (RFC 2407 §4.6.3.3)", () => {
  const insider = Insider.ofNew();
  const { pair, protection, cookies } = insider;
  const [, , MM3, MM4, MM5] = pair.wire;
  assert.ok(MM3 && MM4 && MM5, "MM3 && MM4 && MM5");
  for (const datagram of pair.wire.slice(0, 4))
    assert.ok(
      payloadsOf(datagram).every(({ kind }) => kind !== "NOTIFY"),
      "payloadsOf(datagram).every(({ kind }) => kind !== 'NOTIFY')",
    );
  // MM5's IV is not needed for its later blocks.
  const opened = unseal(protection, new Uint8Array(insider.blockLength), MM5.bytes);
  const text = hex(opened?.plaintext ?? new Uint8Array(0));
  const notify = `0000001c0000000101106002${hex(cookies.initiatorCookie)}${hex(cookies.responderCookie)}`;
  assert.ok(text.includes(notify), "text.includes(notify)");
});

test("a second phase 1 with a peer that we have an SA with says no INITIAL-CONTACT", () => {
  const pair = completed(new IkePair({ limits: { exchangesPerSaMax: 1 } }));
  const start = pair.events.B.filter(({ kind }) => kind === "initial-contact-received").length;
  const pass = pair.network;
  pair.network = (datagram) => (datagram.bytes[18] === QUICK_MODE ? [] : pass(datagram, 0));
  pair.negotiate("A", { ...SELECTOR, protocol: 6 });
  pair.negotiate("A", { ...SELECTOR, protocol: 17 });
  assert.equal(pair.engines.A.view().isakmpSas.length, 2);
  assert.equal(pair.events.B.filter(({ kind }) => kind === "initial-contact-received").length, start);
});

test("cookies are not what was used before, even after a restart", () => {
  const first = completed(new IkePair());
  const second = completed(
    new IkePair({ random: seededRandom("A again") }, { random: seededRandom("B again") }),
  );
  const cookies = (pair: IkePair) => pair.wire[5]?.bytes.slice(0, 16) ?? new Uint8Array(0);
  assert.notEqual(hex(cookies(first)), hex(cookies(second)));
  assert.ok(!isZero(cookies(second)), "!isZero(cookies(second))");
});

test("a number in more octets than it needs is the same number (RFC 2408 §3.3)", () => {
  const pair = withChanged(0, (all) =>
    all.map((one) =>
      one.kind !== "SA"
        ? one
        : {
            ...one,
            proposals: one.proposals.map((p) => ({
              ...p,
              transforms: p.transforms.map((t) => ({
                ...t,
                attributes: t.attributes.map((a) =>
                  a.type === 12 ? { ...a, value: concat(new Uint8Array(2), a.value) } : a,
                ),
              })),
            })),
          },
    ),
  );
  pair.negotiate("A");
  assert.equal(pair.event("B", "message-processed")?.step, "MM1");
});

test("a refusal in clear is about ISAKMP and says no more than its type (RFC 2408 §3.14)", () => {
  const pair = new IkePair({ changes: { suites: [{ ...SUITE, hash: "md5" }] } });
  pair.negotiate("A");
  const refusal = pair.wire.find(({ from, bytes }) => from === "B" && bytes[18] === INFORMATIONAL);
  assert.ok(refusal !== undefined, "B refuses");
  const [notify, ...more] = payloadsOf(refusal);
  assert.ok(notify?.kind === "NOTIFY", "by a notification");
  assert.deepEqual([notify.protocolId, notify.notifyType, notify.data.length, more.length], [1, 14, 0, 0]);
});

test("a Delete may name several SAs of its protocol (RFC 2408 §3.15)", () => {
  const insider = Insider.ofNew();
  const spis = ["00001001", "00001002", "00001003"].map(fromHex);
  const before = insider.pair.outputs.B.length;
  insider.inform("A", { kind: "DELETE", doi: 1, protocolId: 3, spiSize: 4, spis });
  const removed = insider.pair.outputs.B.slice(before).flatMap((output) =>
    output.kind === "remove-ipsec-sa" ? [output.spi] : [],
  );
  assert.deepEqual(removed, [0x1001, 0x1002, 0x1003]);
});

test("REPLAY-STATUS beside an answer is taken and changes nothing (RFC 2407 §4.6.3.2)", () => {
  for (const status of [0, 1]) {
    const insider = Insider.ofNew();
    const { pair } = insider;
    const start = pair.wire.length;
    pair.network = (datagram) => (datagram.from === "A" ? [datagram] : []);
    pair.negotiate("A");
    const [QM1, QM2] = pair.wire.slice(start);
    assert.ok(QM1 !== undefined && QM2 !== undefined, "both were said");
    const told = notification(24577, { protocolId: 3, spi: fromHex("00001000"), data: u32Octets(status) });
    pair.deliver(insider.answer(QM1, QM2, (all) => [...all, told]));
    pair.settle();
    assert.equal(pair.installed("A").length, 4, `the second pair too, with ${status}`);
  }
});

test("a quick mode for several SAs at once is dropped, and the ISAKMP SA stays", () => {
  const insider = Insider.ofNew();
  const { pair } = insider;
  pair.network = () => [];
  pair.negotiate("A");
  const QM1 = pair.wire.at(-1);
  assert.ok(QM1 !== undefined, "it was said");
  const payloads = insider.openFirst(QM1).slice(1);
  const [SA] = payloads;
  assert.ok(SA?.kind === "SA", "SA comes first");
  pair.deliver(insider.first("A", "Quick Mode", [SA, ...payloads]));
  pair.settle();
  assert.match(pair.events.B.findLast(isDropped)?.detail ?? "", /2 SA payloads where one is expected/);
  assert.equal(pair.engines.B.view().isakmpSas[0]?.state, "QM_IDLE");
});

function isDropped(event: IkeEvent): event is Extract<IkeEvent, { kind: "message-dropped" }> {
  return event.kind === "message-dropped";
}
