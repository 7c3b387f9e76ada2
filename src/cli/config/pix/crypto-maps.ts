/** Crypto maps of a PIX: IOS's, each setting in a line of its own, and applied by name of the interface. */
import { globalSetting } from "../../mode.ts";
import { value, word } from "../../sentence.ts";
import { integer, NAME } from "../../value-types.ts";
import { phrase } from "../../vocabulary.ts";
import {
  CRYPTO_MAP_DYNAMIC_ENTRY,
  CRYPTO_MAP_ENTRY,
  CRYPTO_MAP_OTHERS,
  DYNAMIC_MAP_ENTRY,
} from "../crypto-map.ts";
import { TRANSFORM_SET } from "../ipsec.ts";
import { ISAKMP_POLICY } from "../isakmp.ts";
import { all, changed, INTERFACE_NAME_PART, named } from "./interfaces.ts";
import { entries, section } from "./sections.ts";

const MAP = [...phrase("crypto map", "Enter a crypto map"), value("name", NAME, "Crypto map tag")] as const;

export const PIX_TRANSFORM_SETS = section({ ...TRANSFORM_SET, opens: undefined });

export const PIX_DYNAMIC_MAPS = entries(
  DYNAMIC_MAP_ENTRY,
  [
    ...phrase("crypto dynamic-map", "Specify a dynamic crypto map template"),
    value("dynamicMap", NAME, "Dynamic crypto map template tag"),
    value("sequence", integer(1, 65_535), "Sequence to insert into dynamic crypto map entry"),
  ],
  { ownLine: "when empty" },
);

export const PIX_CRYPTO_MAPS = entries(
  CRYPTO_MAP_ENTRY,
  [...MAP, value("sequence", integer(1, 65_535), "Sequence to insert into crypto map entry")],
  { ownLine: "always" },
  [word("ipsec-isakmp", "IPSEC w/ISAKMP")],
);

/** Entries of dynamic maps, settings that are not in effect yet, and where a map is applied. */
export const PIX_CRYPTO_MAP_LINES = section(
  CRYPTO_MAP_DYNAMIC_ENTRY,
  ...CRYPTO_MAP_OTHERS,
  globalSetting([...MAP, word("interface", "Apply the crypto map to an interface"), INTERFACE_NAME_PART], {
    set: (configuration, { name, interface: where }, origin) =>
      changed(configuration, named(configuration, "name", where), {
        own: { cryptoMap: { value: name, origin } },
      }),
    unset: (configuration, { name, interface: where }) => {
      const found = named(configuration, "name", where ?? "");
      return "own" in found && found.own.cryptoMap?.value !== name
        ? configuration
        : changed(configuration, found, { own: { cryptoMap: undefined } });
    },
    get: (configuration) =>
      all(configuration).flatMap(({ pix, own }) =>
        own.cryptoMap === undefined ? [] : [{ name: own.cryptoMap.value, interface: pix.name }],
      ),
  }),
);

export const PIX_ISAKMP_POLICIES = entries(
  ISAKMP_POLICY,
  [
    ...phrase("isakmp policy", "Set policy for an ISAKMP protection suite"),
    value("priority", integer(1, 10_000), "Priority of protection suite"),
  ],
  { ownLine: "when empty", printsDefaults: true },
);
