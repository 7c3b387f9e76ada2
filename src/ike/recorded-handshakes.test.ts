/** Handshakes recorded with real implementations, replayed through the engine with their secrets. */
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { test } from "node:test";
import { A, B, policyOf, SUITE } from "../../test/support/ike-pair.ts";
import { vectorFile } from "../../test/support/vector-file.ts";
import { fromHex, hex, utf8 } from "../base/octets.ts";
import type { RandomPurpose } from "../base/random.ts";
import { instant } from "../base/time.ts";
import { type JobResult, withSecret } from "../crypto/jobs.ts";
import { performJob } from "../crypto/perform-job.ts";
import { privateOperation, publicKeyOf } from "../crypto/rsa.ts";
import { Secret } from "../crypto/secret.ts";
import { type IpAddress, ipv4 } from "../net/ip-address.ts";
import { ANY_PORT, blockOf, host, type TrafficSelector } from "../net/selector.ts";
import { IkeEngine } from "./engine.ts";
import type { IkeInput, IkeOutput } from "./engine-contract.ts";
import type { IkePolicy } from "./policy.ts";
import { IOS_CONVENTIONS, type WireConventions } from "./wire-conventions.ts";

interface Handshake {
  readonly psk: string;
  readonly initiator_rsa_private_pkcs1_b64?: string;
  readonly Nr_ciphertext?: string;
  readonly IDir_ciphertext?: string;
  readonly IDii_b?: string;
  readonly initiator_dh_private: string;
  readonly CKY_I: string;
  readonly CKY_R: string;
  readonly KE_I: string;
  readonly KE_R: string;
  readonly gxy: string;
  readonly Ni_b: string;
  readonly Nr_b: string;
  readonly wire: readonly { readonly from: "I" | "R"; readonly hex: string }[];
  readonly encrypted_messages: readonly {
    readonly msgid: string;
    readonly exchange: number;
    readonly plaintext: string;
  }[];
}

const HANDSHAKES = vectorFile<{ readonly [name: string]: Handshake }>("cisco_ikev1_full_kat.json");

const INITIATOR = ipv4("10.0.3.1");
const RECORDED_SUITE = { ...SUITE, encryption: "aes-128", group: 2, lifetimeSeconds: 28800 } as const;

/** What the recorded initiator does where the RFC leaves a choice: it counts from 0, sends no vendor IDs and no kilobytes. */
const RECORDED_INITIATOR: WireConventions = {
  firstProposalNumber: 0,
  phase1Id: { protocol: 0, port: 0 },
  nonceLength: 8,
  vendorIds: () => [],
  sendInitialContact: false,
  encryptThirdMessage: false,
  encryptedNonceSkeyid: "ios",
  offerKilobytes: false,
  traverseNats: false,
  renewPhase1: false,
};

/** Answers each named draw with what the recorded end drew. */
function recordedDraws(draws: { readonly [P in RandomPurpose]?: readonly string[] }) {
  const left = new Map(Object.entries(draws).map(([purpose, values]) => [purpose, [...values]]));
  return {
    bytes(purpose: RandomPurpose, length: number): Uint8Array {
      const next = left.get(purpose)?.shift();
      assert.ok(next !== undefined, `no recorded draw is left for ${purpose}`);
      const octets = fromHex(next);
      return octets.length === length ? octets : octets.slice(0, length);
    },
  };
}

function policyFor(
  own: IpAddress,
  peer: IpAddress,
  key: string,
  lifetimeSeconds: number,
  selector?: TrafficSelector,
): IkePolicy {
  const base = policyOf(A, B, { suites: [{ ...RECORDED_SUITE, lifetimeSeconds }] });
  return {
    ...base,
    preSharedKeys: [
      { peer: { kind: "address", block: host(peer) }, key: new Secret(utf8(key)), origin: undefined },
    ],
    connections: base.connections.map((connection) => ({
      ...connection,
      localAddress: own,
      peers: [peer],
      transformSets: [
        {
          name: "recorded",
          esp: { encryption: "aes-128", integrity: "sha1" },
          mode: "tunnel",
          origin: undefined,
        },
      ],
      selectors: [
        { selector: selector ?? connection.selectors[0]?.selector ?? WHOLE_NET, origin: undefined },
      ],
    })),
  };
}

const WHOLE_NET: TrafficSelector = {
  protocol: 0,
  local: blockOf(ipv4("0.0.0.0"), ipv4("0.0.0.0")),
  localPorts: ANY_PORT,
  remote: blockOf(ipv4("0.0.0.0"), ipv4("0.0.0.0")),
  remotePorts: ANY_PORT,
};

