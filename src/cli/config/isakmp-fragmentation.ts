/** `crypto isakmp fragmentation`: long IKE messages in pieces. */
import type { Configuration } from "../../config/configuration.ts";
import { toggle } from "../lenses.ts";
import { globalSetting } from "../mode.ts";
import { phrase } from "../vocabulary.ts";

export const ISAKMP_FRAGMENTATION = globalSetting(
  phrase("crypto isakmp fragmentation", "IKE Fragmentation enabled if required"),
  toggle<Configuration>({
    initial: false,
    read: ({ isakmp }) => isakmp.fragmentation,
    write: (configuration, fragmentation) => ({
      ...configuration,
      isakmp: { ...configuration.isakmp, fragmentation },
    }),
  }),
);
