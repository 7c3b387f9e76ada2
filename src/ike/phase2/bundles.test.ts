/** AH and ESP under one proposal number (RFC 2408 §4.2): wanted together, so given together or not at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EVERY_ESP_SUITE } from "../../../test/support/esp-suites.ts";
import { A, B, IkePair, NAT, policyOf, TRANSFORM_SET } from "../../../test/support/ike-pair.ts";
import { fromHex, hex } from "../../base/octets.ts";
import type { HashName } from "../../crypto/names.ts";
import { describeTransformSet, type TransformSet } from "../../crypto/transform-set.ts";
import { type Attribute, basicAttribute, type Proposal } from "../../isakmp/payload.ts";
import { decodePayloads, encodePayloads } from "../../isakmp/payload-chain.ts";
import type { SecurityAssociation } from "../../isakmp/payloads/security-association.ts";
import type { KeyedSa } from "../engine-contract.ts";
import type { Connection } from "../policy.ts";
import { IOS_CONVENTIONS, NAT_TRAVERSING_CONVENTIONS } from "../wire-conventions.ts";
import { type ModeTerms, PLAIN_MODES } from "./encapsulation.ts";
import {
  answerTransform,
  checkAnsweredTransform,
  chooseTransform,
  offerTransformSets,
} from "./esp-proposal.ts";
import { spiProblem } from "./quick-mode-parts.ts";

const AH = 2;
const ESP = 3;
const AUTHENTICATION = 5;
const OUR_SPI = fromHex("0c0ffee1");
const TERMS: ModeTerms = { numbers: PLAIN_MODES, isBetweenPeers: false };
const AH_HASHES: readonly HashName[] = ["md5", "sha1", "sha256", "sha384", "sha512"];
const BUNDLE: TransformSet = { ...TRANSFORM_SET, name: "bundle", ah: "sha1" };

/** Every set there can be: ESP alone and with each AH, and each AH alone. */
const EVERY_SET: readonly TransformSet[] = [...EVERY_ESP_SUITE, undefined].flatMap((esp) =>
  (esp === undefined ? AH_HASHES : [undefined, ...AH_HASHES]).map((ah) => ({
    ...TRANSFORM_SET,
    name: "any",
    esp,
    ...(ah === undefined ? {} : { ah }),
  })),
);

test("what is offered for a set is taken by the same set and by no other, on the wire and back", () => {
  const set = fc.constantFrom(...EVERY_SET);
  fc.assert(
    fc.property(set, set, (theirs, ours) => {
      const offer = through(offerOf([theirs]));
      const { choice } = chooseTransform(connectionWith([ours]), offer, TERMS);
      assert.equal(choice !== undefined, sameTransforms(theirs, ours));
      if (choice !== undefined) assert.equal(choice.ah?.hash, ours.esp && ours.ah);
    }),
  );
});

test("whatever is offered, what is taken is a set of ours, with all of its protocols and no more", () => {
  const proposals = fc.array(
    fc.record({
      number: fc.integer({ min: 1, max: 3 }),
      protocolId: fc.constantFrom(AH, ESP, ESP, 4),
      set: fc.constantFrom(...EVERY_SET.slice(0, 12)),
      ah: fc.constantFrom(...AH_HASHES),
    }),
    { maxLength: 5 },
  );
  const sets = fc.array(fc.constantFrom(...EVERY_SET.slice(0, 12), ...EVERY_SET.slice(-5)), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(proposals, sets, (offered, ours) => {
      const payload = { ...offerOf([BUNDLE]), proposals: offered.map(proposalOf) };
      const { choice } = chooseTransform(connectionWith(ours), payload, TERMS);
      const groups = [1, 2, 3].map((number) => offered.filter((one) => one.number === number));
      const acceptable = groups.filter((group) => ours.some((set) => isTheSet(group, set)));
      assert.equal(choice !== undefined, acceptable.length > 0);
      if (choice === undefined) return;
      const taken = groups[choice.offer.proposal.number - 1] ?? [];
      assert.ok(isTheSet(taken, choice.set), "the set that is named is the one that was offered");
      assert.ok(ours.includes(choice.set), "and it is ours");
      const answered = answerTransform(payload, choice, OUR_SPI).proposals.map((one) => one.protocolId);
      assert.deepEqual(answered.toSorted(), taken.map((one) => one.protocolId).toSorted());
    }),
  );
});

test("the two protocols stand under one number, AH first, and the sets under ascending numbers", () => {
  const { proposals } = offerOf([BUNDLE, TRANSFORM_SET]);
  assert.deepEqual(
    proposals.map(({ number, protocolId, transforms }) => [number, protocolId, transforms[0]?.id]),
    [
      [1, AH, 3],
      [1, ESP, 3],
      [2, ESP, 3],
    ],
  );
});

