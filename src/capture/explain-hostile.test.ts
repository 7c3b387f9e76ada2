import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  assertCovered,
  handshakeKeys,
  handshakeNamed,
  keysOf,
  messagesOf,
  session,
  wireOf,
} from "../../test/support/explained.ts";
import { clearHeader, octets, payloads } from "../../test/support/isakmp-arbitraries.ts";
import { espCapture, udpCapture } from "../../test/support/udp-capture.ts";
import { concat, fromHex, utf8 } from "../base/octets.ts";
import { encodeEncryptedMessage, encodeMessage } from "../isakmp/message.ts";
import { readFrames } from "./capture-file.ts";
import { explainCapture } from "./explain.ts";
import { formatExplanation } from "./format-explanation.ts";
import { formatEspSa } from "./key-file.ts";
import { TrafficFinder } from "./traffic.ts";

fc.configureGlobal({ seed: 2409 });

test("a malformed message is read as far as it goes, and the next is explained", () => {
  const good = wireOf(handshakeNamed("testMainModePSKHandshake")).map(({ bytes }) => bytes);
  const [first, second] = good;
  assert.ok(first !== undefined && second !== undefined);
  const broken = first.slice();
  broken[31] = 0xff;
  const explanation = explainCapture(
    udpCapture([
      { from: "I", bytes: broken },
      { from: "I", bytes: first },
      { from: "R", bytes: second },
    ]),
  );
  assert.deepEqual(
    messagesOf(explanation).map(({ label, problems }) => [
      label,
      ...problems.map(({ offset, path, reason }) => `${offset} ${path}: ${reason}`),
    ]),
    [["MM", "30 SA.length: a length of 255, but 56 bytes are left"], ["MM1"], ["MM2"]],
  );
  assert.match(
    formatExplanation(explanation).join("\n"),
    /^ +MALFORMED at byte 30, SA\.length: a length of 255/m,
  );
});

test("a message that the right key opens to nonsense is malformed, not a wrong key", () => {
  const handshake = handshakeNamed("testMainModePSKHandshake");
  const wire = wireOf(handshake);
  const at = messagesOf(explainCapture(udpCapture(wire), handshakeKeys(handshake))).findIndex(
    ({ label }) => label === "QM1",
  );
  const damaged = wire.map((message, i) => {
    if (i !== at) return message;
    const bytes = message.bytes.slice();
    bytes[28] = (bytes[28] ?? 0) ^ 0xff;
    return { ...message, bytes };
  });
  const [message] = messagesOf(explainCapture(udpCapture(damaged), handshakeKeys(handshake))).slice(at);
  assert.equal(message?.protection.kind, "decrypted");
  assert.equal(message.problems.length, 1);
});

test("fragments are put together and the message in them explained", () => {
  const handshake = handshakeNamed("testMainModePSKHandshake");
  const [first, ...others] = wireOf(handshake);
  assert.ok(first !== undefined);
  const pieces = [first.bytes.slice(0, 30), first.bytes.slice(30)].map((data, i) => ({
    from: "I" as const,
    bytes: encodeMessage({ ...HEADER, initiatorCookie: first.bytes.slice(0, 8), exchangeType: 2 }, [
      { kind: "FRAGMENT", fragmentId: 1, number: i + 1, isLast: i === 1, data },
    ]),
  }));
  const explanation = explainCapture(udpCapture([...pieces, ...others]), handshakeKeys(handshake));
  assert.deepEqual(
    messagesOf(explanation)
      .slice(0, 4)
      .map(({ label, assembledFrom }) => [label, ...assembledFrom]),
    [["fragment"], ["fragment"], ["MM1", 1, 2], ["MM2"]],
  );
  assert.ok(
    messagesOf(explanation).every(({ checks }) => checks.every(({ result }) => result === "verified")),
  );
});

const HEADER = {
  initiatorCookie: new Uint8Array(8).fill(1),
  responderCookie: new Uint8Array(8),
  majorVersion: 1,
  minorVersion: 0,
  exchangeType: 5,
  flags: 0,
  messageId: 0,
};

test("control characters of a peer do not reach the terminal", () => {
  const evil = utf8("\u001b[2Jrouter\n%CRYPTO-6-FAKE");
  const bytes = encodeMessage(HEADER, [
    { kind: "ID", idType: 2, protocolId: 0, port: 0, data: evil },
    { kind: "VID", vendorId: evil },
    { kind: "ID", idType: 11, protocolId: 0, port: 0, data: evil },
  ]);
  for (const line of formatExplanation(explainCapture(udpCapture([{ from: "I", bytes }])), {
    everyField: true,
  }))
    assert.match(line, /^[\x20-\x7e]*$/);
});

