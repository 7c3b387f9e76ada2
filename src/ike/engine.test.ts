import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, IkePair, SELECTOR, SUITE, seededRandom, TRANSFORM_SET } from "../../test/support/ike-pair.ts";
import { hex } from "../base/octets.ts";
import { ipv4 } from "../net/ip-address.ts";
import { blockOf } from "../net/selector.ts";

function sameKeys(pair: IkePair): void {
  const [aIn, aOut] = pair.installed("A").slice(-2);
  const [bIn, bOut] = pair.installed("B").slice(-2);
  assert.ok(aIn && aOut && bIn && bOut, "two SAs at each end");
  assert.deepEqual(
    [aIn.direction, aOut.direction, bIn.direction, bOut.direction],
    ["inbound", "outbound", "inbound", "outbound"],
  );
  assert.equal(aIn.spi, bOut.spi);
  assert.equal(aOut.spi, bIn.spi);
  assert.equal(hex(aIn.encryptionKey.reveal()), hex(bOut.encryptionKey.reveal()));
  assert.equal(hex(aOut.encryptionKey.reveal()), hex(bIn.encryptionKey.reveal()));
  assert.equal(hex(aIn.integrityKey.reveal()), hex(bOut.integrityKey.reveal()));
  assert.notEqual(hex(aIn.encryptionKey.reveal()), hex(aOut.encryptionKey.reveal()));
}

test("two routers of the case study agree on keys in nine messages", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  assert.equal(pair.wire.length, 9);
  sameKeys(pair);
  assert.equal(pair.engines.A.view().isakmpSas[0]?.state, "QM_IDLE");
  assert.equal(pair.engines.B.view().isakmpSas[0]?.state, "QM_IDLE");
});

test("with PFS both ends mix a second Diffie-Hellman secret in", () => {
  const pair = new IkePair({ changes: { pfsGroup: 2 } }, { changes: { pfsGroup: 2 } });
  pair.negotiate("A");
  sameKeys(pair);
  assert.equal(pair.event("B", "ipsec-sas-created")?.negotiated.pfsGroup, 2);
});

test("a second request under an established phase 1 costs three messages", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  pair.negotiate("A");
  assert.equal(pair.wire.length, 12);
});

test("the events of an undisturbed negotiation come in the order of IOS's debug", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  const said = (of: "A" | "B"): string[] =>
    pair.events[of].map((event) => {
      if (
        event.kind === "message-sent" ||
        event.kind === "message-received" ||
        event.kind === "message-processed"
      )
        return `${event.kind} ${event.step}`;
      if (event.kind === "payload-processing") return `processing ${event.payload}`;
      return event.kind;
    });
  assert.deepEqual(said("A"), [
    "negotiation-requested",
    "phase1-started",
    "message-sent MM1",
    "message-received MM2",
    "processing SA",
    "pre-shared-key-found",
    "isakmp-transform-checked",
    "message-processed MM2",
    "job-started",
    "job-finished",
    "message-sent MM3",
    "message-received MM4",
    "processing KE",
    "processing NONCE",
    "pre-shared-key-found",
    "job-started",
    "job-finished",
    "skeyid-generated",
    "vendor-id-received",
    "vendor-id-received",
    "vendor-id-received",
    "vendor-id-received",
    "message-processed MM4",
    "identity-built",
    "message-sent MM5",
    "message-received MM6",
    "processing ID",
    "processing HASH",
    "peer-authenticated",
    "message-processed MM6",
    "isakmp-sa-established",
    "quick-mode-started",
    "message-sent QM1",
    "message-received QM2",
    "processing HASH",
    "processing SA",
    "ipsec-transform-checked",
    "ipsec-proposal-validated",
    "processing NONCE",
    "processing ID",
    "processing ID",
    "ipsec-sas-created",
    "message-sent QM3",
    "exchange-finished",
  ]);
  assert.deepEqual(said("B"), [
    "message-received MM1",
    "phase1-started",
    "processing SA",
    "pre-shared-key-found",
    "isakmp-transform-checked",
    "message-processed MM1",
    "message-sent MM2",
    "message-received MM3",
    "processing KE",
    "processing NONCE",
    "pre-shared-key-found",
    "job-started",
    "job-finished",
    "skeyid-generated",
    "vendor-id-received",
    "vendor-id-received",
    "vendor-id-received",
    "vendor-id-received",
    "message-processed MM3",
    "message-sent MM4",
    "message-received MM5",
    "processing ID",
    "processing HASH",
    "peer-authenticated",
    "message-processed MM5",
    "identity-built",
    "message-sent MM6",
    "isakmp-sa-established",
    "initial-contact-received",
    "message-received QM1",
    "quick-mode-started",
    "processing HASH",
    "processing SA",
    "ipsec-transform-checked",
    "ipsec-proposal-validated",
    "processing NONCE",
    "processing ID",
    "processing ID",
    "spi-allocated",
    "message-sent QM2",
    "message-received QM3",
    "ipsec-sas-created",
    "exchange-finished",
  ]);
});

