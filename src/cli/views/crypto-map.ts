/** `show crypto map`, laid out as in Examples 13-4 and 13-6 of the IPsec chapter. */
import type { Configuration, CryptoMapEntrySettings, CryptoMapSettings } from "../../config/configuration.ts";
import type { GatewayView } from "../../gateway/contract.ts";
import { accessListLines, manualLines, peerText, termsLines } from "./crypto-map-entry.ts";
import { temporaryEntryLines } from "./dynamic-map.ts";

/** All maps, those on an interface, or that of a name. */
export interface CryptoMapFilter {
  readonly interfaceName?: string | undefined;
  readonly tag?: string | undefined;
}

/** `view` tells which of several peers is the current one. */
export function showCryptoMap(
  configuration: Configuration,
  view: GatewayView,
  { interfaceName, tag }: CryptoMapFilter = {},
): string[] {
  const onInterface = configuration.interfaces.find(({ name }) => name === interfaceName)?.cryptoMap?.value;
  const meant = configuration.cryptoMaps.filter(
    ({ name }) =>
      (tag === undefined || name === tag) && (interfaceName === undefined || name === onInterface),
  );
  if (meant.length === 0) return ["No crypto maps found."];
  return meant.flatMap((map, i) => [...(i === 0 ? [] : [""]), ...mapLines(configuration, view, map)]);
}

function mapLines(configuration: Configuration, view: GatewayView, map: CryptoMapSettings): string[] {
  const users = configuration.interfaces.filter(({ cryptoMap }) => cryptoMap?.value === map.name);
  return [
    ...(map.localAddress === undefined
      ? []
      : [
          `Crypto Map: "${map.name}" idb: ${map.localAddress.value} local address: ${addressOf(configuration, map)}`,
        ]),
    ...map.entries.flatMap((entry) => entryLines(configuration, view, map, entry)),
    ...map.dynamicEntries.flatMap(({ sequence, dynamicMap, discovers }) => [
      `Crypto Map "${map.name}" ${sequence} ipsec-isakmp`,
      `  Dynamic map template tag: ${dynamicMap}`,
      ...(discovers ? ["  Discover enabled"] : []),
    ]),
    ...temporaryEntryLines(configuration, view, map.name),
    `  Interfaces using crypto map ${map.name}:`,
    ...users.map(({ name }) => `    ${name}`),
  ];
}

function addressOf({ interfaces }: Configuration, { localAddress }: CryptoMapSettings): string {
  return interfaces.find(({ name }) => name === localAddress?.value)?.address?.value.address ?? "unassigned";
}

function entryLines(
  configuration: Configuration,
  view: GatewayView,
  map: CryptoMapSettings,
  entry: CryptoMapEntrySettings,
): string[] {
  const isComplete = entry.peers.length > 0 && entry.matchAddress !== undefined;
  return [
    `Crypto Map "${map.name}" ${entry.sequence} ${entry.type}`,
    ...(isComplete
      ? []
      : ["  WARNING: This crypto map is incomplete", "    (missing peer or access-list definitions)"]),
    ...(entry.description === undefined ? [] : [`  Description: ${entry.description.value}`]),
    ...entry.peers.map(
      ({ value }, i) => `  Peer = ${peerText(value)}${i === 0 && entry.hasDefaultPeer ? " Default" : ""}`,
    ),
    ...accessListLines(configuration, entry),
    ...currentPeerLines(view, map, entry),
    ...(entry.type === "ipsec-manual" ? manualLines(entry) : termsLines(configuration, entry)),
  ];
}

/** The peer of the SAs that there are, or else the first one: where the next negotiation goes. */
function currentPeerLines(
  { ipsec }: GatewayView,
  { name }: CryptoMapSettings,
  { sequence, peers }: CryptoMapEntrySettings,
): string[] {
  const flows = ipsec.flows.filter(({ connectionId }) => connectionId.startsWith(`${name} ${sequence} `));
  const [first] = peers;
  const current =
    flows.find(({ outbound }) => outbound.length > 0)?.peer ??
    (first === undefined ? undefined : peerText(first.value));
  return current === undefined ? [] : [`  Current peer: ${current}`];
}
