/** Sending informational messages (RFC 2409 §5.7, RFC 2408 §4.8): notifications and deletes. Nobody answers them. */
import { concat, hex, u32Octets } from "../base/octets.ts";
import { CIPHERS } from "../crypto/names.ts";
import { encodeMessage } from "../isakmp/message.ts";
import { DOI, PROTOCOL_ID } from "../isakmp/numbers/domain.ts";
import { EXCHANGE_TYPE } from "../isakmp/numbers/exchange-type.ts";
import type { Payload } from "../isakmp/payload.ts";
import type { Delete } from "../isakmp/payloads/delete.ts";
import type { Notification } from "../isakmp/payloads/notification.ts";
import type { IkeInput } from "./engine-contract.ts";
import type { EngineState } from "./engine-state.ts";
import { sendUnder } from "./fragmentation.ts";
import type { IsakmpSa } from "./isakmp-sa.ts";
import { hash1, phase2Iv } from "./keying.ts";
import { hashed } from "./phase2/quick-mode-parts.ts";
import { seal } from "./protection.ts";

/** One protected message that nobody answers. Without keys nothing is sent. */
export function sendInformational(
  state: EngineState,
  sa: IsakmpSa,
  payloads: readonly (Notification | Delete)[],
): void {
  const { protection } = sa;
  if (protection === undefined || !sa.isEstablished) return;
  const messageId = state.takeMessageId(sa);
  sa.rememberInformational(messageId);
  const iv = phase2Iv(protection.hash, sa.phase2BaseIv, messageId, CIPHERS[protection.cipher].blockLength);
  const { initiatorCookie, responderCookie } = sa;
  const header = { initiatorCookie, responderCookie, exchangeType: EXCHANGE_TYPE.Informational, messageId };
  const all = hashed(payloads, (rest) => hash1(protection.hash, protection.SKEYID_a, messageId, rest));
  const { bytes } = seal(protection, iv, header, all);
  sendUnder(state, sa, bytes);
  state.emit({
    kind: "message-sent",
    sa: sa.reference(),
    exchange: "informational",
    step: "INFO",
    messageId,
    retransmission: 0,
    length: bytes.length,
  });
  for (const payload of payloads)
    if (payload.kind === "NOTIFY")
      state.emit({
        kind: "notify-sent",
        sa: sa.reference(),
        notifyType: payload.notifyType,
        isProtected: true,
      });
    else
      state.emit({
        kind: "delete-sent",
        sa: sa.reference(),
        protocol: protocolOf(payload),
        spis: payload.spis.map(hex),
      });
}

/** Why a first message or a public value was refused; bounded in number, never longer than what it answers. */
export function sendUnprotectedNotify(state: EngineState, sa: IsakmpSa, notifyType: number): void {
  if (!state.mayNotifyStranger()) return;
  const { initiatorCookie, responderCookie } = sa;
  const header = {
    initiatorCookie,
    responderCookie,
    majorVersion: 1,
    minorVersion: 0,
    exchangeType: EXCHANGE_TYPE.Informational,
    flags: 0,
  };
  const messageId = state.takeMessageId(sa);
  const payload: Payload = {
    kind: "NOTIFY",
    doi: DOI.IPSEC,
    protocolId: PROTOCOL_ID.PROTO_ISAKMP,
    spi: new Uint8Array(0),
    notifyType,
    data: new Uint8Array(0),
  };
  const bytes = encodeMessage({ ...header, messageId }, [payload]);
  sendUnder(state, sa, bytes);
  state.emit({ kind: "notify-sent", sa: sa.reference(), notifyType, isProtected: false });
}

/** Tells the peer that this ISAKMP SA is gone. */
export function deleteIsakmpSa(state: EngineState, sa: IsakmpSa): void {
  const spi = concat(sa.initiatorCookie, sa.responderCookie);
  sendInformational(state, sa, [
    { kind: "DELETE", doi: DOI.IPSEC, protocolId: PROTOCOL_ID.PROTO_ISAKMP, spiSize: 16, spis: [spi] },
  ]);
}

/** Tells the peer that our inbound SAs are gone, under the newest SA there is with it (behind a NAT, with it and no other); none, and the peer must find out. */
export function deleteIpsecSa(
  state: EngineState,
  { localAddress, peer, inbound }: Extract<IkeInput, { kind: "ipsec-sa-removed" }>,
): void {
  const pairSpi = inbound.at(-1)?.spi;
  const identity = pairSpi === undefined ? undefined : state.spis.identityBehindNat(pairSpi);
  const sa = state.table.newestWith(localAddress, peer, identity);
  if (sa !== undefined)
    sendInformational(
      state,
      sa,
      inbound.map(({ protocol, spi }) => {
        const protocolId = protocol === "ah" ? PROTOCOL_ID.PROTO_IPSEC_AH : PROTOCOL_ID.PROTO_IPSEC_ESP;
        return { kind: "DELETE", doi: DOI.IPSEC, protocolId, spiSize: 4, spis: [u32Octets(spi)] };
      }),
    );
}

export function protocolOf(payload: Delete): "isakmp" | "esp" | "ah" {
  if (payload.protocolId === PROTOCOL_ID.PROTO_ISAKMP) return "isakmp";
  return payload.protocolId === PROTOCOL_ID.PROTO_IPSEC_AH ? "ah" : "esp";
}
