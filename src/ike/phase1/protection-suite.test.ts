/** Laws of the suites of phase 1: offering, reading, choosing and checking agree with each other and with RFC 2409 App. A. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SUITE } from "../../../test/support/ike-pair.ts";
import { hex } from "../../base/octets.ts";
import { CIPHERS, type CipherName, GROUP_IDS, HASHES, type HashName } from "../../crypto/names.ts";
import { basicAttribute, type Transform, variableAttribute } from "../../isakmp/payload.ts";
import { decodePayloads, encodePayloads } from "../../isakmp/payload-chain.ts";
import type { SecurityAssociation } from "../../isakmp/payloads/security-association.ts";
import type { AuthenticationMethod, ProtectionSuite } from "../policy.ts";
import {
  answerSuite,
  checkAnswer,
  chooseSuite,
  compareSuite,
  offerSuites,
  readSuite,
  situationProblem,
} from "./protection-suite.ts";

const ENCRYPTIONS = Object.keys(CIPHERS) as CipherName[]; // the table has exactly these keys
const HASH_NAMES = Object.keys(HASHES) as HashName[]; // the table has exactly these keys
const METHODS: readonly AuthenticationMethod[] = ["pre-share", "rsa-sig", "rsa-encr"];
/** Around the limit of the basic form, and the ends of IOS's range. */
const LIFETIMES = [60, 86400, 65535, 65536, 4294967295];

const EVERY_SUITE: readonly ProtectionSuite[] = ENCRYPTIONS.flatMap((encryption) =>
  HASH_NAMES.flatMap((hash) =>
    METHODS.flatMap((authentication) =>
      GROUP_IDS.map((group, i) => ({
        priority: 1 + i,
        encryption,
        hash,
        authentication,
        group,
        lifetimeSeconds: LIFETIMES[i % LIFETIMES.length] ?? 60,
        origin: undefined,
      })),
    ),
  ),
);

const suite: fc.Arbitrary<ProtectionSuite> = fc
  .record({
    encryption: fc.constantFrom<CipherName>("des", "3des", "aes-128"),
    hash: fc.constantFrom<HashName>("md5", "sha1"),
    group: fc.constantFrom(1, 2, 5),
    lifetimeSeconds: fc.constantFrom(300, 86400),
  })
  .map((fields) => ({ ...SUITE, ...fields }) as ProtectionSuite); // constantFrom widens the group's literals

function offerOf(...suites: readonly ProtectionSuite[]): SecurityAssociation {
  return offerSuites(suites, 1);
}

function onlyTransform(payload: SecurityAssociation): Transform {
  const [proposal] = payload.proposals;
  const [transform] = proposal?.transforms ?? [];
  assert.ok(transform, "transform");
  return transform;
}

function changed(
  transform: Transform,
  change: (attributes: Transform["attributes"]) => Transform["attributes"],
) {
  return { ...transform, attributes: change(transform.attributes) };
}

function withTransform(payload: SecurityAssociation, transform: Transform): SecurityAssociation {
  return { ...payload, proposals: payload.proposals.map((p) => ({ ...p, transforms: [transform] })) };
}

const always = (): undefined => undefined;

test("every suite that can be offered is read back from the wire as itself, and matches itself alone", () => {
  for (const one of EVERY_SUITE) {
    const { firstType, bytes } = encodePayloads([offerOf(one)]);
    const [payload] = decodePayloads(firstType, bytes).payloads;
    assert.ok(payload?.kind === "SA", "payload?.kind === 'SA'");
    const read = readSuite(onlyTransform(payload));
    const { encryption, hash, authentication, group, lifetimeSeconds } = read;
    assert.deepEqual(
      { ...one, encryption, hash, authentication, group, lifetimeSeconds },
      one,
      `${one.encryption} ${one.hash} ${one.authentication} ${one.group}`,
    );
    assert.deepEqual(read.unsupported, []);
    assert.deepEqual(compareSuite(one, read, undefined), []);
  }
  const described = EVERY_SUITE.map((one) => {
    const { lifetimeSeconds: _, ...rest } = { ...one, priority: 0 };
    return [JSON.stringify(rest), readSuite(onlyTransform(offerOf(one)))] as const;
  });
  const wire = new Set(
    EVERY_SUITE.map((one) => hex(encodePayloads([offerOf({ ...one, lifetimeSeconds: 60 })]).bytes)),
  );
  assert.equal(wire.size, new Set(described.map(([text]) => text)).size, "two suites look alike on the wire");
});

