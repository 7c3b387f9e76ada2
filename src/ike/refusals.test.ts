/** What is refused, by whom and about which exchange; and that the sentence told about it is the true one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, type Datagram, IkePair, policyOf, SELECTOR, SUITE } from "../../test/support/ike-pair.ts";
import { Insider, notification } from "../../test/support/insider.ts";
import { u32Octets } from "../base/octets.ts";
import { NOTIFY_TYPE } from "../isakmp/numbers/notify-type.ts";
import { type Attribute, basicAttribute, type Payload } from "../isakmp/payload.ts";
import type { SecurityAssociation } from "../isakmp/payloads/security-association.ts";
import { ipv4 } from "../net/ip-address.ts";
import { blockOf } from "../net/selector.ts";
import { IOS_CONVENTIONS } from "./wire-conventions.ts";

const ESP = 3;
const LIFE_DURATION = 2;
const ENCAPSULATION_MODE = 4;

test("a notification about another SPI does not end the quick mode under way, one about its own does", () => {
  for (const notifyType of [NOTIFY_TYPE["INVALID-SPI"], NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"]]) {
    const { insider, QM1 } = unansweredOffer();
    const { pair } = insider;
    const other = u32Octets(0xdeadbeef);
    insider.inform("B", notification(notifyType, { protocolId: ESP, spi: other, data: other }));
    assert.equal(pair.event("A", "negotiation-failed"), undefined);
    const [offered] = insider.openFirst(QM1).flatMap((payload) => (payload.kind === "SA" ? [payload] : []));
    const spi = offered?.proposals[0]?.spi;
    assert.ok(spi, "the SPI of the offer");
    insider.inform("B", notification(notifyType, { protocolId: ESP, spi }));
    assert.equal(pair.event("A", "negotiation-failed")?.reason, "peer refused");
  }
});

test("INVALID-SPI that names no SPI does not end the quick mode under way", () => {
  const { insider } = unansweredOffer();
  insider.inform("B", notification(NOTIFY_TYPE["INVALID-SPI"], { protocolId: ESP }));
  assert.equal(insider.pair.event("A", "negotiation-failed"), undefined);
});

test("an offered lifetime of 0 is refused, in seconds and in kilobytes", () => {
  for (const changes of [{ lifetimeSeconds: 0 }, { lifetimeKilobytes: 0 }]) {
    const pair = new IkePair({ changes });
    pair.negotiate("A");
    assert.deepEqual(pair.installed("B"), []);
    assert.equal(pair.event("B", "negotiation-failed")?.reason, "no proposal chosen");
  }
});

test("an answered lifetime of 0 is refused", () => {
  const { insider, QM1, QM2 } = heldAnswer();
  const { pair } = insider;
  const toZero = (attribute: Attribute): Attribute =>
    attribute.type === LIFE_DURATION ? basicAttribute(LIFE_DURATION, 0) : attribute;
  pair.deliver(
    insider.answer(
      QM1,
      QM2,
      withAttributes((all) => all.map(toZero)),
    ),
  );
  pair.settle();
  assert.equal(pair.installed("A").length, 2, "no SA beside those of the first negotiation");
  assert.ok(pair.event("A", "negotiation-failed"), "it is told");
});

test("an answer that leaves the encapsulation mode out is refused (RFC 2409 §5: as it was offered)", () => {
  const { insider, QM1, QM2 } = heldAnswer();
  const { pair } = insider;
  const withoutMode = withAttributes((all) => all.filter(({ type }) => type !== ENCAPSULATION_MODE));
  pair.deliver(insider.answer(QM1, QM2, withoutMode));
  pair.settle();
  assert.equal(pair.installed("A").length, 2, "no SA beside those of the first negotiation");
});

test("a responder whose quick mode answer is refused hears so and gives its SA up at once", () => {
  const { insider, QM1, QM2 } = heldAnswer();
  const { pair } = insider;
  const own = pair.installed("B").findLast(({ direction }) => direction === "inbound");
  pair.network = (datagram) => [datagram];
  pair.deliver(insider.answer(QM1, QM2, (all) => all.filter(({ kind }) => kind !== "ID")));
  pair.settle();
  const abandoned = pair.outputs.B.flatMap((output) =>
    output.kind === "abandon-sa" ? [output.inboundSpi] : [],
  );
  assert.deepEqual(abandoned, [own?.spi]);
});

test("an offer whose SPI is unusable is refused with a sentence that says so", () => {
  const { insider, QM1 } = unansweredOffer();
  const { pair } = insider;
  const longSpi = withSa((sa) => ({
    ...sa,
    proposals: sa.proposals.map((proposal) => ({ ...proposal, spi: new Uint8Array(8).fill(9) })),
  }));
  pair.deliver(insider.first("A", "Quick Mode", longSpi(insider.openFirst(QM1).slice(1))));
  pair.settle();
  assert.match(pair.event("B", "negotiation-failed")?.explanation ?? "", /an SPI of 8 octets/);
  const checked = pair.events.B.findLast((event) => event.kind === "ipsec-transform-checked");
  assert.ok(checked?.kind === "ipsec-transform-checked" && !checked.accepted, "it is not told as accepted");
});

test("quick mode refuses a domain other than IPsec's and a situation other than identity-only", () => {
  for (const change of [{ doi: 0 }, { situation: 0 }]) {
    const { insider, QM1 } = unansweredOffer();
    const { pair } = insider;
    const changed = withSa((sa) => ({ ...sa, ...change }));
    pair.deliver(insider.first("A", "Quick Mode", changed(insider.openFirst(QM1).slice(1))));
    pair.settle();
    assert.equal(pair.installed("B").length, 2, JSON.stringify(change));
    assert.equal(pair.event("B", "message-dropped")?.reason, "malformed");
  }
});

test("a peer whose identity names another port is refused, and not said to have a wrong key", () => {
  const pair = new IkePair({ conventions: { ...IOS_CONVENTIONS, phase1Id: { protocol: 17, port: 4500 } } });
  pair.negotiate("A");
  assert.equal(pair.event("B", "message-dropped")?.reason, "malformed");
  assert.equal(pair.event("B", "negotiation-failed"), undefined);
  assert.equal(pair.event("B", "isakmp-sa-established"), undefined);
});

test("an answer with a suite that was not offered is told as such when the initiator gives up", () => {
  const pair = new IkePair();
  pair.network = (datagram) => (datagram.from === "A" ? [datagram] : [withGroup2(datagram)]);
  pair.negotiate("A");
  pair.runUntil(200_000);
  const explanation = pair.event("A", "negotiation-failed")?.explanation ?? "";
  assert.match(explanation, /has answered with a suite that is none of our offers/);
  assert.doesNotMatch(explanation, /not reachable/);
});

test("what no permit line of several entries covers is a proxy mismatch, whatever set the first of them wants", () => {
  const asked = { ...SELECTOR, remote: blockOf(ipv4("10.9.0.0"), ipv4("255.255.255.0")) };
  const base = policyOf(B, A, { pfsGroup: 5 });
  const [withPfs] = base.connections;
  assert.ok(withPfs, "the policy has an entry");
  const policy = { ...base, connections: [withPfs, { ...withPfs, sequence: 20, pfsGroup: undefined }] };
  const pair = new IkePair({ changes: { selector: asked } }, { policy });
  pair.negotiate("A", asked);
  const failed = pair.event("B", "negotiation-failed");
  assert.equal(failed?.reason, "proxy mismatch");
  assert.match(failed?.explanation ?? "", /10\.9\.0\.0/);
});

test("a stranger without a key is told as one failure, which names the line that is missing", () => {
  const pair = new IkePair({}, { policy: { ...policyOf(B, A), preSharedKeys: [] } });
  pair.network = (datagram, index) => (index === 0 ? [datagram] : []);
  pair.negotiate("A");
  const failures = pair.events.B.flatMap((event) => (event.kind === "negotiation-failed" ? [event] : []));
  assert.deepEqual(
    failures.map(({ reason }) => reason),
    ["no pre-shared key"],
  );
  assert.match(failures[0]?.explanation ?? "", /"crypto isakmp key … address 172\.16\.172\.10"/);
  assert.equal(pair.event("B", "isakmp-transform-checked"), undefined, "its offer is not compared");
  assert.equal(pair.engines.B.view().isakmpSas.length, 0);
});

test("a responder whose policies take certificates that are not here says so, and asks for no pre-shared key", () => {
  const origin = { file: "test.cfg", line: 3, text: "crypto isakmp policy 10" };
  const suites = [{ ...SUITE, authentication: "rsa-sig", origin }] as const;
  const pair = new IkePair({}, { policy: { ...policyOf(B, A, { suites }), preSharedKeys: [] } });
  pair.negotiate("A");
  const failed = pair.event("B", "negotiation-failed") ?? assert.fail("B refuses");
  assert.match(
    failed.explanation,
    /test\.cfg:3 .*\(rsa-sig\): no certificate of ours whose private key is here/,
  );
  assert.doesNotMatch(failed.explanation, /pre-shared/);
  assert.deepEqual([failed.reason, failed.origin], ["no proposal chosen", origin]);
});

/** A quick mode of A's that nobody has heard, under an SA that both ends have. */
function unansweredOffer(): { readonly insider: Insider; readonly QM1: Datagram } {
  const insider = Insider.ofNew();
  const { pair } = insider;
  pair.network = () => [];
  pair.negotiate("A");
  return { insider, QM1: fromEnd(pair, 1) };
}

