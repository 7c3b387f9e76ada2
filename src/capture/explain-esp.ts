/** Explains ESP packets (RFC 2406 §2): checks the ICV and opens them where a key file has the SA. */
import { MalformedError } from "../base/errors.ts";
import { constantTimeEqual } from "../base/octets.ts";
import { Reader } from "../base/reader.ts";
import { decryptCbc } from "../crypto/cbc.ts";
import { hmac } from "../crypto/hash.ts";
import { AEADS, CIPHERS, COUNTER_CIPHERS, isAead, isCounterCipher } from "../crypto/names.ts";
import { packetAead } from "../crypto/packet-aead.ts";
import { packetCounterCipher } from "../crypto/packet-counter-cipher.ts";
import type { EspEntry, MalformedEntry } from "./explanation.ts";
import { innerPacketText } from "./inner-packet.ts";
import type { CaptureKeys, EspKeys } from "./key-file.ts";
import { endpointText, type PacketAddresses } from "./traffic.ts";

export interface EspPacketInCapture {
  readonly bytes: Uint8Array;
  readonly addresses: PacketAddresses;
  readonly missing: number;
  readonly frame: number;
  readonly timeMicroseconds: number;
}

export class EspExplainer {
  readonly #bySpi = new Map<number, EspKeys[]>();
  readonly #forAnySpi: EspKeys[] = [];

  constructor(keys: CaptureKeys) {
    for (const sa of keys.esp) {
      if (sa.spi === "*") this.#forAnySpi.push(sa);
      else this.#bySpi.set(sa.spi, [...(this.#bySpi.get(sa.spi) ?? []), sa]);
    }
  }

