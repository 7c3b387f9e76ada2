/** NAT traversal in main mode and quick mode (RFC 3947). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, IkePair, NAT, policyOf } from "../../test/support/ike-pair.ts";
import { hex } from "../base/octets.ts";
import { decodeHeader, HEADER_LENGTH } from "../isakmp/header.ts";
import { encodeMessage } from "../isakmp/message.ts";
import { decodePayloads } from "../isakmp/payload-chain.ts";
import { recogniseVendorId } from "../isakmp/vendor-ids.ts";
import { type IpAddress, ipv4Octets } from "../net/ip-address.ts";
import { host } from "../net/selector.ts";
import { natDiscoveryHash } from "./keying.ts";
import { NAT_TRAVERSING_CONVENTIONS } from "./wire-conventions.ts";

const conventions = NAT_TRAVERSING_CONVENTIONS;

/** B expects its peer at the NAT's address. */
function nattedPair(ofA = conventions, ofB = conventions): IkePair {
  const base = policyOf(B, A);
  const [key] = base.preSharedKeys;
  assert.ok(key);
  const policy = {
    ...base,
    preSharedKeys: [{ ...key, peer: { kind: "address", block: host(NAT) } as const }],
    connections: base.connections.map((connection) => ({ ...connection, peers: [NAT] })),
  };
  const pair = new IkePair({ conventions: ofA }, { conventions: ofB, policy });
  pair.isNatted = true;
  return pair;
}

test("without a NAT both ends find none, stay on port 500 and negotiate a plain tunnel", () => {
  const pair = new IkePair({ conventions }, { conventions });
  pair.negotiate("A");
  assert.ok(
    pair.wire.every(({ sourcePort, destinationPort }) => sourcePort === 500 && destinationPort === 500),
  );
  assert.equal(pair.installed("A")[0]?.udpEncapsulation, undefined);
  assert.equal(pair.installed("B").length, 2);
});

test("behind a NAT the initiator changes to port 4500 with its fifth message and both ends put ESP into UDP", () => {
  const pair = nattedPair();
  pair.negotiate("A");
  assert.deepEqual(
    pair.wire.map(({ from, sourcePort, destinationPort }) => `${from} ${sourcePort} ${destinationPort}`),
    [
      "A 500 500",
      "B 500 1500",
      "A 500 500",
      "B 500 1500",
      "A 4500 4500",
      "B 4500 5500",
      "A 4500 4500",
      "B 4500 5500",
      "A 4500 4500",
    ],
  );
  assert.deepEqual(pair.installed("A")[1]?.udpEncapsulation, { localPort: 4500, remotePort: 4500 });
  assert.deepEqual(pair.installed("B")[1]?.udpEncapsulation, { localPort: 4500, remotePort: 5500 });
  assert.equal(pair.installed("B")[0]?.peer, NAT);
  assert.equal(
    hex(pair.installed("A")[0]?.encryptionKey.reveal() ?? new Uint8Array()),
    hex(pair.installed("B")[1]?.encryptionKey.reveal() ?? new Uint8Array(1)),
  );
});

test("where the NAT is, and where the peer moves to, is told", () => {
  const pair = nattedPair();
  pair.negotiate("A");
  const told = (of: "A" | "B") =>
    pair.events[of].flatMap((event): unknown[] => {
      if (event.kind === "nat-discovered")
        return [[event.method, event.payloadType, event.localBehindNat, event.remoteBehindNat]];
      if (event.kind !== "peer-moved") return [];
      return [[event.from.remote, event.sa.local.port, event.sa.remote]];
    });
  assert.deepEqual(told("A"), [
    ["RFC 3947", 20, true, false],
    [{ address: B, port: 500 }, 4500, { address: B, port: 4500 }],
  ]);
  assert.deepEqual(told("B"), [
    ["RFC 3947", 20, false, true],
    [{ address: NAT, port: 1500 }, 4500, { address: NAT, port: 5500 }],
  ]);
});

