/** `show crypto ipsec sa address`: SAs by where their packets go. */
import { protocolOf } from "../../crypto/names.ts";
import type { GatewayView } from "../../gateway/contract.ts";
import { ipv4ToNumber } from "../../net/ip-address.ts";
import { flowsOf, type IpsecSaFilter, saLines } from "./ipsec-sa.ts";

export function showIpsecSaByAddress(view: GatewayView, filter: IpsecSaFilter = {}): string[] {
  const all = flowsOf(view, filter).flatMap(({ localAddress, peer, mapName, inbound, outbound }) => [
    ...inbound.map((sa) => ({ destination: localAddress, sa, mapName })),
    ...(peer === undefined ? [] : outbound.map((sa) => ({ destination: peer, sa, mapName }))),
  ]);
  if (all.length === 0) return ["", "No SAs found"];
  const destinations = [...new Set(all.map(({ destination }) => destination))];
  destinations.sort((a, b) => ipv4ToNumber(a) - ipv4ToNumber(b));
  return destinations.flatMap((destination) => [
    "",
    `dest address: ${destination}`,
    ...(["esp", "ah"] as const).flatMap((protocol) => {
      const there = all.filter(
        (one) => one.destination === destination && protocolOf(one.sa.suite) === protocol,
      );
      const lines = there.flatMap(({ sa, mapName }) => saLines(sa, mapName));
      return lines.length === 0 ? [] : [`   protocol: ${protocol.toUpperCase()}`, ...lines];
    }),
  ]);
}
