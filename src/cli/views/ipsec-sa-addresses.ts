/** `show crypto ipsec sa address`: SAs by where their packets go. */
import type { GatewayView } from "../../gateway/contract.ts";
import type { SaView } from "../../ipsec/view.ts";
import { type IpAddress, ipv4ToNumber } from "../../net/ip-address.ts";
import { flowsOf, type IpsecSaFilter, saLines } from "./ipsec-sa.ts";

export function showIpsecSaByAddress(view: GatewayView, filter: IpsecSaFilter = {}): string[] {
  const lines = new Map<IpAddress, string[]>();
  const add = (destination: IpAddress, sa: SaView, mapName: string): void => {
    const known = lines.get(destination) ?? [];
    lines.set(destination, [...known, ...saLines(sa, mapName)]);
  };
  for (const { localAddress, peer, mapName, inbound, outbound } of flowsOf(view, filter)) {
    for (const sa of inbound) add(localAddress, sa, mapName);
    if (peer !== undefined) for (const sa of outbound) add(peer, sa, mapName);
  }
  if (lines.size === 0) return ["", "No SAs found"];
  return Array.from(lines)
    .sort(([a], [b]) => ipv4ToNumber(a) - ipv4ToNumber(b))
    .flatMap(([destination, sas]) => ["", `dest address: ${destination}`, "   protocol: ESP", ...sas]);
}