test("any one lost message is made up for by retransmission", () => {
  for (let lost = 0; lost < 9; lost++) {
    const pair = new IkePair();
    pair.network = (datagram, index) => (index === lost ? [] : [datagram]);
    pair.negotiate("A");
    pair.runUntil(30_000);
    sameKeys(pair);
    assert.equal(pair.event("A", "negotiation-failed"), undefined, `message ${lost + 1}`);
    assert.equal(pair.event("B", "negotiation-failed"), undefined, `message ${lost + 1}`);
  }
});

test("any message that arrives twice changes nothing", () => {
  for (let doubled = 0; doubled < 9; doubled++) {
    const pair = new IkePair();
    pair.network = (datagram, index) => (index === doubled ? [datagram, datagram] : [datagram]);
    pair.negotiate("A");
    pair.runUntil(30_000);
    sameKeys(pair);
    assert.equal(pair.installed("A").length, 2, `message ${doubled + 1}`);
    assert.equal(pair.installed("B").length, 2, `message ${doubled + 1}`);
  }
});

test("a copy damaged in its last octet, before or after the true message, does not stop a negotiation", () => {
  for (let damaged = 0; damaged < 9; damaged++)
    for (const order of ["before", "after"] as const) {
      const pair = new IkePair();
      pair.network = (datagram, index) => {
        if (index !== damaged) return [datagram];
        const bytes = datagram.bytes.slice();
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        const copy = { ...datagram, bytes };
        return order === "before" ? [copy, datagram] : [datagram, copy];
      };
      pair.negotiate("A");
      pair.runUntil(200_000);
      const failed = pair.event("A", "negotiation-failed");
      // A damaged public value or offer in clear is believed, as nothing authenticates it: a new exchange heals that.
      if (failed !== undefined && damaged < 4) pair.negotiate("A");
      pair.runUntil(400_000);
      sameKeys(pair);
    }
});

test("without an answer the initiator repeats its message five times, further and further apart, then fails", () => {
  const pair = new IkePair();
  const times: number[] = [];
  pair.network = () => {
    times.push(pair.now);
    return [];
  };
  pair.negotiate("A");
  pair.runUntil(600_000);
  assert.deepEqual(times, [0, 2000, 6000, 14000, 30000, 46000]);
  assert.equal(pair.event("A", "negotiation-failed")?.reason, "no response");
  assert.equal(pair.engines.A.view().isakmpSas.length, 0);
  assert.ok(pair.outputs.A.some((output) => output.kind === "negotiation-failed"));
});