test("a suite is offered in the numbers of RFC 2409 App. A, as IOS orders them", () => {
  const offered = onlyTransform(
    offerOf({ ...SUITE, encryption: "aes-256", hash: "sha1", group: 2, lifetimeSeconds: 86400 }),
  );
  assert.equal(offered.id, 1);
  assert.deepEqual(
    offered.attributes.map(({ type, encoding, value }) => `${type} ${encoding} ${hex(value)}`),
    [
      "1 basic 0007",
      "14 basic 0100",
      "2 basic 0002",
      "4 basic 0002",
      "3 basic 0001",
      "11 basic 0001",
      "12 variable 00015180",
    ],
  );
});

test("a key length is offered for AES alone, whose keys have several (RFC 2409 App. A)", () => {
  for (const encryption of ENCRYPTIONS) {
    const lengths = onlyTransform(offerOf({ ...SUITE, encryption })).attributes.filter(
      ({ type }) => type === 14,
    );
    assert.equal(lengths.length, encryption.startsWith("aes") ? 1 : 0, encryption);
  }
});

test("the choice is the first of our suites that any offer matches, and the first such offer", () => {
  fc.assert(
    fc.property(
      fc.array(suite, { maxLength: 5 }),
      fc.array(suite, { minLength: 1, maxLength: 5 }),
      (ours, theirs) => {
        const matches = (mine: ProtectionSuite, offer: ProtectionSuite): boolean =>
          mine.encryption === offer.encryption &&
          mine.hash === offer.hash &&
          mine.group === offer.group &&
          mine.lifetimeSeconds <= offer.lifetimeSeconds;
        const expected = ours
          .flatMap((mine) => theirs.map((offer, index) => ({ mine, index, fits: matches(mine, offer) })))
          .find(({ fits }) => fits);
        const { choice, checks } = chooseSuite(ours, offerOf(...theirs), always);
        assert.equal(choice?.suite, expected?.mine);
        assert.equal(choice?.transform.number, expected === undefined ? undefined : expected.index + 1);
        // Every comparison up to the choice is told, and none after it.
        assert.ok(
          checks.slice(0, -1).every(({ mismatches }) => mismatches.length > 0),
          "checks.slice(0, -1).every(({ mismatches }) => mismatches.len",
        );
        if (choice === undefined) assert.equal(checks.length, ours.length * theirs.length);
        else assert.deepEqual(checks.at(-1)?.mismatches, []);
      },
    ),
    { numRuns: 300, seed: 31 },
  );
});

test("an offer with a shorter life than ours does not match; with a longer one or none ours holds and is told", () => {
  const mine = { ...SUITE, lifetimeSeconds: 3600 };
  for (const [offered, fits, isTold] of [
    [3599, false, false],
    [3600, true, false],
    [3601, true, true],
    [4294967295, true, true],
    [0, false, false],
  ] as const) {
    const { choice } = chooseSuite([mine], offerOf({ ...mine, lifetimeSeconds: offered }), always);
    assert.equal(choice !== undefined, fits, `${offered}`);
    if (choice === undefined) continue;
    assert.equal(choice.lifetimeSeconds, 3600);
    assert.equal(choice.lifetimeShortened, isTold);
  }
  const offer = offerOf(mine);
  const lifeless = changed(onlyTransform(offer), (attributes) =>
    attributes.filter(({ type }) => type !== 11 && type !== 12),
  );
  const { choice } = chooseSuite([mine], withTransform(offer, lifeless), always);
  assert.equal(choice?.lifetimeSeconds, 3600);
  assert.equal(choice?.lifetimeShortened, true);
});

test("a life in seconds is read from two, four and six octets, beside one in kilobytes", () => {
  const offer = onlyTransform(offerOf(SUITE));
  const lives = [
    [basicAttribute(12, 3600), 3600],
    [variableAttribute(12, 86400), 86400],
    [variableAttribute(12, Uint8Array.of(0, 0, 0, 1, 0x51, 0x80)), 86400],
    [variableAttribute(12, 0xffffffff), 0xffffffff],
  ] as const;
  for (const [life, expected] of lives) {
    const kilobytes = [basicAttribute(11, 2), variableAttribute(12, 4608000)];
    const transform = changed(offer, (attributes) => [
      ...attributes.filter(({ type }) => type !== 11 && type !== 12),
      basicAttribute(11, 1),
      life,
      ...kilobytes,
    ]);
    assert.equal(readSuite(transform).lifetimeSeconds, expected);
  }
});