  explain(packet: EspPacketInCapture): EspEntry | MalformedEntry {
    const { bytes, addresses, frame, timeMicroseconds } = packet;
    const place = { frame, timeMicroseconds, ...endpointText(addresses) };
    try {
      const reader = new Reader(bytes, { name: "ESP" });
      const spi = reader.u32("spi");
      if (spi === 0) reader.fail("SPI 0 is reserved", "spi", 0);
      const sequenceNumber = reader.u32("sequenceNumber");
      return {
        kind: "esp",
        ...place,
        spi: `0x${spi.toString(16).padStart(8, "0")}`,
        sequenceNumber,
        length: bytes.length,
        isUdpEncapsulated: addresses.sourcePort !== undefined,
        ...inspect(packet, reader, this.#keysFor(spi, addresses)),
      };
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      const { reason, path, offset } = error;
      return { kind: "malformed", ...place, problem: { reason, path, offset } };
    }
  }

  #keysFor(spi: number, { source, destination }: PacketAddresses): EspKeys | undefined {
    return [...(this.#bySpi.get(spi) ?? []), ...this.#forAnySpi].find(
      (sa) =>
        (sa.source === "*" || sa.source === source) &&
        (sa.destination === "*" || sa.destination === destination),
    );
  }
}

type Findings = Pick<EspEntry, "icv" | "inner" | "innerProblem">;

function inspect(packet: EspPacketInCapture, reader: Reader, keys: EspKeys | undefined): Findings {
  if (packet.missing > 0) return unread(`${packet.missing} octets were not captured`);
  if (keys === undefined) return unread("no keys for this SA");
  if (keys.encryption.icvLength !== undefined) return inspectCombined(packet.bytes, reader, keys);
  const { icvLength } = keys.authentication;
  const covered = packet.bytes.length - icvLength;
  const body = reader.bytes("payload", Math.max(0, reader.remaining - icvLength));
  const icv = checkIcv(keys, packet.bytes.subarray(0, covered), reader.bytes("icv", icvLength));
  if (icv.result === "does not verify") return forged(icv);
  return findings(icv, open(keys, new Reader(body, { name: "ESP", baseOffset: HEADER_LENGTH })));
}

/** A cipher that authenticates itself (RFC 4106 §3, §5; RFC 4543 §3). */
function inspectCombined(bytes: Uint8Array, reader: Reader, keys: EspKeys): Findings {
  const { encryption, encryptionKey } = keys;
  const { icvLength = 0 } = encryption;
  const cipher = encryption.ciphers.get(encryptionKey.length);
  if (cipher === undefined || !isAead(cipher))
    return unread(`${encryption.name} has no key of ${encryptionKey.length} octets`);
  const iv = reader.bytes("iv", AEADS[cipher].ivLength);
  const sealed = reader.bytes("ciphertext", Math.max(icvLength, reader.remaining));
  const aead = packetAead(cipher, encryptionKey.reveal(), { icvLength });
  const plaintext = aead.open(iv, bytes.subarray(0, HEADER_LENGTH), sealed);
  if (plaintext === undefined) return forged({ result: "does not verify", why: undefined });
  return findings({ result: "verified", why: undefined }, unwrap(plaintext));
}

function findings(icv: Findings["icv"], opened: string | { readonly text: string }): Findings {
  return typeof opened === "string"
    ? { icv, inner: undefined, innerProblem: opened }
    : { icv, inner: opened.text, innerProblem: undefined };
}

function forged(icv: Findings["icv"]): Findings {
  return { icv, inner: undefined, innerProblem: "not decrypted, as it may be forged or the key be wrong" };
}

function unread(why: string): Findings {
  return { icv: { result: "not checked", why }, inner: undefined, innerProblem: why };
}

function checkIcv(
  { authentication, authenticationKey }: EspKeys,
  covered: Uint8Array,
  icv: Uint8Array,
): EspEntry["icv"] {
  const { hash, icvLength, name } = authentication;
  if (icvLength === 0) return { result: "not checked", why: "the SA has no authentication" };
  if (hash === undefined) return { result: "not checked", why: `${name} is not supported` };
  const expected = hmac(hash, authenticationKey.reveal(), covered).subarray(0, icvLength);
  return { result: constantTimeEqual(expected, icv) ? "verified" : "does not verify", why: undefined };
}

/** The packet inside, or why it cannot be read. */
function open({ encryption, encryptionKey }: EspKeys, body: Reader): string | { readonly text: string } {
  if (encryption.ciphers.size === 0) return `${encryption.name} is not supported`;
  const cipher = encryption.ciphers.get(encryptionKey.length);
  if (cipher === undefined || isAead(cipher))
    return `${encryption.name} has no key of ${encryptionKey.length} octets`;
  if (cipher === "null") return unwrap(body.rest("plaintext"));
  if (isCounterCipher(cipher)) {
    const counterIv = body.bytes("iv", COUNTER_CIPHERS[cipher].ivLength);
    const text = body.rest("ciphertext");
    return unwrap(packetCounterCipher(cipher, encryptionKey.reveal()).open(counterIv, text));
  }
  const { blockLength } = CIPHERS[cipher];
  const iv = body.bytes("iv", blockLength);
  if (body.remaining === 0 || body.remaining % blockLength !== 0)
    body.fail(`${body.remaining} octets of ciphertext are not whole blocks of ${blockLength}`, "ciphertext");
  return unwrap(decryptCbc(cipher, encryptionKey.reveal(), iv, body.rest("ciphertext")));
}

/** RFC 2406 §2.4, §2.5: padding 1, 2, 3 and so on, its length, and what the payload is. */
function unwrap(plaintext: Uint8Array): string | { readonly text: string } {
  const padLength = plaintext.at(-2);
  const nextHeader = plaintext.at(-1);
  if (padLength === undefined || nextHeader === undefined) return "too short for its trailer";
  const end = plaintext.length - 2 - padLength;
  const padding = plaintext.subarray(Math.max(0, end), -2);
  if (end < 0 || padding.some((octet, i) => octet !== i + 1))
    return "what comes out is not padded as ESP pads: the key is wrong";
  return { text: innerPacketText(nextHeader, plaintext.subarray(0, end)) };
}

/** SPI and sequence number. */
const HEADER_LENGTH = 8;