test("different pre-shared keys: each end names its own line", () => {
  const pair = new IkePair({}, { changes: { key: "another" } });
  pair.negotiate("A");
  const atB = pair.event("B", "negotiation-failed");
  assert.equal(atB?.reason, "wrong pre-shared key");
  assert.match(atB?.explanation ?? "", /pre-shared key differs from ours \(test\.cfg:7/);
  pair.runUntil(120_000);
  assert.match(
    pair.event("A", "negotiation-failed")?.explanation ?? "",
    /most likely its pre-shared key differs from ours/,
  );
  assert.equal(pair.installed("A").length + pair.installed("B").length, 0);
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
});

test("no common ISAKMP policy: the responder names the attribute and its line, the initiator what it heard", () => {
  const pair = new IkePair({}, { changes: { suites: [{ ...SUITE, group: 2 }] } });
  pair.negotiate("A");
  const atB = pair.event("B", "negotiation-failed");
  assert.equal(atB?.reason, "no proposal chosen");
  assert.deepEqual(
    atB?.mismatches.map(({ attribute, offered, accepted }) => ({ attribute, offered, accepted })),
    [{ attribute: "group", offered: "group 1", accepted: "group 2" }],
  );
  assert.match(
    atB?.explanation ?? "",
    /policy 1 \(test\.cfg:3 "crypto isakmp policy 1"\): Diffie-Hellman group: the peer offers group 1, we accept group 2/,
  );
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
  pair.runUntil(120_000);
  assert.match(pair.event("A", "negotiation-failed")?.explanation ?? "", /NO-PROPOSAL-CHOSEN/);
});

test("a responder takes an offer whose lifetime is longer than its own, tells its own, and refuses a shorter one", () => {
  const longer = new IkePair({}, { changes: { suites: [{ ...SUITE, lifetimeSeconds: 300 }] } });
  longer.negotiate("A");
  sameKeys(longer);
  assert.equal(longer.event("B", "isakmp-sa-established")?.lifetimeSeconds, 300);
  assert.equal(longer.event("B", "notify-sent")?.notifyType, 24576);
  const shorter = new IkePair({ changes: { suites: [{ ...SUITE, lifetimeSeconds: 300 }] } });
  shorter.negotiate("A");
  assert.equal(shorter.event("B", "negotiation-failed")?.mismatches[0]?.attribute, "lifetime");
});

test("quick mode takes the lower lifetimes of both ends", () => {
  const pair = new IkePair({}, { changes: { lifetimeSeconds: 600, lifetimeKilobytes: 100000 } });
  pair.negotiate("A");
  sameKeys(pair);
  for (const sa of [...pair.installed("A"), ...pair.installed("B")]) {
    assert.equal(sa.lifetimeSeconds, 600);
    assert.equal(sa.lifetimeKilobytes, 100000);
  }
});

test("no common transform set: the responder explains, the initiator hears it under protection and gives up at once", () => {
  const pair = new IkePair(
    {},
    { changes: { transformSets: [{ ...TRANSFORM_SET, esp: { encryption: "aes-128", integrity: "sha1" } }] } },
  );
  pair.negotiate("A");
  assert.match(pair.event("B", "negotiation-failed")?.explanation ?? "", /transform set myset \(test\.cfg:9/);
  assert.equal(pair.event("A", "negotiation-failed")?.reason, "peer refused");
  assert.equal(pair.engines.A.view().isakmpSas[0]?.state, "QM_IDLE");
});

test("proxy identities that no access list line covers are refused with the line", () => {
  const pair = new IkePair();
  pair.negotiate("A", { ...SELECTOR, remote: blockOf(ipv4("10.9.0.0"), ipv4("255.255.0.0")) });
  const failed = pair.event("B", "negotiation-failed");
  assert.equal(failed?.reason, "proxy mismatch");
  assert.equal(failed?.origin?.line, 20);
  assert.equal(pair.installed("B").length, 0);
});

test("a replayed first quick mode message makes no second SA", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  const QM1 = pair.wire[6];
  assert.ok(QM1);
  pair.runUntil(120_000);
  pair.deliver(QM1);
  pair.settle();
  assert.equal(pair.installed("B").length, 2);
  assert.ok(pair.events.B.some((event) => event.kind === "message-dropped" && event.reason === "replayed"));
});

test("both ends that begin at the same time end with keys they share", () => {
  const pair = new IkePair();
  const held: Parameters<IkePair["deliver"]>[0][] = [];
  pair.network = (datagram) => {
    held.push(datagram);
    return [];
  };
  pair.negotiate("A");
  pair.negotiate("B");
  pair.network = (datagram) => [datagram];
  for (const datagram of held) pair.deliver(datagram);
  pair.settle();
  assert.equal(pair.installed("A").length, 4);
  assert.equal(pair.installed("B").length, 4);
  for (const sa of pair.installed("A")) {
    const other = pair.installed("B").find((candidate) => candidate.spi === sa.spi);
    assert.equal(hex(sa.encryptionKey.reveal()), hex(other?.encryptionKey.reveal() ?? new Uint8Array()));
  }
});

test("clearing ISAKMP SAs tells the peer, which forgets them too", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  pair.input("A", { kind: "clear-isakmp-sas" });
  assert.equal(pair.engines.A.view().isakmpSas.length, 0);
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
  assert.equal(pair.event("B", "isakmp-sa-deleted")?.reason, "peer deleted");
});

test("a removed pair is deleted at the peer under the ISAKMP SA", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  const spi = pair.installed("A")[0]?.spi ?? 0;
  pair.input("A", {
    kind: "ipsec-sa-removed",
    peer: "172.16.172.20" as never,
    localAddress: "172.16.172.10" as never,
    inbound: [{ protocol: "esp", spi }],
  });
  const removal = pair.outputs.B.find((output) => output.kind === "remove-ipsec-sa");
  assert.equal(removal?.kind === "remove-ipsec-sa" ? removal.spi : undefined, spi);
});

test("an ISAKMP SA ends with its lifetime and is deleted at the peer", () => {
  const pair = new IkePair(
    { changes: { suites: [{ ...SUITE, lifetimeSeconds: 300 }] } },
    { changes: { suites: [{ ...SUITE, lifetimeSeconds: 300 }] } },
  );
  pair.negotiate("A");
  pair.runUntil(299_000);
  assert.equal(pair.engines.A.view().isakmpSas.length, 1);
  pair.runUntil(301_000);
  assert.equal(pair.engines.A.view().isakmpSas.length + pair.engines.B.view().isakmpSas.length, 0);
});

test("an ISAKMP SA that the peer has lost is given up with the first quick mode that nobody answers", () => {
  const pair = new IkePair();
  pair.negotiate("A");
  pair.runUntil(1_000);
  const forgetful = new IkePair({}, { random: seededRandom("B after its restart") });
  const { network } = pair;
  pair.network = (datagram) => {
    // B has restarted: what A says meets an engine that knows nothing.
    const input = {
      kind: "datagram",
      local: { address: B, port: 500 },
      remote: { address: A, port: 500 },
      bytes: datagram.bytes,
    } as const;
    assert.ok(forgetful.engines.B.handle(pair.now, input).every((output) => output.kind === "event"));
    return [];
  };
  pair.negotiate("A");
  pair.runUntil(70_000);
  assert.equal(pair.event("A", "negotiation-failed")?.reason, "no response");
  assert.equal(pair.engines.A.view().isakmpSas.length, 0);
  pair.network = network;
  pair.negotiate("A");
  sameKeys(pair);
});
