/** Laws of quick mode's transforms: offering, reading, choosing and checking agree with each other and with RFC 2407 §4.5. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EVERY_ESP_SUITE } from "../../../test/support/esp-suites.ts";
import { A, B, policyOf } from "../../../test/support/ike-pair.ts";
import { fromHex, hex, u16Octets } from "../../base/octets.ts";
import { type EspSuite, GROUP_IDS, isAead, isCounterCipher } from "../../crypto/names.ts";
import type { TransformSet } from "../../crypto/transform-set.ts";
import {
  type Attribute,
  basicAttribute,
  type Proposal,
  type Transform,
  variableAttribute,
} from "../../isakmp/payload.ts";
import { decodePayloads, encodePayloads } from "../../isakmp/payload-chain.ts";
import type { SecurityAssociation } from "../../isakmp/payloads/security-association.ts";
import type { Connection } from "../policy.ts";
import { type ModeTerms, PLAIN_MODES } from "./encapsulation.ts";
import { readEspTransform } from "./esp-offer.ts";
import {
  answerTransform,
  checkAnsweredTransform,
  chooseTransform,
  compareTransform,
  lifetimeAttributes,
  offerTransformSets,
} from "./esp-proposal.ts";
import { readLifetimes } from "./transform-attributes.ts";

const SPIS = { spi: 0x0c0ffee1, ahSpi: undefined };
function setOf(esp: EspSuite, name = "set"): TransformSet {
  return { name, esp, mode: "tunnel", origin: undefined };
}

function connectionWith(fields: Partial<Connection>): Connection {
  const [connection] = policyOf(A, B).connections;
  assert.ok(connection, "connection");
  return { ...connection, ...fields };
}

const TUNNEL_TERMS: ModeTerms = { numbers: PLAIN_MODES, isBetweenPeers: false };

function offerOf(connection: Connection, firstNumber: 0 | 1 = 1, terms = TUNNEL_TERMS): SecurityAssociation {
  return offerTransformSets(connection, SPIS, firstNumber, true, terms);
}

function through(payload: SecurityAssociation): SecurityAssociation {
  const { firstType, bytes } = encodePayloads([payload]);
  const [decoded] = decodePayloads(firstType, bytes).payloads;
  assert.ok(decoded?.kind === "SA", "decoded?.kind === 'SA'");
  return decoded;
}

function changed(
  payload: SecurityAssociation,
  change: (attributes: readonly Attribute[]) => readonly Attribute[],
): SecurityAssociation {
  const transforms = (all: readonly Transform[]) =>
    all.map((one) => ({ ...one, attributes: change(one.attributes) }));
  return {
    ...payload,
    proposals: payload.proposals.map((one) => ({ ...one, transforms: transforms(one.transforms) })),
  };
}

function withTransformId(payload: SecurityAssociation, id: number): SecurityAssociation {
  const proposals = payload.proposals.map((proposal) => ({
    ...proposal,
    transforms: proposal.transforms.map((transform) => ({ ...transform, id })),
  }));
  return { ...payload, proposals };
}

function firstOf(payload: SecurityAssociation): { proposal: Proposal; transform: Transform } {
  const [proposal] = payload.proposals;
  const [transform] = proposal?.transforms ?? [];
  assert.ok(proposal && transform, "proposal && transform");
  return { proposal, transform };
}

const without = (type: number) => (attributes: readonly Attribute[]) =>
  attributes.filter((one) => one.type !== type);
const withOneMore = (attribute: Attribute) => (attributes: readonly Attribute[]) => [
  ...attributes,
  attribute,
];
const replaced = (type: number, value: number) => (attributes: readonly Attribute[]) =>
  attributes.map((one) => (one.type === type ? basicAttribute(type, value) : one));

function chosen(connection: Connection, payload: SecurityAssociation, terms = TUNNEL_TERMS) {
  return chooseTransform(connection, payload, terms).choice;
}

function accepted(connection: Connection, payload: SecurityAssociation, terms = TUNNEL_TERMS) {
  const answer = checkAnsweredTransform(connection, payload, terms);
  return "set" in answer ? answer : undefined;
}

test("every transform set that can be offered is read back from the wire as itself, with every group of PFS", () => {
  for (const esp of EVERY_ESP_SUITE)
    for (const pfsGroup of [undefined, ...GROUP_IDS]) {
      const connection = connectionWith({ transformSets: [setOf(esp)], pfsGroup });
      const { proposal, transform } = firstOf(through(offerOf(connection)));
      const read = readEspTransform(proposal, transform);
      assert.deepEqual(
        { encryption: read.encryption, integrity: read.integrity, group: read.group, spi: hex(proposal.spi) },
        { encryption: esp.encryption, integrity: esp.integrity ?? "none", group: pfsGroup, spi: "0c0ffee1" },
      );
      assert.deepEqual(read.lifetimes, { seconds: 3600, kilobytes: 4608000 });
      assert.deepEqual(read.unsupported, []);
    }
});

test("a transform set matches itself and no other", () => {
  for (const offered of EVERY_ESP_SUITE) {
    const connection = connectionWith({ transformSets: [setOf(offered)] });
    const { proposal, transform } = firstOf(offerOf(connection));
    const read = readEspTransform(proposal, transform);
    for (const esp of EVERY_ESP_SUITE)
      assert.equal(
        compareTransform(setOf(esp), connection, read, PLAIN_MODES, ["tunnel"]).length === 0,
        esp === offered,
        JSON.stringify([offered, esp]),
      );
  }
});

test("a transform set is offered in the numbers of RFC 2407 §4.4.4 and §4.5, as IOS orders them", () => {
  const connection = connectionWith({
    transformSets: [setOf({ encryption: "aes-256", integrity: "sha1" })],
    pfsGroup: 2,
  });
  const { proposal, transform } = firstOf(offerOf(connection));
  assert.deepEqual([proposal.protocolId, proposal.number, transform.number, transform.id], [3, 1, 1, 12]);
  assert.deepEqual(
    transform.attributes.map(({ type, encoding, value }) => `${type} ${encoding} ${hex(value)}`),
    [
      "4 basic 0001",
      "1 basic 0001",
      "2 basic 0e10",
      "1 basic 0002",
      "2 variable 00465000",
      "5 basic 0002",
      "6 basic 0100",
      "3 basic 0002",
    ],
  );
});

test("a key length is offered for AES alone (RFC 2407 §4.5), and refused for any other cipher", () => {
  for (const esp of EVERY_ESP_SUITE) {
    const { encryption } = esp;
    const connection = connectionWith({ transformSets: [setOf(esp)] });
    const offer = offerOf(connection);
    const isAes = encryption.startsWith("aes") || isAead(encryption) || isCounterCipher(encryption);
    assert.equal(
      firstOf(offer).transform.attributes.some(({ type }) => type === 6),
      isAes,
    );
    if (!isAes)
      assert.equal(chosen(connection, changed(offer, withOneMore(basicAttribute(6, 128)))), undefined);
    else assert.equal(chosen(connection, changed(offer, without(6))), undefined, "AES has no default length");
  }
});

test("AES-CTR is offered as RFC 3686 §5 says and refused without an authenticator, AES-GMAC as RFC 4543 §5 says", () => {
  for (const [encryption, integrity, id, keyLength, authenticator] of [
    ["ctr-128", "sha1", 13, "0080", "0002"],
    ["ctr-192", "sha256", 13, "00c0", "0005"],
    ["ctr-256", "md5", 13, "0100", "0001"],
    ["gmac-128", undefined, 23, "0080", undefined],
    ["gmac-192", undefined, 23, "00c0", undefined],
    ["gmac-256", undefined, 23, "0100", undefined],
  ] as const) {
    const connection = connectionWith({ transformSets: [setOf({ encryption, integrity })] });
    const offer = offerOf(connection);
    const { transform } = firstOf(offer);
    const byType = new Map(transform.attributes.map(({ type, value }) => [type, hex(value)]));
    assert.deepEqual([transform.id, byType.get(6), byType.get(5)], [id, keyLength, authenticator]);
    const changedAuthenticator = integrity === undefined ? withOneMore(basicAttribute(5, 2)) : without(5);
    assert.equal(chosen(connection, changed(offer, changedAuthenticator)), undefined, encryption);
  }
});

test("AES-GCM is offered as RFC 4106 §8 says, and refused with an authenticator or a shorter ICV", () => {
  for (const [encryption, keyLength] of [
    ["gcm-128", "0080"],
    ["gcm-192", "00c0"],
    ["gcm-256", "0100"],
  ] as const) {
    const connection = connectionWith({ transformSets: [setOf({ encryption, integrity: undefined })] });
    const offer = offerOf(connection);
    const { transform } = firstOf(offer);
    assert.equal(transform.id, 20);
    const byType = new Map(transform.attributes.map(({ type, value }) => [type, hex(value)]));
    assert.deepEqual([byType.get(6), byType.get(5)], [keyLength, undefined]);
    assert.equal(chosen(connection, changed(offer, withOneMore(basicAttribute(5, 2)))), undefined);
    for (const id of [18, 19])
      assert.equal(chosen(connection, withTransformId(offer, id)), undefined, `transform ${id}`);
  }
});

test("the peer's first proposal that one of our sets matches is taken, and answered alone with our SPI", () => {
  const sets = EVERY_ESP_SUITE.map((esp, i) => setOf(esp, `set ${i}`));
  fc.assert(
    fc.property(
      fc.subarray(sets, { minLength: 1, maxLength: 6 }),
      fc.shuffledSubarray(sets, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(0 as const, 1 as const),
      (ours, theirs, firstNumber) => {
        const mine = connectionWith({ transformSets: ours });
        const peers = connectionWith({ transformSets: theirs });
        const offer = offerOf(peers, firstNumber);
        const choice = chosen(mine, offer);
        const expected = theirs.findIndex((set) => ours.some(({ esp }) => esp === set.esp));
        assert.equal(choice?.set.esp, theirs[expected]?.esp);
        if (choice === undefined) return;
        const answer = answerTransform(offer, choice, { spi: 0x0abcdef0, ahSpi: undefined });
        const { proposal, transform } = firstOf(answer);
        assert.deepEqual([answer.proposals.length, proposal.transforms.length], [1, 1]);
        assert.equal(hex(proposal.spi), "0abcdef0");
        assert.deepEqual(transform.attributes, choice.offer.transform.attributes);
        assert.equal(accepted(peers, answer)?.set.esp, choice.set.esp);
      },
    ),
    { numRuns: 300, seed: 51 },
  );
});

test("the lower lifetime of both ends holds, and only what the peer offered higher is told", () => {
  const amount = fc.constantFrom(1, 120, 3600, 65535, 65536, 4608000, 4294967295);
  fc.assert(
    fc.property(amount, amount, amount, amount, (ours, oursKb, theirs, theirsKb) => {
      const mine = connectionWith({ lifetimeSeconds: ours, lifetimeKilobytes: oursKb });
      const peers = connectionWith({ lifetimeSeconds: theirs, lifetimeKilobytes: theirsKb });
      const choice = chosen(mine, through(offerOf(peers)));
      assert.ok(choice, "choice");
      assert.equal(choice.lifetimeSeconds, Math.min(ours, theirs));
      assert.equal(choice.lifetimeKilobytes, Math.min(oursKb, theirsKb));
      assert.deepEqual(choice.shortened, {
        ...(ours < theirs ? { seconds: ours } : {}),
        ...(oursKb < theirsKb ? { kilobytes: oursKb } : {}),
      });
      assert.deepEqual(readLifetimes(lifetimeAttributes(choice.shortened)), {
        seconds: choice.shortened.seconds,
        kilobytes: choice.shortened.kilobytes,
      });
    }),
    { numRuns: 300, seed: 52 },
  );
});

test("an offer without any lifetime is one of 28800 seconds (RFC 2407 §4.5)", () => {
  const lifeless = (all: readonly Attribute[]) => all.filter(({ type }) => type !== 1 && type !== 2);
  const long = connectionWith({ lifetimeSeconds: 86400 });
  assert.equal(chosen(long, changed(offerOf(long), lifeless))?.lifetimeSeconds, 28800);
  const short = connectionWith({ lifetimeSeconds: 3600 });
  const choice = chosen(short, changed(offerOf(short), lifeless));
  assert.equal(choice?.lifetimeSeconds, 3600);
  assert.equal(choice?.lifetimeKilobytes, 4608000);
});

test("several life types are read, each with the duration behind it, in either encoding (RFC 2407 §4.5)", () => {
  const seconds = basicAttribute(1, 1);
  const kilobytes = basicAttribute(1, 2);
  for (const [attributes, expected] of [
    [[seconds, basicAttribute(2, 600)], { seconds: 600, kilobytes: undefined }],
    [[seconds, variableAttribute(2, 600)], { seconds: 600, kilobytes: undefined }],
    [
      [kilobytes, variableAttribute(2, 4608000), seconds, variableAttribute(2, fromHex("000000015180"))],
      { seconds: 86400, kilobytes: 4608000 },
    ],
    [[basicAttribute(1, 77), basicAttribute(2, 5)], { seconds: undefined, kilobytes: undefined }],
    [[basicAttribute(2, 5)], { seconds: undefined, kilobytes: undefined }],
  ] as const)
    assert.deepEqual(readLifetimes(attributes), expected);
});

test("an attribute said twice with one value is one attribute, with two values none of ours (RFC 2407 §4.5.2)", () => {
  const connection = connectionWith({ transformSets: [setOf({ encryption: "aes-128", integrity: "md5" })] });
  const offer = offerOf(connection);
  for (const [type, value] of [
    [4, 1],
    [5, 1],
    [6, 128],
  ] as const) {
    assert.ok(chosen(connection, changed(offer, withOneMore(basicAttribute(type, value)))), `${type} twice`);
    assert.equal(
      chosen(connection, changed(offer, withOneMore(basicAttribute(type, value + 1)))),
      undefined,
      `${type} in conflict`,
    );
  }
});

test("attributes, transforms and protocols that we do not know are refused, never passed over", () => {
  const connection = connectionWith({});
  const offer = offerOf(connection);
  assert.ok(chosen(connection, offer), "chosen(connection, offer)");
  for (const attribute of [
    basicAttribute(7, 8),
    basicAttribute(8, 1),
    basicAttribute(11, 1),
    basicAttribute(32001, 1),
    variableAttribute(9, new Uint8Array(100)),
  ])
    assert.equal(chosen(connection, changed(offer, withOneMore(attribute))), undefined, `${attribute.type}`);
  for (const value of [2, 61443, 99])
    assert.equal(chosen(connection, changed(offer, replaced(4, value))), undefined, `mode ${value}`);
  for (const value of [0, 3, 99])
    assert.equal(chosen(connection, changed(offer, replaced(5, value))), undefined, `authenticator ${value}`);
  for (const protocolId of [0, 1, 2, 4, 255]) {
    const proposals = offer.proposals.map((one) => ({ ...one, protocolId }));
    assert.equal(chosen(connection, { ...offer, proposals }), undefined, `protocol ${protocolId}`);
  }
});

test("protocols under one proposal number are all wanted together, so none of them is taken alone (RFC 2408 §4.2)", () => {
  const connection = connectionWith({});
  const offer = offerOf(connection);
  const [esp] = offer.proposals;
  assert.ok(esp, "esp");
  const AH = { ...esp, protocolId: 2 };
  assert.equal(chosen(connection, { ...offer, proposals: [AH, esp] }), undefined);
  assert.equal(chosen(connection, { ...offer, proposals: [esp, AH] }), undefined);
  const alternative = { ...esp, number: 2 };
  assert.equal(
    chosen(connection, { ...offer, proposals: [AH, esp, alternative] })?.offer.proposal,
    alternative,
  );
});

test("with `set pfs` the peer must ask for this group; without it any group of ours is taken", () => {
  for (const ours of [undefined, 1, 2, 5, 14] as const)
    for (const theirs of [undefined, 1, 2, 5, 14] as const) {
      const choice = chosen(
        connectionWith({ pfsGroup: ours }),
        offerOf(connectionWith({ pfsGroup: theirs })),
      );
      assert.equal(choice !== undefined, ours === undefined || ours === theirs, `${ours} and ${theirs}`);
      if (choice !== undefined) assert.equal(choice.offer.group, theirs);
    }
  const connection = connectionWith({});
  assert.equal(
    chosen(connection, changed(offerOf(connection), withOneMore(basicAttribute(3, 999)))),
    undefined,
  );
});

test("an offer of encryption without integrity matches no set that has integrity, and the other way round", () => {
  const bare = connectionWith({ transformSets: [setOf({ encryption: "3des", integrity: undefined })] });
  const full = connectionWith({ transformSets: [setOf({ encryption: "3des", integrity: "md5" })] });
  assert.equal(chosen(full, offerOf(bare)), undefined);
  assert.equal(chosen(bare, offerOf(full)), undefined);
  assert.ok(chosen(bare, offerOf(bare)), "chosen(bare, offerOf(bare))");
});

test("nothing that could be offered or answered makes an SA without encryption and integrity", () => {
  const connection = connectionWith({ transformSets: EVERY_ESP_SUITE.map((esp) => setOf(esp)) });
  const null_ = connectionWith({ transformSets: [setOf({ encryption: "null", integrity: "md5" })] });
  const nothing = changed(offerOf(null_), without(5));
  assert.equal(chosen(connection, nothing), undefined);
  assert.equal(accepted(connection, nothing), undefined);
});

test("an initiator refuses an answer whose cipher, authenticator, key length, mode or group is another (RFC 2409 §5.5)", () => {
  const connection = connectionWith({
    transformSets: [setOf({ encryption: "aes-128", integrity: "sha1" })],
    pfsGroup: 2,
  });
  const offer = offerOf(connection);
  assert.ok(accepted(connection, offer), "accepted(connection, offer)");
  for (const [type, value] of [
    [3, 1],
    [4, 2],
    [5, 1],
    [6, 256],
  ] as const)
    assert.equal(accepted(connection, changed(offer, replaced(type, value))), undefined, `${type} changed`);
  for (const type of [3, 5, 6])
    assert.equal(accepted(connection, changed(offer, without(type))), undefined, `${type} left out`);
  assert.equal(accepted(connection, changed(offer, withOneMore(basicAttribute(11, 1)))), undefined);
  const { proposal, transform } = firstOf(offer);
  for (const id of [2, 3, 11, 13, 20])
    assert.equal(
      accepted(connection, { ...offer, proposals: [{ ...proposal, transforms: [{ ...transform, id }] }] }),
      undefined,
      `transform ${id}`,
    );
  assert.equal(accepted(connection, { ...offer, proposals: [{ ...proposal, protocolId: 2 }] }), undefined);
});

test("an initiator that wants no PFS refuses an answer with it", () => {
  const connection = connectionWith({});
  const answer = changed(offerOf(connection), withOneMore(basicAttribute(3, 2)));
  const checked = checkAnsweredTransform(connection, answer, TUNNEL_TERMS);
  assert.ok("mismatches" in checked, "'mismatches' in checked");
  assert.deepEqual(
    checked.mismatches.map(({ attribute }) => attribute),
    ["pfs"],
  );
});

test("an answer is one proposal with one transform, never several and never none", () => {
  const connection = connectionWith({});
  const offer = offerOf(connection);
  const { proposal, transform } = firstOf(offer);
  for (const proposals of [
    [],
    [proposal, { ...proposal, number: 2 }],
    [{ ...proposal, transforms: [transform, transform] }],
    [{ ...proposal, transforms: [] }],
  ])
    assert.equal(accepted(connection, { ...offer, proposals }), undefined);
});

test("an answer may lower a lifetime, and a higher one does not raise ours", () => {
  const connection = connectionWith({ lifetimeSeconds: 3600, lifetimeKilobytes: 100000 });
  for (const [answered, expected] of [
    [1800, 1800],
    [3600, 3600],
    [7200, 3600],
  ] as const) {
    const answer = offerOf(connectionWith({ lifetimeSeconds: answered, lifetimeKilobytes: 4608000 }));
    const choice = accepted(connection, answer);
    assert.equal(choice?.lifetimeSeconds, expected);
    assert.equal(choice?.lifetimeKilobytes, 100000);
  }
});

test("an answer without the lifetime that was offered is refused", () => {
  const connection = connectionWith({});
  const offer = offerOf(connection);
  const lifeless = changed(offer, (all) => all.filter(({ type }) => type !== 1 && type !== 2));
  assert.equal(accepted(connection, lifeless), undefined);
  const checked = checkAnsweredTransform(connection, lifeless, TUNNEL_TERMS);
  assert.deepEqual("mismatches" in checked ? checked.mismatches.map(({ attribute }) => attribute) : [], [
    "lifetime",
  ]);
});

for (const numbers of [PLAIN_MODES, { tunnel: 3, transport: 4 }, { tunnel: 61443, transport: 61444 }]) {
  const between: ModeTerms = { numbers, isBetweenPeers: true };
  const others: ModeTerms = { numbers, isBetweenPeers: false };
  const [tunnelSet, transportSet] = (["tunnel", "transport"] as const).map((mode) =>
    connectionWith({ transformSets: [{ ...setOf({ encryption: "3des", integrity: "sha1" }), mode }] }),
  );
  assert.ok(tunnelSet && transportSet, "two connections");

  test(`transport mode (${numbers.transport}) is offered between the peers alone, and taken with tunnel mode (${numbers.tunnel})`, () => {
    const modeIn = (payload: SecurityAssociation) =>
      firstOf(payload).transform.attributes.find(({ type }) => type === 4)?.value;
    assert.deepEqual(modeIn(offerOf(transportSet, 1, between)), u16Octets(numbers.transport));
    assert.deepEqual(modeIn(offerOf(transportSet, 1, others)), u16Octets(numbers.tunnel));
    assert.deepEqual(modeIn(offerOf(tunnelSet, 1, between)), u16Octets(numbers.tunnel));
    const [tunnel, transport] = [offerOf(tunnelSet, 1, between), offerOf(transportSet, 1, between)];
    assert.deepEqual(
      [
        chosen(transportSet, transport, between)?.mode,
        chosen(transportSet, tunnel, between)?.mode,
        chosen(transportSet, transport, others)?.mode,
        chosen(transportSet, tunnel, others)?.mode,
        chosen(tunnelSet, transport, between)?.mode,
        chosen(tunnelSet, tunnel, between)?.mode,
      ],
      ["transport", "tunnel", undefined, "tunnel", undefined, "tunnel"],
    );
    const other = numbers === PLAIN_MODES ? { tunnel: 3, transport: 4 } : PLAIN_MODES;
    assert.equal(chosen(transportSet, transport, { ...between, numbers: other }), undefined);
  });

  test(`an answer in the other mode than the offer's is refused (${numbers.tunnel}, ${numbers.transport})`, () => {
    const [tunnel, transport] = [offerOf(tunnelSet, 1, between), offerOf(transportSet, 1, between)];
    assert.equal(accepted(transportSet, transport, between)?.mode, "transport");
    assert.equal(accepted(transportSet, tunnel, between), undefined);
    assert.equal(accepted(tunnelSet, transport, between), undefined);
    assert.equal(accepted(tunnelSet, tunnel, between)?.mode, "tunnel");
  });
}