test("AH without an authenticator is what its transform says (IOS 12.0); with another one it is nothing", () => {
  const connection = connectionWith([BUNDLE]);
  const without = (all: readonly Attribute[]) => all.filter(({ type }) => type !== AUTHENTICATION);
  assert.ok(chooseTransform(connection, withAh(offerOf([BUNDLE]), without), TERMS).choice, "it is taken");
  const other = (all: readonly Attribute[]) => [...without(all), basicAttribute(AUTHENTICATION, 1)];
  const { choice, checks } = chooseTransform(connection, withAh(offerOf([BUNDLE]), other), TERMS);
  assert.equal(choice, undefined);
  assert.deepEqual(
    checks[0]?.mismatches.map(({ attribute, offered, accepted }) => [attribute, offered, accepted]),
    [["integrity", "AH_SHA", "AH with sha1"]],
  );
});

test("of several AH transforms the one that the set says is taken", () => {
  const payload = offerOf([BUNDLE]);
  const [md5] = offerOf([{ ...BUNDLE, ah: "md5" }]).proposals[0]?.transforms ?? [];
  assert.ok(md5, "a transform of AH_MD5");
  const proposals = payload.proposals.map((one) =>
    one.protocolId === AH ? { ...one, transforms: [md5, ...one.transforms] } : one,
  );
  const { choice } = chooseTransform(connectionWith([BUNDLE]), { ...payload, proposals }, TERMS);
  assert.equal(choice?.ah?.hash, "sha1");
});

test("both ends key AH and ESP each by its own protocol and the SPI of its receiver", () => {
  const changes = { transformSets: [BUNDLE] };
  for (const pfsGroup of [undefined, 2] as const) {
    const pair = new IkePair(
      { changes: { ...changes, ...(pfsGroup === undefined ? {} : { pfsGroup }) } },
      { changes },
    );
    pair.negotiate("A");
    const [a, b] = [installed(pair, "A"), installed(pair, "B")];
    for (const [inbound, outbound] of [
      [a.inbound, b.outbound],
      [b.inbound, a.outbound],
    ] as const) {
      assert.ok(inbound.ah && outbound.ah, "both have AH");
      assert.equal(inbound.ah.hash, "sha1");
      assert.equal(inbound.ah.spi, outbound.ah.spi);
      assert.equal(keyOf(inbound), keyOf(outbound));
      assert.equal(inbound.ah.key.reveal().length, 20);
    }
    assert.notEqual(keyOf(a.inbound), keyOf(b.inbound));
    assert.notEqual(keyOf(a.inbound).slice(0, 32), hex(a.inbound.encryptionKey.reveal()).slice(0, 32));
  }
});

test("an answer that leaves AH out of the bundle is refused, and one that adds it", () => {
  const dropAh = (proposals: readonly Proposal[]) => proposals.filter(({ protocolId }) => protocolId !== AH);
  const bundle = offerOf([BUNDLE]);
  const lost = checkAnsweredTransform(
    connectionWith([BUNDLE]),
    { ...bundle, proposals: dropAh(bundle.proposals) },
    TERMS,
  );
  assert.ok("mismatches" in lost, "ESP alone was not offered");
  assert.deepEqual(
    lost.mismatches.map(({ offered, accepted }) => [offered, accepted]),
    [["ESP", "AH and ESP"]],
  );
  const added = checkAnsweredTransform(connectionWith([TRANSFORM_SET]), bundle, TERMS);
  assert.ok("mismatches" in added, "AH was not offered");
});

test("other bundles are refused with a sentence that names them", () => {
  const [, esp] = offerOf([BUNDLE]).proposals;
  assert.ok(esp, "ESP's proposal");
  for (const [protocols, what] of [
    [[ESP, 4], "a bundle of ESP and IPCOMP"],
    [[AH, ESP, 4], "a bundle of AH and ESP and IPCOMP"],
    [[ESP, ESP], "a bundle of ESP and ESP"],
  ] as const) {
    const proposals = protocols.map((protocolId) => ({ ...esp, protocolId }));
    const { choice, checks } = chooseTransform(
      connectionWith([TRANSFORM_SET, BUNDLE]),
      { ...offerOf([BUNDLE]), proposals },
      TERMS,
    );
    assert.equal(choice, undefined);
    assert.ok(
      checks.some(({ mismatches }) => mismatches.some(({ offered }) => offered === what)),
      what,
    );
  }
});

test("a bundle lives as long as the shorter-lived of its two parts", () => {
  const shorter = (all: readonly Attribute[]) =>
    all.map((one) => (one.type === 2 && one.encoding === "basic" ? basicAttribute(2, 600) : one));
  const { choice } = chooseTransform(connectionWith([BUNDLE]), withAh(offerOf([BUNDLE]), shorter), TERMS);
  assert.equal(choice?.lifetimeSeconds, 600);
});

