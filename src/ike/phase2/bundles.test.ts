/** AH and ESP under one proposal number (RFC 2408 §4.2): wanted together, so given together or not at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EVERY_ESP_SUITE } from "../../../test/support/esp-suites.ts";
import {
  A,
  B,
  IkePair,
  NAT,
  policyOf,
  SELECTOR,
  seededRandom,
  TRANSFORM_SET,
} from "../../../test/support/ike-pair.ts";
import { fromHex, hex, u32Octets } from "../../base/octets.ts";
import type { Random } from "../../base/random.ts";
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
import { responderLifetime, toldLifetimes } from "./responder-lifetime.ts";

fc.configureGlobal({ seed: 2409 });

const AH = 2;
const ESP = 3;
const AUTHENTICATION = 5;
const OUR_SPIS = { spi: 0x0c0ffee1, ahSpi: 0x0c0ffee2 };
const TERMS: ModeTerms = { numbers: PLAIN_MODES, isBetweenPeers: false };
const AH_HASHES: readonly HashName[] = ["md5", "sha1", "sha256", "sha384", "sha512"];
const BUNDLE: TransformSet = { ...TRANSFORM_SET, name: "bundle", ah: "sha1" };
const AH_ALONE: TransformSet = { ...TRANSFORM_SET, name: "alone", esp: undefined, ah: "sha256" };

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
      const answered = answerTransform(payload, choice, OUR_SPIS).proposals;
      assert.deepEqual(
        answered.map((one) => one.protocolId).toSorted(),
        taken.map((one) => one.protocolId).toSorted(),
      );
      for (const { protocolId, spi } of answered)
        assert.equal(hex(spi), protocolId === AH && answered.length === 2 ? "0c0ffee2" : "0c0ffee1");
    }),
  );
});

test("the two protocols stand under one number, AH first with an SPI of its own, and the sets under ascending numbers", () => {
  const { proposals } = offerOf([BUNDLE, TRANSFORM_SET, AH_ALONE]);
  assert.deepEqual(
    proposals.map(({ number, protocolId, transforms, spi }) => [
      number,
      protocolId,
      transforms[0]?.id,
      hex(spi),
    ]),
    [
      [1, AH, 3, "0c0ffee2"],
      [1, ESP, 3, "0c0ffee1"],
      [2, ESP, 3, "0c0ffee1"],
      [3, AH, 5, "0c0ffee1"],
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

test("both ends key AH and ESP each by its own protocol and the SPI of its receiver, and no two SPIs are one", () => {
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
      assert.equal(inbound.ah.pairSpi, outbound.ah.pairSpi);
      assert.equal(keyOf(inbound), keyOf(outbound));
      assert.equal(inbound.ah.key.reveal().length, 20);
    }
    const ends = [a.inbound, b.inbound];
    assert.equal(new Set(ends.flatMap(({ spi, ah }) => [spi, ah?.spi])).size, 4);
    for (const [one, other] of [ends, ends.toReversed()]) assert.equal(one?.ah?.pairSpi, other?.ah?.spi);
    assert.deepEqual(pair.event("B", "spi-allocated")?.spis, [b.inbound.ah?.spi, b.inbound.spi]);
    assert.notEqual(keyOf(a.inbound), keyOf(b.inbound));
    assert.notEqual(keyOf(a.inbound).slice(0, 32), hex(a.inbound.encryptionKey.reveal()).slice(0, 32));
  }
});

test("a peer may have one SPI for both protocols: they are two SAs even so (RFC 2401 §4.1)", () => {
  const pair = bundlePair([BUNDLE], [BUNDLE]);
  const spis = { spi: 0x0c0ffee1, ahSpi: 0x0c0ffee1 };
  pair.input("A", {
    kind: "negotiate",
    connectionId: "vpn 10 Ethernet1/0",
    peer: B,
    selector: SELECTOR,
    spis,
  });
  const [a, b] = [installed(pair, "A"), installed(pair, "B")];
  assert.deepEqual([b.outbound.spi, b.outbound.ah?.spi], [0x0c0ffee1, 0x0c0ffee1]);
  assert.notEqual(b.inbound.spi, b.inbound.ah?.spi);
  assert.equal(keyOf(a.inbound), keyOf(b.outbound));
  assert.notEqual(keyOf(b.outbound).slice(0, 32), hex(b.outbound.integrityKey.reveal()));
});

test("the SPI that AH was to have is free again where the peer chooses ESP alone, and taken where it does not", () => {
  for (const [theirs, next] of [
    [[TRANSFORM_SET], 0x2000],
    [[BUNDLE], 0x3000],
  ] as const) {
    const pair = bundlePair([BUNDLE, TRANSFORM_SET], theirs, [0x1000, 0x2000, 0x1000, 0x2000, 0x3000]);
    pair.negotiate("A");
    assert.equal(installed(pair, "A").inbound.spi, 0x1000);
    assert.equal(pair.engines.A.reserveSpis(false).spi, next);
  }
});

test("a refused bundle is named by the SPI of AH, its first proposal, and both SPIs are free again", () => {
  const pair = bundlePair([BUNDLE], [TRANSFORM_SET], [0x1000, 0x2000, 0x2000, 0x1000]);
  pair.negotiate("A");
  assert.equal(pair.event("A", "negotiation-failed")?.reason, "peer refused");
  assert.equal(hex(pair.event("A", "notify-received")?.spi ?? new Uint8Array()), "00002000");
  assert.deepEqual(pair.engines.A.reserveSpis(true), { spi: 0x2000, ahSpi: 0x1000 });
});

test("a Delete of each protocol goes out for a bundle that is gone, with its SPI", () => {
  const pair = bundlePair([BUNDLE], [BUNDLE]);
  pair.negotiate("A");
  const { spi, ah } = installed(pair, "A").inbound;
  assert.ok(ah, "AH of the bundle");
  const inbound = [{ protocol: "ah", spi: ah.spi } as const, { protocol: "esp", spi } as const];
  pair.input("A", { kind: "ipsec-sa-removed", peer: B, localAddress: A, inbound });
  assert.deepEqual(
    pair.outputs.B.flatMap((output) =>
      output.kind === "remove-ipsec-sa" ? [[output.protocol, output.spi]] : [],
    ),
    [
      ["ah", ah.spi],
      ["esp", spi],
    ],
  );
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

test("a shorter life is told in the name of ESP, or of AH alone, and heard in the name of either", () => {
  for (const [set, protocolId] of [
    [BUNDLE, ESP],
    [AH_ALONE, AH],
  ] as const) {
    const { choice } = chooseTransform(
      { ...connectionWith([set]), lifetimeSeconds: 600 },
      offerOf([set]),
      TERMS,
    );
    assert.ok(choice, "its transforms are acceptable");
    const told = responderLifetime(choice, 0x1000);
    assert.deepEqual(
      told.map((one) => [one.protocolId, hex(one.spi)]),
      [[protocolId, "00001000"]],
    );
    assert.equal(toldLifetimes(told)[0]?.seconds, 600);
  }
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
  return offerTransformSets(connectionWith(sets), OUR_SPIS, firstProposalNumber, offerKilobytes, TERMS);
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

/** A draws these SPIs, if any are given. */
function bundlePair(
  ours: readonly TransformSet[],
  theirs: readonly TransformSet[],
  spis?: readonly number[],
): IkePair {
  const rest = seededRandom("A");
  let drawn = 0;
  const random: Random = {
    bytes: (purpose, length) => {
      const spi = purpose === "spi" ? spis?.[drawn++] : undefined;
      return spi === undefined ? rest.bytes(purpose, length) : u32Octets(spi);
    },
  };
  return new IkePair({ random, changes: { transformSets: ours } }, { changes: { transformSets: theirs } });
}

function keyOf({ ah }: KeyedSa): string {
  return ah === undefined ? "" : hex(ah.key.reveal());
}
