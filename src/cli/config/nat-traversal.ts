/** NAT traversal: `crypto ipsec nat-transparency udp-encapsulation` and `crypto isakmp nat keepalive`. */
import type { Configuration } from "../../config/configuration.ts";
import { possible, toggle } from "../lenses.ts";
import { globalSetting } from "../mode.ts";
import { value } from "../sentence.ts";
import { integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

export const NAT_TRANSPARENCY = globalSetting(
  phrase("crypto ipsec nat-transparency udp-encapsulation", "UDP encapsulation of IPsec protocols"),
  toggle<Configuration>({
    initial: true,
    read: ({ natTransparency }) => natTransparency,
    write: (configuration, natTransparency) => ({ ...configuration, natTransparency }),
  }),
);

export const NAT_KEEPALIVE = globalSetting(
  [
    ...phrase("crypto isakmp nat keepalive", "Set a nat keepalive interval"),
    value("seconds", integer(5, 3600), "Number of seconds between keep alives"),
  ],
  possible({
    key: 4,
    read: (configuration: Configuration) => configuration.isakmp.natKeepaliveSeconds,
    write: (configuration, natKeepaliveSeconds) => ({
      ...configuration,
      isakmp: { ...configuration.isakmp, natKeepaliveSeconds },
    }),
    toValue: ({ seconds }) => seconds,
    toArguments: (seconds) => ({ seconds }),
  }),
);
