/**
 * Whole IKE sessions that others recorded, with their secrets, in one form. The messages are taken apart here by hand:
 * what is tested with them does not rest on our own codec.
 */
import { fromHex, hex } from "../../src/base/octets.ts";
import type { CipherName, HashName } from "../../src/crypto/names.ts";
import { vectorFile } from "./vector-file.ts";

export type End = "initiator" | "responder";

export interface RecordedMessage {
  readonly from: End;
  readonly exchange: number;
  readonly isEncrypted: boolean;
  readonly messageId: number;
  readonly firstPayload: number;
  /** What follows the ISAKMP header. */
  readonly body: Uint8Array;
}

export interface RecordedSession {
  readonly name: string;
  readonly hash: HashName;
  readonly cipher: CipherName;
  /** Undefined where the ends authenticate by other means. */
  readonly psk: Uint8Array | undefined;
  readonly CKY_I: Uint8Array;
  readonly CKY_R: Uint8Array;
  readonly SKEYID: Uint8Array;
  readonly SKEYID_d: Uint8Array;
  readonly SKEYID_a: Uint8Array;
  readonly SKEYID_e: Uint8Array;
  readonly Ka: Uint8Array;
  readonly IV0: Uint8Array;
  readonly messages: readonly RecordedMessage[];
}

/** With an IOS router: phase 1's inputs are known as well. */
export interface CiscoHandshake extends RecordedSession {
  readonly gxy: Uint8Array;
  readonly KE_I: Uint8Array;
  readonly KE_R: Uint8Array;
  readonly Ni_b: Uint8Array;
  readonly Nr_b: Uint8Array;
  readonly IDii_b: Uint8Array;
  readonly IDir_b: Uint8Array;
}

/** Between two strongSwan: what came of quick mode is known as well. */
export interface StrongswanSession extends RecordedSession {
  readonly initiatorAddress: Uint8Array;
  readonly responderAddress: Uint8Array;
  readonly esp: {
    readonly cipher: CipherName;
    readonly hash: HashName;
    readonly pfs: boolean;
    /** The SPI is of the SA towards this end; the keys are of the SA from it. */
    readonly ends: { readonly [E in End]: EspEnd };
    readonly packets: readonly { readonly from: End; readonly packet: Uint8Array }[];
  };
}

export interface EspEnd {
  readonly spi: Uint8Array;
  readonly encryptionKey: Uint8Array;
  readonly integrityKey: Uint8Array;
}

export function ciscoHandshakes(): readonly CiscoHandshake[] {
  const file = vectorFile<Record<string, CiscoRow>>("cisco_ikev1_full_kat.json");
  return Object.entries(file).map(([name, row]) => ({
    ...commonOf(row),
    name,
    hash: "sha1",
    cipher: "aes-128",
    psk: row.psk === undefined ? undefined : new TextEncoder().encode(row.psk),
    CKY_I: fromHex(row.CKY_I),
    CKY_R: fromHex(row.CKY_R),
    IV0: fromHex(row.IV0),
    messages: row.wire.map((each) => message(each.from === "I" ? "initiator" : "responder", each.hex)),
    gxy: fromHex(row.gxy),
    KE_I: fromHex(row.KE_I),
    KE_R: fromHex(row.KE_R),
    Ni_b: fromHex(row.Ni_b),
    Nr_b: fromHex(row.Nr_b),
    IDii_b: fromHex(row.IDii_b),
    IDir_b: fromHex(row.IDir_b),
  }));
}