test("a file that is no capture, and one that breaks off, are said to be so", () => {
  assert.deepEqual(formatExplanation(explainCapture(utf8("hostname R1\n"))), [
    "not a capture: neither a pcap nor a pcapng file at magic (byte 0)",
  ]);
  const capture = udpCapture([{ from: "I", bytes: encodeMessage(HEADER, []) }]);
  const explanation = explainCapture(capture.slice(0, -1));
  assert.equal(explanation.problem?.path, "pcap.packet[1].data");
  assert.match(formatExplanation(explanation).at(-1) ?? "", /^the file breaks off: needs 56 bytes, 55 left/);
});

test("ESP that is too short, has SPI 0 or an impossible length is malformed at its byte", () => {
  const keys = keysOf(
    formatEspSa({
      ...{ source: "192.0.2.1", destination: "192.0.2.2", spi: 0x100 },
      ...{ encryption: "des", encryptionKey: new Uint8Array(8).fill(3) },
      ...{ integrity: undefined, integrityKey: new Uint8Array(0) },
    }),
  );
  const problemOf = (esp: string): string => {
    const [entry] = explainCapture(espCapture(fromHex(esp)), keys).entries;
    return entry?.kind === "malformed"
      ? `${entry.problem.offset} ${entry.problem.path}: ${entry.problem.reason}`
      : "";
  };
  assert.equal(problemOf("00000100"), "4 ESP.sequenceNumber: needs 4 bytes, 0 left");
  assert.equal(problemOf("0000000000000001"), "0 ESP.spi: SPI 0 is reserved");
  assert.equal(problemOf("00000100 00000001 01"), "8 ESP.iv: needs 8 bytes, 1 left");
  assert.equal(
    problemOf(`00000100 00000001 ${"00".repeat(8)} 0102`),
    "16 ESP.ciphertext: 2 octets of ciphertext are not whole blocks of 8",
  );
});

test("whatever the payloads and the damage, every message is explained and every octet of a sound one covered", () => {
  fc.assert(
    fc.property(
      clearHeader,
      payloads,
      octets(0, 16),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }),
      fc.constantFrom(500, 4500),
      (header, list, trailing, changes, port) => {
        const bytes = concat(
          port === 4500 ? new Uint8Array(4) : new Uint8Array(0),
          encodeMessage(header, list, trailing),
        );
        for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
        const explanation = explainCapture(udpCapture([{ from: "I", bytes, port }]));
        for (const message of messagesOf(explanation))
          if (message.problems.length === 0) assertCovered(message);
        formatExplanation(explanation, { everyField: true });
        JSON.stringify(explanation);
      },
    ),
    { numRuns: 500 },
  );
});

test("damaged recordings are explained with their keys, whatever the damage", () => {
  const { capture, wireshark, skeyid } = session("main_des-md5-modp768_des-md5");
  const keys = keysOf(...wireshark, skeyid);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 20 }),
      fc.nat(),
      (changes, keep) => {
        const damaged = capture.slice();
        for (const [at, octet] of changes) damaged[at % damaged.length] = octet;
        const cut = keep % 4 === 0 ? damaged.slice(0, keep % damaged.length) : damaged;
        formatExplanation(explainCapture(cut, keys));
      },
    ),
    { numRuns: 150 },
  );
});

test("what is kept of a flood of initiators grows with the capture, not beyond", () => {
  const { capture, wireshark } = session("main_des-md5-modp768_des-md5");
  const wire = [...readFrames(capture)].flatMap((frame) => {
    const found = new TrafficFinder().find(frame);
    return found?.kind === "isakmp" ? [found.bytes] : [];
  });
  const flood = Array.from({ length: 2000 }, (_, i) => ({
    from: "I" as const,
    bytes: encodeEncryptedMessage(
      {
        ...HEADER,
        nextPayload: 8,
        exchangeType: 32,
        initiatorCookie: wire[0]?.slice(0, 8) ?? HEADER.initiatorCookie,
        messageId: i + 1,
      },
      new Uint8Array(16),
    ),
  }));
  const start = wire
    .slice(0, 6)
    .map((bytes, i) => ({ from: i % 2 === 0 ? ("I" as const) : ("R" as const), bytes }));
  const explanation = explainCapture(udpCapture([...start, ...flood]), keysOf(...wireshark));
  assert.equal(explanation.entries.length, 2006);
  assert.ok(JSON.stringify(explanation).length < 2_000 * 4_000);
});

test("of more ISAKMP than fits into memory the rest is told without payloads, and a note says from where", () => {
  const bytes = encodeMessage(HEADER, [{ kind: "VID", vendorId: new Uint8Array(60_000) }]);
  const flood = Array.from({ length: 100 }, (_, i) => {
    const other = bytes.slice();
    other[0] = i;
    return { from: "I" as const, bytes: other };
  });
  const explanation = explainCapture(udpCapture(flood));
  const first = messagesOf(explanation).findIndex(({ nodes }) => nodes.length === 1) + 1;
  assert.ok(first > 60 && first < 75);
  assert.deepEqual(explanation.notes, [
    `from #${first} on, messages are told without their payloads: there are too many`,
  ]);
  assert.equal(explanation.entries.length, 100);
});