/** Feeds one end with what the other end sent, performs its jobs, and gives what it says. */
function replay(
  engine: IkeEngine,
  first: IkeInput | undefined,
  own: IpAddress,
  peer: IpAddress,
  incoming: readonly string[],
  answerJob: (output: Extract<IkeOutput, { kind: "start-job" }>) => JobResult,
): string[] {
  const said: string[] = [];
  const handle = (input: IkeInput): void => {
    for (const output of engine.handle(instant(0), input)) {
      if (output.kind === "send") said.push(hex(output.bytes));
      if (output.kind === "start-job") handle({ kind: "job-done", id: output.id, result: answerJob(output) });
    }
  };
  if (first !== undefined) handle(first);
  for (const bytes of incoming)
    handle({
      kind: "datagram",
      local: { address: own, port: 500 },
      remote: { address: peer, port: 500 },
      bytes: fromHex(bytes),
    });
  return said;
}

function handshake(name: string): Handshake {
  const found = HANDSHAKES[name];
  assert.ok(found !== undefined, name);
  return found;
}

function sent(recorded: Handshake, from: "I" | "R"): string[] {
  return recorded.wire.filter((message) => message.from === from).map((message) => message.hex);
}

test("main mode and quick mode of a recorded initiator come out byte for byte", () => {
  const recorded = handshake("testMainModePSKHandshake");
  const peer = ipv4("10.0.3.10");
  const quickModeOffer = recorded.encrypted_messages.find((message) => message.exchange === 32);
  assert.ok(quickModeOffer !== undefined);
  const engine = new IkeEngine({
    policy: policyFor(INITIATOR, peer, recorded.psk, 28800, WHOLE_NET),
    random: recordedDraws({
      "initiator cookie": [recorded.CKY_I],
      "dh private": [recorded.initiator_dh_private],
      nonce: [recorded.Ni_b, "695346ebcf35ab90"],
      "message id": [quickModeOffer.msgid],
      spi: ["b75ad16c"],
    }),
    conventions: RECORDED_INITIATOR,
  });
  const start = { kind: "negotiate", connectionId: "vpn 10 Ethernet1/0", peer, selector: WHOLE_NET } as const;
  // The private value is the recorded one, so the public value and the secret are computed, not told.
  const performed = (output: Extract<IkeOutput, { kind: "start-job" }>): JobResult =>
    performJob(withSecret(output.job, fromHex(recorded.initiator_dh_private)));
  const said = replay(engine, start, INITIATOR, peer, sent(recorded, "R").slice(0, 3), performed);
  const expected = sent(recorded, "I");
  assert.deepEqual(said, expected.slice(0, 4));
  assert.equal(engine.view().isakmpSas[0]?.state, "QM_IDLE");
});

test("aggressive mode of a recorded initiator comes out byte for byte, with its quick mode", () => {
  const recorded = handshake("testAggressiveModePSKHandshake");
  const peer = ipv4("10.0.3.10");
  const quickModeOffer = recorded.encrypted_messages[0];
  assert.ok(quickModeOffer !== undefined, "the recorded handshake has a quick mode");
  const policy = policyFor(INITIATOR, peer, recorded.psk, 28800, WHOLE_NET);
  const [key] = policy.preSharedKeys;
  assert.ok(key !== undefined, "the policy has a key");
  const engine = new IkeEngine({
    policy: {
      ...policy,
      aggressivePeers: [{ peer, key, identity: { kind: "ipv4-address", address: INITIATOR } }],
    },
    random: recordedDraws({
      "initiator cookie": [recorded.CKY_I],
      "dh private": [recorded.initiator_dh_private],
      // Of quick mode: from its plaintext.
      nonce: [recorded.Ni_b, nonceIn(quickModeOffer.plaintext)],
      "message id": [quickModeOffer.msgid],
      spi: ["f94d660a"],
    }),
    conventions: RECORDED_INITIATOR,
  });
  const start = { kind: "negotiate", connectionId: "vpn 10 Ethernet1/0", peer, selector: WHOLE_NET } as const;
  const performed = (output: Extract<IkeOutput, { kind: "start-job" }>): JobResult =>
    performJob(withSecret(output.job, fromHex(recorded.initiator_dh_private)));
  const said = replay(engine, start, INITIATOR, peer, sent(recorded, "R").slice(0, 1), performed);
  assert.deepEqual(said, sent(recorded, "I").slice(0, 3));
  assert.equal(engine.view().isakmpSas[0]?.state, "QM_IDLE");
});

/** The nonce of a recorded quick mode offer: behind its HASH (24 octets) and SA payload comes a payload of the nonce's 8 octets. */
function nonceIn(plaintext: string): string {
  const octets = fromHex(plaintext);
  const at = 24 + new DataView(octets.buffer, octets.byteOffset).getUint16(26);
  return hex(octets.slice(at + 4, at + 12));
}