export function strongswanSessions(): readonly StrongswanSession[] {
  return vectorFile<readonly StrongswanRow[]>("strongswan_sessions.json").map((row) => {
    const { esp } = row;
    const end = (spi: string, encryptionKey: string, integrityKey: string): EspEnd => ({
      spi: fromHex(spi),
      encryptionKey: fromHex(encryptionKey),
      integrityKey: fromHex(integrityKey),
    });
    return {
      ...commonOf(row),
      name: row.name,
      hash: row.hash,
      cipher: row.cipher,
      psk: new TextEncoder().encode(row.preSharedKey),
      CKY_I: fromHex((row.messages[1]?.message ?? "").slice(0, 16)),
      CKY_R: fromHex((row.messages[1]?.message ?? "").slice(16, 32)),
      IV0: fromHex(row.IV),
      messages: row.messages.map((each) => message(each.from, each.message)),
      initiatorAddress: fromHex(row.initiatorAddress),
      responderAddress: fromHex(row.responderAddress),
      esp: {
        cipher: esp.cipher,
        hash: esp.hash,
        pfs: esp.pfs,
        ends: {
          initiator: end(esp.initiatorSpi, esp.initiatorEncryptionKey, esp.initiatorIntegrityKey),
          responder: end(esp.responderSpi, esp.responderEncryptionKey, esp.responderIntegrityKey),
        },
        packets: esp.packets.map(({ from, packet }) => ({ from, packet: fromHex(packet) })),
      },
    };
  });
}

export interface RecordedPayload {
  readonly type: number;
  /** Without the generic header. */
  readonly body: Uint8Array;
  /** Where it ends in the message's body. */
  readonly end: number;
}

/** The payloads of a message's body in clear (RFC 2408 §3.2); what is left behind the last of them is padding. */
export function payloadsOf(firstPayload: number, body: Uint8Array): readonly RecordedPayload[] {
  const payloads: RecordedPayload[] = [];
  let [type, at] = [firstPayload, 0];
  while (type !== 0) {
    const length = Number.parseInt(hex(body.slice(at + 2, at + 4)), 16);
    payloads.push({ type, body: body.slice(at + 4, at + length), end: at + length });
    [type, at] = [body[at] ?? 0, at + length];
  }
  return payloads;
}

/** RFC 2408 §3.1. */
function message(from: End, text: string): RecordedMessage {
  const bytes = fromHex(text);
  return {
    from,
    firstPayload: bytes[16] ?? 0,
    exchange: bytes[18] ?? 0,
    isEncrypted: ((bytes[19] ?? 0) & 1) !== 0,
    messageId: Number.parseInt(text.slice(40, 48), 16),
    body: bytes.slice(28),
  };
}

function commonOf(row: CommonRow) {
  return {
    SKEYID: fromHex(row.SKEYID),
    SKEYID_d: fromHex(row.SKEYID_d),
    SKEYID_a: fromHex(row.SKEYID_a),
    SKEYID_e: fromHex(row.SKEYID_e),
    Ka: fromHex(row.Ka),
  };
}

interface CommonRow {
  readonly SKEYID: string;
  readonly SKEYID_d: string;
  readonly SKEYID_a: string;
  readonly SKEYID_e: string;
  readonly Ka: string;
}

interface CiscoRow extends CommonRow {
  readonly psk?: string;
  readonly CKY_I: string;
  readonly CKY_R: string;
  readonly IV0: string;
  readonly wire: readonly { readonly from: "I" | "R"; readonly hex: string }[];
  readonly gxy: string;
  readonly KE_I: string;
  readonly KE_R: string;
  readonly Ni_b: string;
  readonly Nr_b: string;
  readonly IDii_b: string;
  readonly IDir_b: string;
}

interface StrongswanRow extends CommonRow {
  readonly name: string;
  readonly hash: HashName;
  readonly cipher: CipherName;
  readonly preSharedKey: string;
  readonly initiatorAddress: string;
  readonly responderAddress: string;
  readonly IV: string;
  readonly messages: readonly { readonly from: End; readonly message: string }[];
  readonly esp: {
    readonly cipher: CipherName;
    readonly hash: HashName;
    readonly pfs: boolean;
    readonly initiatorSpi: string;
    readonly responderSpi: string;
    readonly initiatorEncryptionKey: string;
    readonly initiatorIntegrityKey: string;
    readonly responderEncryptionKey: string;
    readonly responderIntegrityKey: string;
    readonly packets: readonly { readonly from: End; readonly packet: string }[];
  };
}
