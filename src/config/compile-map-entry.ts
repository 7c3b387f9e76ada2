/** One crypto map entry of type ipsec-isakmp, or one of a dynamic map, with everything it names looked up. */
import type { Connection, ConnectionSelector } from "../ike/policy.ts";
import type { CryptoMapEntry, DynamicTemplate, IdleTime } from "../ipsec/policy.ts";
import type { Configuration, CryptoMapEntrySettings, ReplaySettings } from "./configuration.ts";
import { DEFAULT_REPLAY_WINDOW } from "./defaults.ts";
import { type EntryContext, type EntryPlace, peersOf, rulesOfEntry, transformSetsOf } from "./entry-parts.ts";
import type { Problem, Problems } from "./problem.ts";

/** An entry as it is on every interface that its map is applied to. */
export interface CompiledEntry {
  readonly sequence: number;
  readonly selectors: readonly ConnectionSelector[];
  /** Of a dynamic map. */
  readonly template: DynamicTemplate | undefined;
  at(place: ConnectionPlace): PlacedEntry;
}

/** What IPsec and what IKE has of it. */
export interface PlacedEntry {
  readonly entry: CryptoMapEntry;
  /** Undefined where IKE has no part in it. */
  readonly connection: Connection | undefined;
}

export type ConnectionPlace = Pick<Connection, "id" | "mapName" | "interfaceName" | "localAddress">;

/** Undefined where something is missing; problems of `severity` then say what. */
export function compileEntry(
  configuration: Configuration,
  place: EntryPlace,
  entry: CryptoMapEntrySettings,
  severity: Problem["severity"],
  problems: Problems,
): CompiledEntry | undefined {
  const context: EntryContext = { configuration, place, entry, severity, problems };
  // All three, so that everything that is missing is told at once.
  const peers = peersOf(context);
  const transformSets = transformSetsOf(context);
  const rules = rulesOfEntry(context);
  if (peers === undefined || transformSets === undefined || rules === undefined) return undefined;
  const { sequence, template } = place;
  const lifetimeSeconds = (entry.lifetimeSeconds ?? configuration.lifetimeSeconds).value;
  const lifetimeKilobytes = (entry.lifetimeKilobytes ?? configuration.lifetimeKilobytes).value;
  const idleTime = idleTimeOf(configuration, entry);
  const replayWindow = replayWindowOf(configuration.replay, entry.replay);
  const accessListName = entry.matchAddress?.value ?? "";
  // What has grown by pushing has room for seventeen.
  const compact = { peers: peers.slice(), rules: rules.slice() };
  const permits = compact.rules.filter(({ action }) => action === "permit");
  const selectors = permits.length === compact.rules.length ? compact.rules : permits;
  return {
    sequence,
    selectors,
    template,
    // One object for both, spelt out: there are ten thousands, and one made by spreading takes as much again for its shape.
    at: ({ id, mapName, interfaceName, localAddress }) => {
      const placed: CryptoMapEntry & Connection = {
        id,
        mapName,
        sequence,
        interfaceName,
        localAddress,
        accessListName,
        rules: compact.rules,
        selectors,
        peers: compact.peers,
        transformSets,
        pfsGroup: entry.pfsGroup?.value,
        lifetimeSeconds,
        lifetimeKilobytes,
        idleTime,
        replayWindow,
        isPerHost: entry.isPerHost !== undefined,
        hasDefaultPeer: entry.hasDefaultPeer,
        reverseRoute: entry.reverseRoute?.value,
        template,
        isTemplate: template !== undefined,
        origin: entry.origin,
        source: entry,
      };
      return { entry: placed, connection: placed };
    },
  };
}

/** Packets, 0 where repetitions are let in. What the entry says itself goes before what is said for all. */
function replayWindowOf(ofAll: ReplaySettings, own: ReplaySettings): number {
  if (own.disabled !== undefined) return 0;
  if (own.windowSize !== undefined) return own.windowSize.value;
  return ofAll.disabled === undefined ? (ofAll.windowSize?.value ?? DEFAULT_REPLAY_WINDOW) : 0;
}

function idleTimeOf(configuration: Configuration, entry: CryptoMapEntrySettings): IdleTime | undefined {
  if (entry.idleTime !== undefined) return entry.idleTime.value;
  const { idleTime } = configuration;
  return idleTime === undefined ? undefined : { seconds: idleTime.value, returnsToFirstPeer: false };
}