test("whoever is behind the NAT keeps its mapping alive, the other end does not", () => {
  const pair = nattedPair();
  pair.negotiate("A");
  pair.runUntil(65_000);
  const keepalives = (of: "A" | "B"): number =>
    pair.outputs[of].filter(({ kind }) => kind === "send-keepalive").length;
  assert.equal(keepalives("A"), 3);
  assert.equal(keepalives("B"), 0);
});

test("a peer that cannot traverse NATs is negotiated with as if there were none", () => {
  const pair = new IkePair({ conventions }, {});
  pair.negotiate("A");
  assert.equal(pair.installed("A").length, 2);
  assert.equal(pair.installed("A")[0]?.udpEncapsulation, undefined);
});

test("the vendor ID of RFC 3947 is in the first two messages and in no other (RFC 3947 §3.1)", () => {
  const pair = new IkePair({ conventions }, { conventions });
  pair.negotiate("A");
  const having = pair.wire.slice(0, 4).map(({ bytes }) => {
    const { payloads } = decodePayloads(decodeHeader(bytes).nextPayload, bytes.subarray(HEADER_LENGTH));
    return payloads.some(
      (payload) => payload.kind === "VID" && recogniseVendorId(payload.vendorId)?.name === "RFC 3947",
    );
  });
  assert.deepEqual(having, [true, true, false, false]);
});

test("a copy of a message of phase 1 that comes late on port 500 moves nothing back there (RFC 3947 §4)", () => {
  const pair = nattedPair();
  pair.negotiate("A");
  const ends = () =>
    (["A", "B"] as const).map((of) => pair.engines[of].view().isakmpSas.map(({ sa, state }) => [sa, state]));
  const before = ends();
  const installed = pair.installed("B").length;
  const sent = pair.wire.length;
  for (const datagram of pair.wire.slice(0, 4)) {
    pair.deliver(datagram);
    pair.settle();
  }
  assert.deepEqual(ends(), before);
  // Its cookie tells the first message from the beginning of another negotiation.
  assert.equal(pair.engines.B.view().halfOpen, 0);
  assert.equal(pair.wire.length, sent);
  pair.negotiate("A");
  assert.ok(pair.installed("B").length > installed, "both still understand each other");
});

test("no crypto ipsec nat-transparency keeps the vendor IDs out", () => {
  const policy = { ...policyOf(A, B), natTransparency: false };
  const pair = new IkePair({ conventions, policy }, { conventions });
  pair.negotiate("A");
  const names = pair.events.B.flatMap((event) =>
    event.kind === "vendor-id-received" ? [recogniseVendorId(event.vendorId)?.name] : [],
  );
  assert.ok(!names.includes("RFC 3947"));
  assert.equal(pair.installed("A").length, 2);
});

test("a forged message from elsewhere does not move an SA; an authentic one does", () => {
  const pair = nattedPair();
  pair.negotiate("A");
  const elsewhere = { address: B, port: 4500 };
  const at = (): string => `${pair.engines.B.view().isakmpSas[0]?.sa.remote.port}`;
  const last = pair.wire.at(-1);
  assert.ok(last);
  const forged = last.bytes.slice();
  forged[20] = (forged[20] ?? 0) ^ 1;
  pair.engines.B.handle(pair.now, {
    kind: "datagram",
    local: elsewhere,
    remote: { address: NAT, port: 7777 },
    bytes: forged,
  });
  assert.equal(at(), "5500");
  // A's next quick mode comes through another mapping.
  pair.network = (datagram) => (datagram.from === "A" ? [{ ...datagram, sourcePort: 4600 }] : [datagram]);
  pair.negotiate("A");
  assert.equal(at(), "5600");
});

test("ESP that shows the peer elsewhere moves the ISAKMP SA, and an IKE message that does moves ESP", () => {
  const pair = nattedPair();
  pair.negotiate("A");
  const from = { address: NAT, port: 5500 };
  const to = { address: NAT, port: 7777 };
  const start = pair.outputs.B.length;
  pair.input("B", { kind: "peer-moved", localAddress: B, from, to });
  assert.deepEqual(pair.engines.B.view().isakmpSas[0]?.sa.remote, to);
  // The next message of A comes from where it was all the time.
  pair.negotiate("A");
  assert.deepEqual(pair.engines.B.view().isakmpSas[0]?.sa.remote, from);
  const moves = pair.outputs.B.slice(start).filter((output) => output.kind === "peer-moved");
  assert.deepEqual(moves, [
    { kind: "peer-moved", localAddress: B, from, to },
    { kind: "peer-moved", localAddress: B, from: to, to: from },
  ]);
  assert.equal(
    pair.installed("B").every(({ peerMayMove }) => peerMayMove),
    true,
  );
});

