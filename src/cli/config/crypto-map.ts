/** `crypto map`: entries of type ipsec-isakmp with their mode, the local address, and entries of other types. */
import { newCryptoMapEntry } from "../../config/defaults.ts";
import { INTERFACE_NAME } from "../interface-names.ts";
import { type KeptPlace, keeping } from "../keeping.ts";
import { globalSetting, type Mode, opening, type Statement } from "../mode.ts";
import { optional, type Part, value, word } from "../sentence.ts";
import { integer, LINE, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { CRYPTO_MAP_ENTRY_STATEMENTS, type EntryPlace } from "./crypto-map-entry.ts";
import { withEntry, withMap } from "./crypto-map-settings.ts";
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

export const CRYPTO_MAP_ENTRY = opening<EntryPlace>(
  globalSetting([...MAP, SEQUENCE, word("ipsec-isakmp", "IPSEC w/ISAKMP")], {
    key: 3,
    set: (configuration, { name, sequence }, origin) =>
      withMap(configuration, name, (map) =>
        map.entries.some((entry) => entry.sequence === sequence)
          ? map
          : withEntry(map, newCryptoMapEntry(sequence, origin)),
      ),
    unset: (configuration, { name, sequence }) =>
      sequence === undefined
        ? { ...configuration, cryptoMaps: configuration.cryptoMaps.filter((map) => map.name !== name) }
        : withMap(configuration, name ?? "", (map) => ({
            ...map,
            entries: map.entries.filter((entry) => entry.sequence !== sequence),
            kept: map.kept.filter(({ text }) => !text.startsWith(`crypto map ${map.name} ${sequence} `)),
          })),
    get: ({ cryptoMaps }) =>
      cryptoMaps.flatMap(({ name, entries }) => entries.map(({ sequence }) => ({ name, sequence }))),
  }),
  ENTRY_MODE,
  ({ cryptoMaps }, { name, sequence }) =>
    cryptoMaps.some((map) => map.name === name && map.entries.some((entry) => entry.sequence === sequence))
      ? undefined
      : NEW_ENTRY_NOTE,
);

const NEW_ENTRY_NOTE =
  "% NOTE: This new crypto map will remain disabled until a peer\n\tand a valid access list have been configured.";

const KEPT_IN_MAP: KeptPlace = {
  read: ({ cryptoMaps }, _place, { name }) => cryptoMaps.find((map) => map.name === name)?.kept ?? [],
  write: (configuration, _place, { name }, kept) =>
    withMap(configuration, String(name), (map) => ({ ...map, kept })),
  all: ({ cryptoMaps }) => cryptoMaps.flatMap(({ kept }) => kept),
};

/** Maps and entries of kinds that are not in effect yet. */
export const CRYPTO_MAP_OTHERS: readonly Statement[] = [
  other([word("client", "Specify client configuration settings"), rest()]),
  other([word("isakmp", "Specify isakmp configuration settings"), rest()]),
  other([word("redundancy", "Specify redundancy settings"), rest()]),
  other([
    SEQUENCE,
    word("ipsec-isakmp", "IPSEC w/ISAKMP"),
    word("dynamic", "Enable dynamic crypto map support"),
    value("template", NAME, "Name of dynamic-map"),
    optional(value("rest", LINE, "Tunnel Endpoint Discovery and more, kept as it is")),
  ]),
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
