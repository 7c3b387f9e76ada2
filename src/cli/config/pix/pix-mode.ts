/** The configuration of a PIX (5.2): all statements, in the order in which it prints them. */
import { PIX_DEFAULTS } from "../../../config/defaults.ts";
import { toggle } from "../../lenses.ts";
import { globalSetting, isRefusal, type Mode } from "../../mode.ts";
import { value, word } from "../../sentence.ts";
import { NAME } from "../../value-types.ts";
import { phrase } from "../../vocabulary.ts";
import { IPSEC_LIFETIME_KILOBYTES, lifetimeSecondsSetting } from "../ipsec.ts";
import { hostnameSetting, PIX_DOMAIN_NAME } from "../system.ts";
import { PIX_ACCESS_LIST } from "./access-list.ts";
import {
  PIX_CRYPTO_MAP_LINES,
  PIX_CRYPTO_MAPS,
  PIX_DYNAMIC_MAPS,
  PIX_ISAKMP_POLICIES,
  PIX_TRANSFORM_SETS,
} from "./crypto-maps.ts";
import { NAMEIF, PIX_INTERFACE, PIX_IP_ADDRESS, PIX_MTU, PIX_ROUTE, withPix } from "./interfaces.ts";
import { PIX_ISAKMP_ENABLE, PIX_ISAKMP_IDENTITY, PIX_ISAKMP_KEEPALIVE, PIX_ISAKMP_KEY } from "./isakmp.ts";
import {
  LINES_AT_THE_END,
  LINES_OF_ADDRESSES,
  LINES_OF_CLIENTS,
  LINES_OF_INSPECTION,
  LINES_OF_LOGGING,
  LINES_OF_PASSWORDS,
  LINES_OF_SERVICES,
} from "./kept-lines.ts";
import { alwaysWritten, type Section, section } from "./sections.ts";

const VERSION = globalSetting(
  [
    word("pix", "Version of the PIX that wrote this", { printed: "PIX" }),
    word("version", "Version of the PIX that wrote this", { printed: "Version" }),
    value("version", NAME, "5.2"),
  ],
  {
    key: 2,
    set: (configuration, { version }) => withPix(configuration, (pix) => ({ ...pix, version })),
    unset: () => ({ refused: "The version is what it is" }),
    get: ({ pix }) => (pix === undefined ? [] : [{ version: pix.version }]),
  },
);

const PERMIT_IPSEC = globalSetting(
  phrase("sysopt connection permit-ipsec", "What comes by IPsec is not held against access lists"),
  toggle({
    initial: false,
    read: ({ pix }) => pix?.permitsIpsec ?? { value: false, origin: undefined },
    write: (configuration, permitsIpsec) => {
      const next = withPix(configuration, (pix) => ({ ...pix, permitsIpsec }));
      return isRefusal(next) ? configuration : next;
    },
  }),
);

export const PIX_SECTIONS: readonly Section[] = [
  section(VERSION, NAMEIF, ...LINES_OF_PASSWORDS),
  section(alwaysWritten(hostnameSetting(PIX_DEFAULTS.hostname)), PIX_DOMAIN_NAME, ...LINES_OF_INSPECTION),
  section(PIX_ACCESS_LIST, ...LINES_OF_LOGGING),
  section(PIX_INTERFACE, PIX_MTU, PIX_IP_ADDRESS, ...LINES_OF_ADDRESSES),
  section(PIX_ROUTE, ...LINES_OF_SERVICES, PERMIT_IPSEC),
  PIX_TRANSFORM_SETS,
  section(IPSEC_LIFETIME_KILOBYTES, lifetimeSecondsSetting(PIX_DEFAULTS.lifetimeSeconds)),
  PIX_DYNAMIC_MAPS,
  PIX_CRYPTO_MAPS,
  PIX_CRYPTO_MAP_LINES,
  section(PIX_ISAKMP_ENABLE, PIX_ISAKMP_KEY, PIX_ISAKMP_IDENTITY, PIX_ISAKMP_KEEPALIVE, ...LINES_OF_CLIENTS),
  PIX_ISAKMP_POLICIES,
  section(...LINES_AT_THE_END),
];

export const PIX_MODE: Mode = {
  title: "PIX configuration",
  prompt: "config",
  statements: PIX_SECTIONS.flatMap(({ statements }) => statements),
};
