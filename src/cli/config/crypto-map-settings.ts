/** Crypto maps in a configuration: found by name, made when something is said of them, gone when nothing is. */
import type { Configuration, CryptoMapEntrySettings, CryptoMapSettings } from "../../config/configuration.ts";
import { newCryptoMap } from "../../config/defaults.ts";
import { replaced } from "../replaced.ts";

/** The configuration with one map changed; a map that says nothing any more is not there. */
export function withMap(
  configuration: Configuration,
  name: string,
  change: (map: CryptoMapSettings) => CryptoMapSettings,
): Configuration {
  const { cryptoMaps } = configuration;
  const changed = change(cryptoMaps.find((map) => map.name === name) ?? newCryptoMap(name));
  const { localAddress, entries, kept } = changed;
  const isEmpty = localAddress === undefined && entries.length === 0 && kept.length === 0;
  const next = isEmpty
    ? cryptoMaps.filter((map) => map.name !== name)
    : replaced(cryptoMaps, changed, (map) => map.name === name);
  return { ...configuration, cryptoMaps: next.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

export function withEntry(map: CryptoMapSettings, entry: CryptoMapEntrySettings): CryptoMapSettings {
  const entries = replaced(map.entries, entry, (other) => other.sequence === entry.sequence);
  return { ...map, entries: entries.toSorted((a, b) => a.sequence - b.sequence) };
}
