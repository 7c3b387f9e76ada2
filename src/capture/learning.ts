/** Who sent a message of an ISAKMP SA, and what of it later messages need: public values, the suite, nonces, last blocks. */
import { isZero } from "../base/octets.ts";
import { CIPHERS } from "../crypto/names.ts";
import type { IsakmpHeader } from "../isakmp/header.ts";
import type { Payload } from "../isakmp/payload.ts";
import { encodeBody, type PayloadChain } from "../isakmp/payload-chain.ts";
import type { Exchange, Negotiation, Role } from "./negotiation.ts";
import { protectionSuiteOf } from "./protection-suite.ts";
import type { PacketAddresses } from "./traffic.ts";

/** A message and what it belongs to. */
export interface MessageInNegotiation {
  readonly header: IsakmpHeader;
  readonly bytes: Uint8Array;
  readonly frame: number;
  readonly addresses: PacketAddresses;
  readonly negotiation: Negotiation;
  readonly exchange: Exchange;
}

/** The address it came from; ports tell two ends at one address apart. */
export function senderOf({ source, destination, sourcePort }: PacketAddresses): string {
  return source === destination ? `${source}:${sourcePort}` : source;
}

export function roleOf({ negotiation, addresses }: MessageInNegotiation): Role | undefined {
  return negotiation.roleOf(senderOf(addresses));
}

export function senderCookieOf(message: MessageInNegotiation): Uint8Array | undefined {
  const role = roleOf(message);
  if (role === undefined) return undefined;
  return role === "initiator" ? message.header.initiatorCookie : message.header.responderCookie;
}

/** Keeps what later messages need of the payloads of this one. */
export function learn(message: MessageInNegotiation, { payloads }: PayloadChain): void {
  const { header, negotiation, addresses } = message;
  if (header.messageId !== 0) return learnNonces(message, payloads);
  const isOffer = isZero(header.responderCookie);
  if (payloads.some(({ kind }) => kind === "SA"))
    negotiation.initiator ??= senderOf(isOffer ? addresses : turned(addresses));
  learnPhase1(message, isOffer, payloads);
}

/** Counts the message in, so that its repeats are recognised. */
export function remember(message: MessageInNegotiation, label: string): void {
  const { exchange, bytes, frame } = message;
  const sender = senderOf(message.addresses);
  exchange.opener ??= sender;
  exchange.remember({ bytes, sender, frame, label });
}

export function rememberLastBlock(message: MessageInNegotiation, ciphertext: Uint8Array): void {
  const cipher = message.negotiation.suite?.cipher;
  if (cipher === undefined) return;
  const { blockLength } = CIPHERS[cipher];
  if (ciphertext.length >= blockLength) message.exchange.rememberLastBlock(ciphertext.slice(-blockLength));
}

function learnPhase1(message: MessageInNegotiation, isOffer: boolean, payloads: readonly Payload[]): void {
  const { negotiation } = message;
  const role = roleOf(message);
  for (const payload of payloads) {
    if (payload.kind === "SA" && isOffer) negotiation.SAi_b = encodeBody(payload);
    if (payload.kind === "SA" && !isOffer) negotiation.suite = protectionSuiteOf(payload);
    if (payload.kind === "KE" && role === "initiator") negotiation.gxi = payload.publicValue;
    if (payload.kind === "KE" && role === "responder") negotiation.gxr = payload.publicValue;
    if (payload.kind === "ID" && role === "initiator") negotiation.IDii_b = encodeBody(payload);
  }
}

function learnNonces({ exchange, addresses }: MessageInNegotiation, payloads: readonly Payload[]): void {
  for (const payload of payloads) {
    if (payload.kind !== "NONCE") continue;
    const isOpeners = exchange.opener === undefined || exchange.opener === senderOf(addresses);
    if (isOpeners) exchange.openerNonce = payload.data;
    else exchange.answererNonce = payload.data;
  }
}

function turned({ source, destination, sourcePort, destinationPort }: PacketAddresses): PacketAddresses {
  return {
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
  };
}