test("who is behind the NAT itself does not follow (RFC 3947 §7)", () => {
  const pair = nattedPair();
  pair.negotiate("A");
  const from = { address: B, port: 4500 };
  pair.input("A", { kind: "peer-moved", localAddress: A, from, to: { address: NAT, port: 4500 } });
  assert.deepEqual(pair.engines.A.view().isakmpSas[0]?.sa.remote, from);
  assert.equal(
    pair.installed("A").some(({ peerMayMove }) => peerMayMove),
    false,
  );
});

test("the end outside renews phase 1 on port 4500, through the mapping of the end that has begun", () => {
  const pair = nattedPair({ ...conventions, renewPhase1: false }, conventions);
  pair.negotiate("A");
  const before = pair.wire.length;
  pair.runUntil(86_400_000 - 10_000);
  const renewal = pair.wire.slice(before).filter(({ from }) => from === "B");
  assert.ok(renewal.length >= 3, `${renewal.length} messages of phase 1`);
  assert.ok(
    renewal.every(({ sourcePort, destinationPort }) => sourcePort === 4500 && destinationPort === 5500),
  );
  pair.runUntil(86_400_000 + 10_000);
  const [sa, ...others] = pair.engines.B.view().isakmpSas;
  assert.deepEqual([sa?.sa.role, sa?.sa.remote.port, others.length], ["initiator", 5500, 0]);
  assert.equal(pair.engines.A.view().isakmpSas.length, 1);
});

test("who forges the hashes of addresses makes both ends use port 4500, and nothing worse", () => {
  const pair = new IkePair({ conventions }, { conventions });
  pair.network = (datagram, index) => {
    if (index !== 2 && index !== 3) return [datagram];
    const header = decodeHeader(datagram.bytes);
    const forged = decodePayloads(header.nextPayload, datagram.bytes.subarray(HEADER_LENGTH)).payloads.map(
      (payload) => (payload.kind === "NAT-D" ? { ...payload, hash: new Uint8Array(20) } : payload),
    );
    return [{ ...datagram, bytes: encodeMessage(header, forged) }];
  };
  pair.negotiate("A");
  for (const end of ["A", "B"] as const) {
    assert.equal(pair.event(end, "isakmp-sa-established")?.kind, "isakmp-sa-established", end);
    assert.deepEqual(pair.installed(end)[0]?.udpEncapsulation, { localPort: 4500, remotePort: 4500 }, end);
    assert.equal(pair.installed(end)[0]?.peer, end === "A" ? B : A, end);
  }
});

test("the first of the hashes of addresses is about the other end, the second about one's own (RFC 3947 §3.2)", () => {
  const pair = new IkePair({ conventions }, { conventions });
  pair.negotiate("A");
  for (const [index, remote, own] of [
    [2, B, A],
    [3, A, B],
  ] as const) {
    const bytes = pair.wire[index]?.bytes ?? new Uint8Array(0);
    const { nextPayload, initiatorCookie, responderCookie } = decodeHeader(bytes);
    const { payloads } = decodePayloads(nextPayload, bytes.subarray(HEADER_LENGTH));
    const of = (address: IpAddress) =>
      hex(natDiscoveryHash("sha1", initiatorCookie, responderCookie, ipv4Octets(address), 500));
    assert.deepEqual(
      payloads.flatMap((payload) => (payload.kind === "NAT-D" ? [hex(payload.hash)] : [])),
      [of(remote), of(own)],
    );
  }
});

test("through a NAT a phase 1 identity names no port (RFC 3947 §4)", () => {
  const pair = nattedPair();
  pair.negotiate("A");
  for (const end of ["A", "B"] as const) assert.equal(pair.event(end, "identity-built")?.port, 0, end);
});
