/** `crypto map` and `crypto dynamic-map`: their entries with the mode of these, and the local address of a map. */
import type { Origin } from "../../base/origin.ts";
import type { Configuration, CryptoMapEntrySettings, CryptoMapSettings } from "../../config/configuration.ts";
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
import { MANUAL_ENTRY_STATEMENTS } from "./manual-entry.ts";

const ENTRY_MODE: Mode = {
  title: "Crypto map entry",
  prompt: "config-crypto-map",
  statements: CRYPTO_MAP_ENTRY_STATEMENTS,
};

const MANUAL_ENTRY_MODE: Mode = {
  title: "Crypto map entry of type ipsec-manual",
  prompt: "config-crypto-map",
  statements: MANUAL_ENTRY_STATEMENTS,
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
    set: (configuration, args, origin): Change => withNewEntry(configuration, args, "ipsec-isakmp", origin),
    unset: (configuration, { name, sequence }) =>
      sequence === undefined
        ? withoutMap(configuration, name)
        : withMap(configuration, name ?? "", (map) => ({
            ...map,
            entries: map.entries.filter((entry) => entry.sequence !== sequence),
            dynamicEntries: map.dynamicEntries.filter((entry) => entry.sequence !== sequence),
            kept: map.kept.filter(({ text }) => !text.startsWith(`crypto map ${map.name} ${sequence} `)),
          })),
    get: ({ cryptoMaps }) =>
      cryptoMaps.flatMap(({ name, entries }) => placesOf(name, entries, "ipsec-isakmp")),
  }),
  ENTRY_MODE,
  noteOfNew,
);

/** Not while it is applied: what it protects would go out in clear. */
function withoutMap(configuration: Configuration, name: string | undefined): Change {
  const users = configuration.interfaces.filter(({ cryptoMap }) => cryptoMap?.value === name);
  const isThere = configuration.cryptoMaps.some((map) => map.name === name);
  if (isThere && users.length > 0)
    return {
      refused: `% Crypto-map ${name} is in use by interface(s): ${users.map((own) => own.name).join(", ")}. Please remove the crypto map from the above interface(s) first`,
    };
  return { ...configuration, cryptoMaps: configuration.cryptoMaps.filter((map) => map.name !== name) };
}

export const CRYPTO_MAP_MANUAL_ENTRY = opening<{ readonly name: string; readonly sequence: number }>(
  globalSetting([...MAP, SEQUENCE, word("ipsec-manual", "IPSEC w/manual keying")], {
    set: (configuration, args, origin): Change => withNewEntry(configuration, args, "ipsec-manual", origin),
    unset: (configuration, { name, sequence }) =>
      withMap(configuration, name ?? "", (map) => ({
        ...map,
        entries: map.entries.filter((entry) => entry.sequence !== sequence),
      })),
    get: ({ cryptoMaps }) =>
      cryptoMaps.flatMap(({ name, entries }) => placesOf(name, entries, "ipsec-manual")),
  }),
  MANUAL_ENTRY_MODE,
  noteOfNew,
);

/** An entry that is there is entered without its type; a new one needs it. */
export const CRYPTO_MAP_KNOWN_ENTRY: Statement = {
  ...globalSetting([...MAP, SEQUENCE], {
    key: 4,
    set: (configuration, { name, sequence }): Change =>
      entryOf(mapOf(configuration, name), sequence) === undefined ? WITHOUT_TYPE : configuration,
    unset: (configuration) => configuration,
    get: () => [],
  }),
  opens: ENTRY_MODE,
  modeFor: (configuration, { name, sequence }) =>
    entryOf(mapOf(configuration, String(name)), Number(sequence))?.type === "ipsec-manual"
      ? MANUAL_ENTRY_MODE
      : ENTRY_MODE,
};

const WITHOUT_TYPE = { refused: "% Incomplete command." };

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

function withNewEntry(
  configuration: Configuration,
  { name, sequence }: { readonly name: string; readonly sequence: number },
  type: CryptoMapEntrySettings["type"],
  origin: Origin | undefined,
): Change {
  const map = mapOf(configuration, name);
  const known = entryOf(map, sequence);
  const isDynamic = map?.dynamicEntries.some((entry) => entry.sequence === sequence) === true;
  if (isDynamic || (known !== undefined && known.type !== type)) return OTHER_TYPE;
  return known === undefined
    ? withMap(configuration, name, (own) => withEntry(own, newCryptoMapEntry(sequence, origin, type)))
    : configuration;
}

function placesOf(
  name: string,
  entries: readonly CryptoMapEntrySettings[],
  type: CryptoMapEntrySettings["type"],
) {
  return entries.filter((entry) => entry.type === type).map(({ sequence }) => ({ name, sequence }));
}

function noteOfNew(
  configuration: Configuration,
  { name, sequence }: { readonly name: string; readonly sequence: number },
): string | undefined {
  return entryOf(mapOf(configuration, name), sequence) === undefined ? NEW_ENTRY_NOTE : undefined;
}

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

/** Settings of maps that are not in effect yet. */
export const CRYPTO_MAP_OTHERS: readonly Statement[] = [
  other([word("client", "Specify client configuration settings"), rest()]),
  other([word("isakmp", "Specify isakmp configuration settings"), rest()]),
  other([word("redundancy", "Specify redundancy settings"), rest()]),
];

function rest(): Part {
  return value("rest", LINE, "The rest of the line, kept as it is");
}

function other(parts: readonly Part[]): Statement {
  return keeping(
    [...MAP, ...parts],
    { replaces: "line", keepsNo: false, effect: "unsupported", block: undefined },
    KEPT_IN_MAP,
  );
}

function mapOf({ cryptoMaps }: Configuration, name: string): CryptoMapSettings | undefined {
  return cryptoMaps.find((map) => map.name === name);
}
