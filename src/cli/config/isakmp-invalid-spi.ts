/** `crypto isakmp invalid-spi-recovery`: a peer that sends ESP we have no SA for is told so. */
import type { Configuration } from "../../config/configuration.ts";
import { toggle } from "../lenses.ts";
import { globalSetting } from "../mode.ts";
import { phrase } from "../vocabulary.ts";

export const INVALID_SPI_RECOVERY = globalSetting(
  phrase("crypto isakmp invalid-spi-recovery", "Initiate IKE and send Invalid SPI Notify"),
  toggle<Configuration>({
    initial: false,
    read: ({ isakmp }) => isakmp.invalidSpiRecovery,
    write: (configuration, invalidSpiRecovery) => ({
      ...configuration,
      isakmp: { ...configuration.isakmp, invalidSpiRecovery },
    }),
  }),
);
