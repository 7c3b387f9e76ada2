/**
 * Two peers behind one NAT that want transport mode for the same traffic (RFC 3948 §5.2): what goes to one cannot be told from
 * what goes to the other. The first has it, the second is refused.
 */
import { selectorsOverlap } from "../net/selector.ts";
import type { Sad } from "./sad.ts";
import type { SaParameters } from "./security-association.ts";

export function conflictsBehindNat(sad: Sad, parameters: SaParameters): boolean {
  const { mode, udpEncapsulation, localAddress, peer, selector } = parameters;
  if (mode !== "transport" || udpEncapsulation === undefined) return false;
  return sad.outboundBetween(localAddress, peer).some(({ parameters: other }) => {
    const otherPort = other.udpEncapsulation?.remotePort;
    const isOther = otherPort !== undefined && otherPort !== udpEncapsulation.remotePort;
    return isOther && other.mode === "transport" && selectorsOverlap(other.selector, selector);
  });
}