test("an SPI of AH that is reserved is refused as one of ESP is", () => {
  const offer = offerOf([BUNDLE]);
  const proposals = offer.proposals.map((one) =>
    one.protocolId === AH ? { ...one, spi: fromHex("000000ff") } : one,
  );
  const { choice } = chooseTransform(connectionWith([BUNDLE]), { ...offer, proposals }, TERMS);
  assert.ok(choice, "its transforms are acceptable");
  assert.equal(spiProblem(choice), "its SPI 255 is reserved");
});

test("through a NAT AH is not offered; where every set has it, the negotiation fails with that sentence", () => {
  const conventions = NAT_TRAVERSING_CONVENTIONS;
  const policy = policyOf(B, A, { transformSets: [TRANSFORM_SET], peers: [A, NAT] });
  const natted = (transformSets: readonly TransformSet[]): IkePair => {
    const pair = new IkePair({ conventions, changes: { transformSets } }, { conventions, policy });
    pair.isNatted = true;
    pair.negotiate("A");
    return pair;
  };
  assert.equal(installed(natted([BUNDLE, TRANSFORM_SET]), "A").inbound.ah, undefined);
  const alone = natted([BUNDLE]);
  const failed = alone.event("A", "negotiation-failed");
  assert.equal(failed?.reason, "no policy can be offered");
  assert.match(failed.explanation, /NAT on the way .* every transform set of crypto map vpn 10 has AH/);
});

function connectionWith(transformSets: readonly TransformSet[]): Connection {
  const [connection] = policyOf(A, B, { transformSets }).connections;
  assert.ok(connection, "connection");
  return connection;
}

function offerOf(sets: readonly TransformSet[]): SecurityAssociation {
  const { firstProposalNumber, offerKilobytes } = IOS_CONVENTIONS;
  return offerTransformSets(connectionWith(sets), OUR_SPI, firstProposalNumber, offerKilobytes, TERMS);
}

function through(payload: SecurityAssociation): SecurityAssociation {
  const { firstType, bytes } = encodePayloads([payload]);
  const [decoded] = decodePayloads(firstType, bytes).payloads;
  assert.ok(decoded?.kind === "SA", "an SA payload comes back");
  return decoded;
}

function withAh(
  payload: SecurityAssociation,
  change: (attributes: readonly Attribute[]) => readonly Attribute[],
): SecurityAssociation {
  const proposals = payload.proposals.map((one) =>
    one.protocolId === AH
      ? { ...one, transforms: one.transforms.map((t) => ({ ...t, attributes: change(t.attributes) })) }
      : one,
  );
  return { ...payload, proposals };
}

function sameTransforms(a: TransformSet, b: TransformSet): boolean {
  return describeTransformSet(a) === describeTransformSet(b);
}

interface Part {
  readonly number: number;
  readonly protocolId: number;
  readonly set: TransformSet;
  readonly ah: HashName;
}

function proposalOf({ number, protocolId, set, ah }: Part): Proposal {
  const [first, second] = offerOf([{ ...set, ah }]).proposals;
  const proposal = protocolId === AH ? first : second;
  assert.ok(proposal, "a proposal");
  return { ...proposal, number, protocolId };
}

/** The meaning of a group of proposals, said apart from the code that reads them. */
function isTheSet(group: readonly Part[], set: TransformSet): boolean {
  const esp = group.filter(({ protocolId }) => protocolId === ESP);
  const ah = group.filter(({ protocolId }) => protocolId === AH);
  const [only] = esp;
  const [onlyAh] = ah;
  if (onlyAh !== undefined && group.length === 1)
    return sameTransforms({ ...TRANSFORM_SET, esp: undefined, ah: onlyAh.ah }, set);
  if (only === undefined || esp.length !== 1 || esp.length + ah.length !== group.length || ah.length > 1)
    return false;
  const { ah: _, ...espOfSet } = only.set;
  return sameTransforms({ ...espOfSet, ...(ah[0] === undefined ? {} : { ah: ah[0].ah }) }, set);
}

function installed(pair: IkePair, end: "A" | "B"): { readonly inbound: KeyedSa; readonly outbound: KeyedSa } {
  const inbound = pair.installed(end).find(({ direction }) => direction === "inbound");
  const outbound = pair.installed(end).find(({ direction }) => direction === "outbound");
  assert.ok(inbound && outbound, `the pair of ${end}`);
  return { inbound, outbound };
}

function keyOf({ ah }: KeyedSa): string {
  return ah === undefined ? "" : hex(ah.key.reveal());
}
