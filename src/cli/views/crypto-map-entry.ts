/** What `show crypto map` and `show crypto dynamic-map` say of an entry, as in Examples 13-4 and 13-6 of the IPsec chapter. */
import type { Configuration, CryptoMapEntrySettings, MapPeer } from "../../config/configuration.ts";
import { ruleTexts } from "./access-lists.ts";

/** The access list that decides about an entry's traffic. */
export function accessListLines(
  { accessLists }: Configuration,
  { matchAddress }: CryptoMapEntrySettings,
): string[] {
  if (matchAddress === undefined) return ["  No matching address list set."];
  const list = accessLists.find(({ name }) => name === matchAddress.value);
  return [
    `  Extended IP access list ${matchAddress.value}`,
    ...(list === undefined ? [] : ruleTexts(list)).map(
      (text) => `    access-list ${matchAddress.value} ${text}`,
    ),
  ];
}

/** What SAs are negotiated with. */
export function termsLines(configuration: Configuration, entry: CryptoMapEntrySettings): string[] {
  const {
    lifetimeKilobytes = configuration.lifetimeKilobytes,
    lifetimeSeconds = configuration.lifetimeSeconds,
  } = entry;
  return [
    `  Security association lifetime: ${lifetimeKilobytes.value} kilobytes/${lifetimeSeconds.value} seconds`,
    `  PFS (Y/N): ${entry.pfsGroup === undefined ? "N" : "Y"}`,
    ...(entry.pfsGroup === undefined ? [] : [`  DH group:  group${entry.pfsGroup.value}`]),
    transformSetsLine(entry),
  ];
}

/** The same where IKE has no part; keys are shown by the configuration alone. */
export function manualLines(entry: CryptoMapEntrySettings): string[] {
  const spiLines = (["inbound", "outbound"] as const).flatMap((direction) =>
    (["esp", "ah"] as const).map((protocol) => {
      const keys = entry.sessionKeys.find(
        (each) => each.direction === direction && each.protocol === protocol,
      );
      return `  ${direction === "inbound" ? "Inbound" : "Outbound"} ${protocol} spi: ${keys?.spi ?? 0}`;
    }),
  );
  return [transformSetsLine(entry), ...spiLines];
}

function transformSetsLine({ transformSets }: CryptoMapEntrySettings): string {
  return `  Transform sets={ ${(transformSets?.value ?? []).map((name) => `${name}, `).join("")}}`;
}

export function peerText(peer: MapPeer): string {
  return peer.kind === "address" ? peer.address : peer.name;
}