test("an attribute said twice with one value is one attribute, with two values it is none of ours (RFC 2407 §4.5.2)", () => {
  const offer = onlyTransform(offerOf(SUITE));
  for (const original of offer.attributes.slice(0, 4)) {
    const twice = readSuite(changed(offer, (attributes) => [...attributes, original]));
    assert.deepEqual(compareSuite(SUITE, twice, undefined), []);
    const other = basicAttribute(original.type, 99);
    const conflicting = readSuite(changed(offer, (attributes) => [...attributes, other]));
    assert.ok(compareSuite(SUITE, conflicting, undefined).length > 0, `attribute ${original.type}`);
  }
});

test("an attribute missing or of an unknown class, value or form is a mismatch that names what came", () => {
  const offer = onlyTransform(offerOf(SUITE));
  const mismatches = (change: (attributes: Transform["attributes"]) => Transform["attributes"]) =>
    compareSuite(SUITE, readSuite(changed(offer, change)), undefined).map(
      ({ attribute, offered }) => `${attribute}: ${offered}`,
    );
  const replace = (type: number, value: number) => (attributes: Transform["attributes"]) =>
    attributes.map((one) => (one.type === type ? basicAttribute(type, value) : one));
  assert.deepEqual(mismatches(replace(1, 3)), ["encryption: Blowfish-CBC without a key length"]);
  assert.deepEqual(mismatches(replace(2, 3)), ["hash: Tiger"]);
  assert.deepEqual(mismatches(replace(3, 65001)), ["authentication: XAUTHInitPreShared"]);
  assert.deepEqual(mismatches(replace(4, 23)), ["group: group 23"]);
  assert.deepEqual(
    mismatches((attributes) => attributes.filter(({ type }) => type !== 2)),
    ["hash: no hash"],
  );
  assert.deepEqual(
    mismatches((attributes) => [...attributes, basicAttribute(13, 1)]),
    ["transform: attribute 13"],
  );
  assert.deepEqual(
    mismatches((attributes) => [...attributes, variableAttribute(16, new Uint8Array(96).fill(7))]),
    ["transform: attribute 16 of 96 octets"],
  );
  assert.deepEqual(
    mismatches((attributes) => [...attributes, basicAttribute(14, 192)]),
    ["encryption: 3DES-CBC with a key of 192 bits"],
    "3DES has no key length",
  );
});

test("AES without a key length, or with one that AES has not, is refused", () => {
  const mine = { ...SUITE, encryption: "aes-128" } as const;
  const offer = onlyTransform(offerOf(mine));
  for (const bits of [undefined, 0, 64, 127, 129, 192, 256, 512]) {
    const transform = changed(offer, (attributes) => [
      ...attributes.filter(({ type }) => type !== 14),
      ...(bits === undefined ? [] : [basicAttribute(14, bits)]),
    ]);
    const [mismatch] = compareSuite(mine, readSuite(transform), undefined);
    assert.equal(mismatch?.attribute, "encryption", `${bits}`);
    if (bits === undefined) assert.equal(mismatch.offered, "AES-CBC without a key length");
  }
});

test("only proposals for ISAKMP are chosen from", () => {
  const offer = offerOf(SUITE);
  const esp = { ...offer, proposals: offer.proposals.map((p) => ({ ...p, protocolId: 3 })) };
  assert.equal(chooseSuite([SUITE], esp, always).choice, undefined);
});

test("a suite whose key is missing is passed over for one that can be used", () => {
  const first = { ...SUITE, authentication: "rsa-sig", priority: 1 } as const;
  const second = { ...SUITE, priority: 2 };
  const missing = (one: ProtectionSuite) => (one.authentication === "rsa-sig" ? "no RSA keys" : undefined);
  const { choice, checks } = chooseSuite([first, second], offerOf(first, second), missing);
  assert.equal(choice?.suite, second);
  assert.deepEqual(
    checks[0]?.mismatches.map(({ attribute }) => attribute),
    ["key"],
  );
});

