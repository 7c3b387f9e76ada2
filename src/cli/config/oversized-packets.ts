/**
 * What becomes of packets that encryption makes too long: `crypto ipsec df-bit` and `crypto ipsec fragmentation`, in global
 * configuration and, overruling it, below an interface; and `ip tcp adjust-mss`, which avoids them.
 */
import type { Configuration, InterfaceSettings } from "../../config/configuration.ts";
import { DEFAULT_DF_BIT, DEFAULT_FRAGMENTATION } from "../../config/defaults.ts";
import type { DfBit, FragmentationOrder } from "../../ipsec/policy.ts";
import { defaulted, possible } from "../lenses.ts";
import { globalSetting, type Place, type Statement, statementsAt } from "../mode.ts";
import { choice, value } from "../sentence.ts";
import { integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

const DF_BIT_SENTENCE = [
  ...phrase("crypto ipsec df-bit", "Handling of encapsulated DF bit"),
  choice("dfBit", {
    clear: ["clear", "Outer header will have the DF bit cleared"],
    copy: ["copy", "Copy DF bit from the inner header"],
    set: ["set", "Outer header will have the DF bit set"],
  } satisfies Readonly<Record<DfBit, readonly [DfBit, string]>>),
] as const;

const FRAGMENTATION_SENTENCE = [
  ...phrase("crypto ipsec fragmentation", "Handling of fragmentation of near-MTU sized packets"),
  choice("order", {
    "after-encryption": ["after-encryption", "Packets are encrypted, then fragmented"],
    "before-encryption": ["before-encryption", "Packets are fragmented, then encrypted"],
  } satisfies Readonly<Record<FragmentationOrder, readonly [FragmentationOrder, string]>>),
] as const;

/** Leading parts that `no` needs: all but what is chosen. */
const KEY = 3;

export const DF_BIT = globalSetting(
  DF_BIT_SENTENCE,
  defaulted<Configuration, { readonly dfBit: DfBit }, DfBit>({
    key: KEY,
    initial: DEFAULT_DF_BIT,
    read: (configuration) => configuration.dfBit,
    write: (configuration, dfBit) => ({ ...configuration, dfBit }),
    toValue: ({ dfBit }) => dfBit,
    toArguments: (dfBit) => ({ dfBit }),
  }),
);

export const FRAGMENTATION = globalSetting(
  FRAGMENTATION_SENTENCE,
  defaulted<Configuration, { readonly order: FragmentationOrder }, FragmentationOrder>({
    key: KEY,
    initial: DEFAULT_FRAGMENTATION,
    read: (configuration) => configuration.fragmentation,
    write: (configuration, fragmentation) => ({ ...configuration, fragmentation }),
    toValue: ({ order }) => order,
    toArguments: (order) => ({ order }),
  }),
);

/** The statements of an interface. */
export function oversizedPacketsOn<P extends object>(
  place: Place<InterfaceSettings, P>,
): { readonly adjustMss: Statement; readonly ofCrypto: readonly Statement[] } {
  const setting = statementsAt(place);
  return {
    adjustMss: setting(
      [
        ...phrase("ip tcp adjust-mss", "Adjust the mss of transit packets"),
        value("octets", integer(500, 1460), "Maximum segment size in bytes"),
      ],
      possible({
        key: KEY,
        read: (own) => own.adjustMss,
        write: (own, adjustMss) => ({ ...own, adjustMss }),
        toValue: ({ octets }) => octets,
        toArguments: (octets) => ({ octets }),
      }),
    ),
    ofCrypto: [
      setting(
        DF_BIT_SENTENCE,
        possible<InterfaceSettings, { readonly dfBit: DfBit }, DfBit>({
          key: KEY,
          read: (own) => own.dfBit,
          write: (own, dfBit) => ({ ...own, dfBit }),
          toValue: ({ dfBit }) => dfBit,
          toArguments: (dfBit) => ({ dfBit }),
        }),
      ),
      setting(
        FRAGMENTATION_SENTENCE,
        possible<InterfaceSettings, { readonly order: FragmentationOrder }, FragmentationOrder>({
          key: KEY,
          read: (own) => own.fragmentation,
          write: (own, fragmentation) => ({ ...own, fragmentation }),
          toValue: ({ order }) => order,
          toArguments: (order) => ({ order }),
        }),
      ),
    ],
  };
}
