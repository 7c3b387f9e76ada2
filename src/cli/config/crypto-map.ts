/** `crypto map` and `crypto dynamic-map`: their entries with the mode of these, and the local address of a map. */
import type { Configuration, CryptoMapSettings } from "../../config/configuration.ts";
import { newCryptoMapEntry } from "../../config/defaults.ts";
import { INTERFACE_NAME } from "../interface-names.ts";
import { type KeptPlace, keeping } from "../keeping.ts";
import { type Change, globalSetting, type Mode, opening, type Statement } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { flag, type Part, value, word } from "../sentence.ts";
import { integer, LINE, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { CRYPTO_MAP_ENTRY_STATEMENTS } from "./crypto-map-entry.ts";
import { entryOf, withDynamicMap, withEntry, withMap } from "./crypto-map-settings.ts";
import { DYNAMIC_MAP_BLOCK } from "./kept-blocks.ts";

const ENTRY_MODE: Mode = {
  title: "Crypto map entry",
  prompt: "config-crypto-map",
  statements: CRYPTO_MAP_ENTRY_STATEMENTS,
};

const MAP = [...phrase("crypto map", "Enter a crypto map"), value("name", NAME, "Crypto map tag")] as const;
const SEQUENCE = value("sequence", integer(1, 65_535), "Sequence to insert into crypto map entry");

export const CRYPTO_MAP_LOCAL_ADDRESS = globalSetting(
  [
    ...MAP,
    word("local-address", "Interface to use for local address for this crypto map"),
    value("interface", INTERFACE_NAME, "Interface to use for local address"),
  ],
  {
    key: 4,
    set: (configuration, { name, interface: own }, origin) =>
      withMap(configuration, name, (map) => ({ ...map, localAddress: { value: own, origin } })),
    unset: (configuration, { name }) =>
      withMap(configuration, name ?? "", (map) => ({ ...map, localAddress: undefined })),
    get: ({ cryptoMaps }) =>
      cryptoMaps.flatMap(({ name, localAddress }) =>
        localAddress === undefined ? [] : [{ name, interface: localAddress.value }],
      ),
  },
);

export const CRYPTO_MAP_ENTRY = opening<{ readonly name: string; readonly sequence: number }>(
  globalSetting([...MAP, SEQUENCE, word("ipsec-isakmp", "IPSEC w/ISAKMP")], {
    key: 3,
    set: (configuration, { name, sequence }, origin): Change => {
      const map = mapOf(configuration, name);
      if (map?.dynamicEntries.some((entry) => entry.sequence === sequence)) return OTHER_TYPE;
      return entryOf(map, sequence) === undefined
        ? withMap(configuration, name, (own) => withEntry(own, newCryptoMapEntry(sequence, origin)))
        : configuration;
    },
    unset: (configuration, { name, sequence }) =>
      sequence === undefined
        ? { ...configuration, cryptoMaps: configuration.cryptoMaps.filter((map) => map.name !== name) }
        : withMap(configuration, name ?? "", (map) => ({
            ...map,
            entries: map.entries.filter((entry) => entry.sequence !== sequence),
            dynamicEntries: map.dynamicEntries.filter((entry) => entry.sequence !== sequence),
            kept: map.kept.filter(({ text }) => !text.startsWith(`crypto map ${map.name} ${sequence} `)),
          })),
    get: ({ cryptoMaps }) =>
      cryptoMaps.flatMap(({ name, entries }) => entries.map(({ sequence }) => ({ name, sequence }))),
  }),
  ENTRY_MODE,
  (configuration, { name, sequence }) =>
    entryOf(mapOf(configuration, name), sequence) === undefined ? NEW_ENTRY_NOTE : undefined,
);

/** The entries of a dynamic map, in a crypto map. */
export const CRYPTO_MAP_DYNAMIC_ENTRY = globalSetting(
  [
    ...MAP,
    SEQUENCE,
    word("ipsec-isakmp", "IPSEC w/ISAKMP"),
    word("dynamic", "Enable dynamic crypto map support"),
    value("dynamicMap", NAME, "Name of dynamic-map"),
    flag("discovers", "discover", "Enable Tunnel Endpoint Discovery"),
  ],
  {
    key: 7,
    set: (configuration, { name, sequence, dynamicMap, discovers }, origin): Change => {
      const map = mapOf(configuration, name);
      if (entryOf(map, sequence) !== undefined) return OTHER_TYPE;
      const isSame = (entry: { readonly sequence: number }) => entry.sequence === sequence;
      const known = map?.dynamicEntries.find(isSame);
      if (known !== undefined && known.dynamicMap !== dynamicMap) return OTHER_DYNAMIC_MAP;
      const entry = { sequence, dynamicMap, discovers: discovers === true, origin };
      return withMap(configuration, name, (own) => ({
        ...own,
        dynamicEntries: replaced(own.dynamicEntries, entry, isSame).toSorted(
          (a, b) => a.sequence - b.sequence,
        ),
      }));
    },
    unset: (configuration, { name, sequence }) =>
      withMap(configuration, name ?? "", (map) => ({
        ...map,
        dynamicEntries: map.dynamicEntries.filter((entry) => entry.sequence !== sequence),
      })),
    get: ({ cryptoMaps }) =>
      cryptoMaps.flatMap(({ name, dynamicEntries }) =>
        dynamicEntries.map(({ sequence, dynamicMap, discovers }) => ({
          name,
          sequence,
          dynamicMap,
          discovers: discovers ? (true as const) : undefined,
        })),
      ),
  },
);

export const DYNAMIC_MAP_ENTRY = opening<{ readonly dynamicMap: string; readonly sequence: number }>(
  globalSetting(
    [
      ...phrase("crypto dynamic-map", "Specify a dynamic crypto map template"),
      value("dynamicMap", NAME, "Dynamic crypto map template tag"),
      value("sequence", integer(1, 65_535), "Sequence to insert into dynamic crypto map entry"),
    ],
    {
      key: 3,
      set: (configuration, { dynamicMap, sequence }, origin) =>
        withDynamicMap(configuration, dynamicMap, (map) =>
          entryOf(map, sequence) === undefined ? withEntry(map, newCryptoMapEntry(sequence, origin)) : map,
        ),
      unset: (configuration, { dynamicMap, sequence }) =>
        withDynamicMap(configuration, dynamicMap ?? "", (map) => ({
          ...map,
          entries: sequence === undefined ? [] : map.entries.filter((entry) => entry.sequence !== sequence),
        })),
      get: ({ dynamicMaps }) =>
        dynamicMaps.flatMap(({ name, entries }) =>
          entries.map(({ sequence }) => ({ dynamicMap: name, sequence })),
        ),
    },
  ),
  ENTRY_MODE,
);

const NEW_ENTRY_NOTE =
  "% NOTE: This new crypto map will remain disabled until a peer\n\tand a valid access list have been configured.";

const OTHER_TYPE = { refused: "% Attempt to change type of existing crypto map is not allowed." };
const OTHER_DYNAMIC_MAP = {
  refused: "% Attempt to change dynamic map tag for existing crypto map is not allowed.",
};

const KEPT_IN_MAP: KeptPlace = {
  read: (configuration, _place, { name }) => mapOf(configuration, String(name))?.kept ?? [],
  write: (configuration, _place, { name }, kept) =>
    withMap(configuration, String(name), (map) => ({ ...map, kept })),
  all: ({ cryptoMaps }) => cryptoMaps.flatMap(({ kept }) => kept),
};

/** Settings of maps, and entries of a kind, that are not in effect yet. */
export const CRYPTO_MAP_OTHERS: readonly Statement[] = [
  other([word("client", "Specify client configuration settings"), rest()]),
  other([word("isakmp", "Specify isakmp configuration settings"), rest()]),
  other([word("redundancy", "Specify redundancy settings"), rest()]),
  other([SEQUENCE, word("ipsec-manual", "IPSEC w/manual keying")], true),
];

function rest(): Part {
  return value("rest", LINE, "The rest of the line, kept as it is");
}

function other(parts: readonly Part[], isBlock = false): Statement {
  const block = isBlock ? DYNAMIC_MAP_BLOCK : undefined;
  return keeping(
    [...MAP, ...parts],
    { replaces: "line", keepsNo: false, effect: "unsupported", block },
    KEPT_IN_MAP,
  );
}

function mapOf({ cryptoMaps }: Configuration, name: string): CryptoMapSettings | undefined {
  return cryptoMaps.find((map) => map.name === name);
}
