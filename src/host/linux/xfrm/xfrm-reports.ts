/** What Linux's IPsec tells: SAs and policies that it has, packets that want an SA, SAs that reach a limit. */
import type { SaProtocol } from "../../../crypto/names.ts";
import type { SaUsage } from "../../../ipsec/packet-carrier.ts";
import type { Endpoint, IpAddress } from "../../../net/ip-address.ts";
import { attributesOf, type NetlinkMessage } from "./netlink-message.ts";
import { addressAt, protocolAt, SIZES, selectorAt, viewOf, type XfrmSelector } from "./xfrm-layout.ts";
import { DIRECTIONS, type PolicyDirection, XFRM_TYPES, XFRMA_REPLAY_ESN_VAL } from "./xfrm-requests.ts";

export interface ReportedSa {
  readonly destination: IpAddress;
  readonly protocol: SaProtocol;
  readonly spi: number;
  readonly requestId: number;
  readonly usage: SaUsage;
}

export type XfrmReport =
  | { readonly kind: "sa"; readonly sa: ReportedSa }
  | {
      readonly kind: "policy";
      readonly direction: PolicyDirection;
      readonly selector: XfrmSelector;
      readonly priority: number;
    }
  /** A packet has met a policy whose SA is not there; `selector` is the packet's flow. */
  | { readonly kind: "acquire"; readonly selector: XfrmSelector; readonly policyPriority: number }
  /** Authentic ESP in UDP came from elsewhere than the SA says. */
  | { readonly kind: "mapping"; readonly destination: IpAddress; readonly spi: number; readonly at: Endpoint }
  /** At a hard limit the SA is gone. */
  | { readonly kind: "expire"; readonly sa: ReportedSa; readonly isHard: boolean };

/** Undefined for what is of another kind, not about ESP or AH, or too short. */
export function decodeReport({ type, body }: NetlinkMessage): XfrmReport | undefined {
  const view = viewOf(body);
  switch (type) {
    case XFRM_TYPES.newSa: {
      const sa = body.length < SIZES.sa ? undefined : saAt(view, body.subarray(SIZES.sa));
      return sa === undefined ? undefined : { kind: "sa", sa };
    }
    case XFRM_TYPES.expire: {
      const sa = body.length <= SIZES.sa ? undefined : saAt(view, body.subarray(SIZES.sa + 8));
      return sa === undefined ? undefined : { kind: "expire", sa, isHard: view.getUint8(SIZES.sa) !== 0 };
    }
    case XFRM_TYPES.newPolicy:
      return body.length < SIZES.policy ? undefined : policyAt(view);
    case XFRM_TYPES.acquire: {
      if (body.length < ACQUIRE_OCTETS || protocolAt(view, 20) === undefined) return undefined;
      const policyPriority = view.getUint32(ACQUIRE_POLICY + 152, true);
      return { kind: "acquire", selector: selectorAt(view, 40), policyPriority };
    }
    case XFRM_TYPES.mapping: {
      if (body.length < MAPPING_OCTETS || protocolAt(view, 22) !== "esp") return undefined;
      const at = { address: addressAt(view, 44), port: view.getUint16(62) };
      return { kind: "mapping", destination: addressAt(view, 0), spi: view.getUint32(16), at };
    }
    default:
      return undefined;
  }
}

function saAt(view: DataView, attributes: Uint8Array): ReportedSa | undefined {
  const protocol = protocolAt(view, 76);
  if (protocol === undefined) return undefined;
  const replay = attributesOf(attributes).get(XFRMA_REPLAY_ESN_VAL);
  const numbers = replay === undefined || replay.length < 12 ? undefined : viewOf(replay);
  return {
    destination: addressAt(view, 56),
    protocol,
    spi: view.getUint32(72),
    requestId: view.getUint32(208, true),
    usage: {
      octets: Number(view.getBigUint64(160, true)),
      packets: Number(view.getBigUint64(168, true)),
      // One of the two is that of the SA's direction, the other 0.
      sequenceNumber:
        numbers === undefined ? 0 : Math.max(numbers.getUint32(4, true), numbers.getUint32(8, true)),
      replayErrors: view.getUint32(192, true) + view.getUint32(196, true),
      icvErrors: view.getUint32(200, true),
    },
  };
}

function policyAt(view: DataView): XfrmReport | undefined {
  const number = view.getUint8(160);
  for (const direction of ["in", "out", "forward"] as const)
    if (DIRECTIONS[direction] === number)
      return {
        kind: "policy",
        direction,
        selector: selectorAt(view, 0),
        priority: view.getUint32(152, true),
      };
  // A socket's own policy is nobody else's business.
  return undefined;
}

/** Of `struct xfrm_user_mapping`. */
const MAPPING_OCTETS = 64;
/** Of `struct xfrm_user_acquire`, and where in it the policy is. */
const ACQUIRE_OCTETS = 280;
const ACQUIRE_POLICY = 96;