/** A quick mode of A's that B has answered; the answer has not arrived. */
function heldAnswer(): { readonly insider: Insider; readonly QM1: Datagram; readonly QM2: Datagram } {
  const insider = Insider.ofNew();
  const { pair } = insider;
  pair.network = (datagram) => (datagram.from === "A" ? [datagram] : []);
  pair.negotiate("A");
  return { insider, QM1: fromEnd(pair, 2), QM2: fromEnd(pair, 1) };
}

function fromEnd(pair: IkePair, count: number): Datagram {
  const found = pair.wire.at(-count);
  assert.ok(found, `message ${count} from the end`);
  return found;
}

function withSa(change: (sa: SecurityAssociation) => SecurityAssociation) {
  return (payloads: readonly Payload[]): readonly Payload[] =>
    payloads.map((payload) => (payload.kind === "SA" ? change(payload) : payload));
}

function withAttributes(change: (attributes: readonly Attribute[]) => readonly Attribute[]) {
  return withSa((sa) => ({
    ...sa,
    proposals: sa.proposals.map((proposal) => ({
      ...proposal,
      transforms: proposal.transforms.map((transform) => ({
        ...transform,
        attributes: change(transform.attributes),
      })),
    })),
  }));
}

/** The message with group 2 where its transform says group 1 (attribute 4 in its basic form). */
function withGroup2(datagram: Datagram): Datagram {
  const bytes = datagram.bytes.slice();
  const at = bytes.findIndex((_, i) => [0x80, 4, 0, 1].every((octet, k) => bytes[i + k] === octet));
  if (at >= 0) bytes[at + 3] = 2;
  return { ...datagram, bytes };
}
