/** Crypto maps in a configuration: found by name, made when something is said of them, gone when nothing is. */
import type {
  Configuration,
  CryptoMapEntrySettings,
  CryptoMapSettings,
  DynamicMapSettings,
} from "../../config/configuration.ts";
import { newCryptoMap } from "../../config/defaults.ts";
import { replaced } from "../replaced.ts";

/** The configuration with one map changed; a map that says nothing any more is not there. */
export function withMap(
  configuration: Configuration,
  name: string,
  change: (map: CryptoMapSettings) => CryptoMapSettings,
): Configuration {
  const cryptoMaps = withNamed(configuration.cryptoMaps, newCryptoMap(name), change, isSaid);
  return { ...configuration, cryptoMaps };
}

export function withDynamicMap(
  configuration: Configuration,
  name: string,
  change: (map: DynamicMapSettings) => DynamicMapSettings,
): Configuration {
  const isThere = ({ entries }: DynamicMapSettings) => entries.length > 0;
  const dynamicMaps = withNamed(configuration.dynamicMaps, { name, entries: [] }, change, isThere);
  return { ...configuration, dynamicMaps };
}

export function entryOf(
  map: { readonly entries: readonly CryptoMapEntrySettings[] } | undefined,
  sequence: number,
): CryptoMapEntrySettings | undefined {
  const entry = map?.entries[placeOf(map.entries, sequence)];
  return entry?.sequence === sequence ? entry : undefined;
}

/** The map with an entry in the place of that with its sequence number. */
export function withEntry<M extends { readonly entries: readonly CryptoMapEntrySettings[] }>(
  map: M,
  entry: CryptoMapEntrySettings,
): M {
  const { entries } = map;
  const at = placeOf(entries, entry.sequence);
  const isThere = entries[at]?.sequence === entry.sequence;
  return { ...map, entries: isThere ? entries.with(at, entry) : entries.toSpliced(at, 0, entry) };
}

/** Where the first entry is that does not come before. Maps have thousands, and every line of an entry asks. */
function placeOf(entries: readonly CryptoMapEntrySettings[], sequence: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.sequence ?? 0) < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isSaid({ localAddress, entries, dynamicEntries, kept }: CryptoMapSettings): boolean {
  return localAddress !== undefined || entries.length > 0 || dynamicEntries.length > 0 || kept.length > 0;
}

/** By name; what says nothing any more is left out. */
function withNamed<M extends { readonly name: string }>(
  maps: readonly M[],
  fresh: M,
  change: (map: M) => M,
  isThere: (map: M) => boolean,
): readonly M[] {
  const isOld = ({ name }: M) => name === fresh.name;
  const changed = change(maps.find(isOld) ?? fresh);
  if (!isThere(changed)) return maps.filter((map) => !isOld(map));
  return replaced(maps, changed, isOld).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
