/** `crypto call admission limit ike`: how many ISAKMP SAs there may be, and how many of them in negotiation. */
import type { Configuration, Setting } from "../../config/configuration.ts";
import { possible } from "../lenses.ts";
import { globalSetting } from "../mode.ts";
import { value } from "../sentence.ts";
import { integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

export const MAXIMUM_SAS = globalSetting(
  [
    ...phrase("crypto call admission limit ike sa", "Maximum number of IKE SAs, negotiating ones included"),
    value("number", integer(0, 99_999), "Number of SAs; 0 is no limit"),
  ],
  limit("maximumSas"),
);

export const MAXIMUM_IN_NEGOTIATION = globalSetting(
  [
    ...phrase(
      "crypto call admission limit ike in-negotiation-sa",
      "Maximum number of IKE SAs in negotiation",
    ),
    value("number", integer(10, 99_999), "Number of SAs"),
  ],
  limit("maximumInNegotiation"),
);

function limit(name: "maximumSas" | "maximumInNegotiation") {
  return possible({
    key: 6,
    read: ({ isakmp }: Configuration): Setting<number> | undefined => isakmp[name],
    write: (configuration, setting) => ({
      ...configuration,
      isakmp: { ...configuration.isakmp, [name]: setting },
    }),
    toValue: ({ number }: { readonly number: number }) => number,
    toArguments: (number) => ({ number }),
  });
}
