/** SAs that the operator has keyed (RFC 2401 §4.6.1): there from the moment their crypto map entry is, until it goes. */
import { constantTimeEqual } from "../base/octets.ts";
import type { Instant } from "../base/time.ts";
import type { Secret } from "../crypto/secret.ts";
import { isBetween } from "../net/selector.ts";
import type { DataPlaneParts } from "./data-plane-parts.ts";
import type { ManualKeying, ManualKeys } from "./policy.ts";
import type { ProtectedConnection } from "./protected-connection.ts";
import type { SaLifecycle } from "./sa-lifecycle.ts";
import type { SaParameters } from "./security-association.ts";

/** IOS's `conn id` of the two directions of a pair. */
export type TakeConnIds = () => { readonly inbound: number; readonly outbound: number };

/** Numbers one after the other. */
export function connIdsFrom(first: number): TakeConnIds {
  let next = first;
  return () => ({ inbound: next++, outbound: next++ });
}

/** Takes into service what is missing: at the beginning, after a change of policy, and after the operator has cleared SAs. */
export function installManualSas(
  { policy, sad }: DataPlaneParts,
  lifecycle: SaLifecycle,
  takeConnIds: TakeConnIds,
  now: Instant,
): void {
  for (const connection of policy.all()) {
    const { manual } = connection.entry;
    if (manual === undefined || connection.inbound.length > 0) continue;
    const [inbound, outbound] = pairOf(connection, manual, takeConnIds, now);
    // The same map on another interface with the same local address: one pair serves.
    if (inbound === undefined || sad.inTheWayOf(inbound) !== undefined) continue;
    lifecycle.install(now, inbound);
    if (outbound !== undefined) lifecycle.install(now, outbound);
  }
}

/** Whether an SA is keyed as the entry says: by the same keys, or both by IKE. */
export function isKeyedAlike(manual: ManualKeying | undefined, parameters: SaParameters): boolean {
  if (manual === undefined) return parameters.isManual !== true;
  const { spi, encryptionKey, integrityKey, ah } = manual[parameters.direction];
  return (
    parameters.isManual === true &&
    parameters.spi === spi &&
    parameters.ah?.spi === ah?.spi &&
    isSameSecret(parameters.encryptionKey, encryptionKey) &&
    isSameSecret(parameters.integrityKey, integrityKey) &&
    isSameSecret(parameters.ah?.key, ah?.key)
  );
}

function pairOf(
  connection: ProtectedConnection,
  manual: ManualKeying,
  takeConnIds: TakeConnIds,
  installedAt: Instant,
): readonly SaParameters[] {
  const { entry, lines } = connection;
  const { localAddress } = connection.interface;
  const [peer] = entry.peers;
  const [set] = entry.transformSets;
  const [line] = lines;
  if (peer === undefined || set === undefined || line === undefined) return [];
  const connIds = takeConnIds();
  const ahConnIds = set.ah === undefined || set.esp === undefined ? undefined : takeConnIds();
  const isTransport = set.mode === "transport" && isBetween(line.selector, localAddress, peer);
  const one = (direction: "inbound" | "outbound", keys: ManualKeys, partner: ManualKeys): SaParameters => ({
    ...keys,
    ah: keys.ah &&
      partner.ah && {
        ...keys.ah,
        pairSpi: partner.ah.spi,
        connId: ahConnIds?.[direction] ?? connIds[direction],
      },
    direction,
    pairSpi: partner.spi,
    connectionId: entry.id,
    localAddress,
    peer,
    selector: line.selector,
    mode: isTransport ? "transport" : "tunnel",
    lifetimeSeconds: 0,
    lifetimeKilobytes: 0,
    installedAt,
    connId: connIds[direction],
    isInitiator: false,
    isManual: true,
    udpEncapsulation: undefined,
  });
  return [one("inbound", manual.inbound, manual.outbound), one("outbound", manual.outbound, manual.inbound)];
}

function isSameSecret(a: Secret | undefined, b: Secret | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return constantTimeEqual(a.reveal(), b.reveal());
}