test("what a responder answers to an offer, the one who offered accepts as the same suite", () => {
  fc.assert(
    fc.property(
      fc.array(suite, { minLength: 1, maxLength: 5 }),
      fc.array(suite, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(0 as const, 1 as const),
      (offered, ours, firstNumber) => {
        const offer = offerSuites(offered, firstNumber);
        const { choice } = chooseSuite(ours, offer, always);
        if (choice === undefined) return;
        const answer = answerSuite(offer, choice);
        const [proposal] = answer.proposals;
        assert.equal(answer.proposals.length, 1);
        assert.equal(proposal?.transforms.length, 1);
        assert.deepEqual(proposal?.transforms[0]?.attributes, choice.transform.attributes);
        // IOS counts from 1 where the initiator counted from 0.
        assert.equal(proposal?.number, 1);
        const accepted = checkAnswer(offered, answer);
        assert.ok("choice" in accepted, "'choice' in accepted");
        assert.deepEqual(
          { ...accepted.choice.suite, lifetimeSeconds: 0 },
          { ...choice.suite, lifetimeSeconds: 0 },
        );
      },
    ),
    { numRuns: 300, seed: 32 },
  );
});

test("an initiator refuses an answer in which any attribute is changed, left out or added (RFC 2409 §5)", () => {
  const mine = { ...SUITE, encryption: "aes-128" } as const;
  const offer = offerOf(mine);
  const original = onlyTransform(offer);
  const refuses = (transform: Transform): boolean =>
    !("choice" in checkAnswer([mine], withTransform(offer, transform)));
  assert.ok(!refuses(original), "!refuses(original)");
  for (const { type } of original.attributes) {
    assert.ok(
      refuses(changed(original, (all) => all.filter((one) => one.type !== type))),
      `attribute ${type} left out`,
    );
    assert.ok(
      refuses(changed(original, (all) => all.map((a) => (a.type === type ? basicAttribute(type, 77) : a)))),
      `attribute ${type} changed`,
    );
  }
  assert.ok(
    refuses(changed(original, (all) => [...all, basicAttribute(13, 1)])),
    "refuses(changed(original, (all) => [...all, basicAttribute(1",
  );
  assert.ok(refuses({ ...original, id: 2 }), "refuses({ ...original, id: 2 })");
});

test("an initiator accepts its lifetime in the other encoding, which is no change (RFC 2409 §5)", () => {
  const mine = { ...SUITE, lifetimeSeconds: 3600 };
  const offer = offerOf(mine);
  const other = changed(onlyTransform(offer), (all) =>
    all.map((one) => (one.type === 12 ? variableAttribute(12, 3600) : one)),
  );
  assert.ok(
    "choice" in checkAnswer([mine], withTransform(offer, other)),
    "'choice' in checkAnswer([mine], withTransform(offer, other))",
  );
});

test("an answer with several transforms or none of ours is no answer", () => {
  const other = { ...SUITE, group: 5 } as const;
  assert.ok(
    !("choice" in checkAnswer([SUITE, other], offerOf(SUITE, other))),
    "!('choice' in checkAnswer([SUITE, other], offerOf(SUITE, oth",
  );
  const refused = checkAnswer([SUITE], offerOf(other));
  assert.ok("mismatches" in refused, "'mismatches' in refused");
  assert.deepEqual(
    refused.mismatches.map(({ attribute }) => attribute),
    ["group"],
  );
});

test("an answer about another protocol, or with a second proposal, is none (RFC 2408 §4.2)", () => {
  const offer = offerOf(SUITE);
  const [proposal] = offer.proposals;
  assert.ok(proposal, "one proposal");
  assert.ok("choice" in checkAnswer([SUITE], offer), "the offer itself");
  for (const proposals of [[{ ...proposal, protocolId: 3 }], [proposal, proposal], []])
    assert.ok(!("choice" in checkAnswer([SUITE], { ...offer, proposals })), "it is refused");
});

test("the work of choosing grows with suites times transforms and no faster", () => {
  const many = Array.from({ length: 200 }, () => ({ ...SUITE, group: 5 }) as const);
  const { checks, choice } = chooseSuite([SUITE, { ...SUITE, priority: 2 }], offerOf(...many), always);
  assert.equal(choice, undefined);
  assert.ok(checks.length <= 400, "checks.length <= 400");
});

test("only IPsec's domain and identity-only situations are negotiated (RFC 2407 §4.2)", () => {
  const offer = offerOf(SUITE);
  assert.equal(situationProblem(offer), undefined);
  assert.match(situationProblem({ ...offer, doi: 0 }) ?? "", /DOI 0/);
  for (const situation of [0, 2, 3, 4, 5, 7])
    assert.match(situationProblem({ ...offer, situation }) ?? "", new RegExp(`situation ${situation}`));
});