test("an IOS router's answers to main mode come out byte for byte, RESPONDER-LIFETIME included", () => {
  const recorded = handshake("testMoreThanOneMessageHandshake");
  const router = ipv4("10.0.3.2");
  const engine = new IkeEngine({
    policy: policyFor(router, INITIATOR, recorded.psk, 300),
    random: recordedDraws({
      "responder cookie": [recorded.CKY_R],
      "dh private": ["00".repeat(256)],
      nonce: [recorded.Nr_b],
      // What is in IOS's vendor id behind its own cookie has no public meaning.
      "vendor id": ["a827fee9f3849e8d"],
      "message id": ["2bed2854"],
    }),
    conventions: IOS_CONVENTIONS,
  });
  // The router's private value is not known; what it computed is.
  const computed = (): JobResult => ({
    kind: "dh-both",
    publicValue: fromHex(recorded.KE_R),
    sharedSecret: fromHex(recorded.gxy),
  });
  const said = replay(engine, undefined, router, INITIATOR, sent(recorded, "I"), computed);
  assert.deepEqual(said, sent(recorded, "R"));
  assert.equal(engine.view().isakmpSas[0]?.state, "QM_IDLE");
});

test("an IOS router's answers with encrypted nonces come out byte for byte", () => {
  const recorded = handshake("testMainModePKEHandshake");
  const router = ipv4("10.0.3.2");
  const peerKey = createPrivateKey({
    key: Buffer.from(recorded.initiator_rsa_private_pkcs1_b64 ?? "", "base64"),
    format: "der",
    type: "pkcs1",
  });
  const privateKey = new Uint8Array(peerKey.export({ format: "der", type: "pkcs8" }));
  const publicKey = publicKeyOf(privateKey);
  const engine = new IkeEngine({
    policy: {
      ...policyFor(router, INITIATOR, "", 28800, {
        protocol: 0,
        local: blockOf(ipv4("10.0.2.0"), ipv4("255.255.255.0")),
        localPorts: ANY_PORT,
        remote: blockOf(ipv4("10.0.1.0"), ipv4("255.255.255.0")),
        remotePorts: ANY_PORT,
      }),
      protectionSuites: [{ ...RECORDED_SUITE, group: 5, authentication: "rsa-encr" }],
      rsa: {
        certificates: [],
        authorities: [],
        // The router's own private key is not known; what it decrypted is.
        encryptionKey: { publicKey, privateKey: new Secret(privateKey) },
        peerKeys: [{ name: undefined, address: INITIATOR, publicKey, origin: undefined }],
      },
    },
    random: recordedDraws({
      "responder cookie": [recorded.CKY_R],
      "dh private": ["00".repeat(256)],
      nonce: [recorded.Nr_b, "88b125746d9e8a978fd650d465aaa740821e3179"],
      "vendor id": ["70f20bcb0c1ac1c7"],
      // What IOS filled the two blocks with is seen by decrypting them.
      "rsa padding": [recorded.IDir_ciphertext ?? "", recorded.Nr_ciphertext ?? ""].map((ciphertext) =>
        paddingOf(privateOperation(privateKey, fromHex(ciphertext))),
      ),
      "rsa substitute": ["00".repeat(20), "00".repeat(20), "00".repeat(20)],
      spi: ["4589f1f1"],
    }),
    conventions: IOS_CONVENTIONS,
  });
  const computed = ({ job }: Extract<IkeOutput, { kind: "start-job" }>): JobResult =>
    job.kind === "rsa-decrypt"
      ? { kind: "rsa-decrypt", contents: [recorded.IDii_b, recorded.Ni_b].map((text) => fromHex(text ?? "")) }
      : { kind: "dh-both", publicValue: fromHex(recorded.KE_R), sharedSecret: fromHex(recorded.gxy) };
  const said = replay(engine, undefined, router, INITIATOR, sent(recorded, "I"), computed);
  const expected = sent(recorded, "R");
  assert.deepEqual(said.slice(0, 3), expected.slice(0, 3));
  // IOS pads a full last block with one more, which changes the length in the header and nothing before that block.
  const [body, recordedBody] = [said, expected].map((messages) => messages[3]?.slice(56) ?? "");
  assert.ok(recordedBody?.startsWith(body ?? "-"), "quick mode's answer");
  assert.equal(engine.view().isakmpSas[0]?.state, "QM_IDLE");
});

/** What fills a block of type 2, in hexadecimal. */
function paddingOf(block: Uint8Array): string {
  return hex(block.slice(2, block.indexOf(0, 2)));
}
