/** The mode of a crypto map entry of type ipsec-manual: one peer, one transform set, and session keys. */

import { fromHex, hex } from "../../base/octets.ts";
import type { CryptoMapEntrySettings, SessionKeySettings } from "../../config/configuration.ts";
import { Secret } from "../../crypto/secret.ts";
import { possible } from "../lenses.ts";
import type { Lens, Statement } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { choice, optional, repeated, value, word } from "../sentence.ts";
import { HEXADECIMAL_KEY, integer, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { DESCRIPTION, entrySetting, kept, MATCH_ADDRESS, PEER } from "./crypto-map-entry.ts";

const TRANSFORM_SET = entrySetting(
  [
    ...phrase("set transform-set", "Specify list of transform sets in priority order"),
    repeated("names", NAME, 1, "Proposal tag"),
  ],
  possible({
    key: 2,
    read: (entry) => entry.transformSets,
    write: (entry, transformSets) => ({ ...entry, transformSets }),
    toValue: ({ names }) => names,
    toArguments: (names: readonly string[]) => ({ names }),
  }),
);

const SESSION_KEY = [
  ...phrase("set session-key", "Specify manual session keys"),
  choice("direction", {
    inbound: ["inbound", "Inbound session keys"],
    outbound: ["outbound", "Outbound session keys"],
  } as const),
] as const;
/** 0 to 255 are reserved (RFC 2406 §2.1). */
const SPI = value("spi", integer(256, 0xffff_ffff), "Security parameter index");

interface KeyArguments {
  readonly direction: SessionKeySettings["direction"];
  readonly spi: number;
  readonly cipher?: string | undefined;
  readonly authenticator?: string | undefined;
}

const AH_KEY = entrySetting(
  [
    ...SESSION_KEY,
    word("ah", "Authentication header protocol"),
    SPI,
    value("authenticator", HEXADECIMAL_KEY, "Authentication key"),
  ],
  sessionKeys("ah", (args) => ({ ...args, authenticator: args.authenticator ?? "" })),
);

const ESP_KEY = entrySetting(
  [
    ...SESSION_KEY,
    word("esp", "Encapsulating security payload protocol"),
    SPI,
    word("cipher", "Encryption key"),
    value("cipher", HEXADECIMAL_KEY, "Encryption key"),
    optional(
      word("authenticator", "Authentication key"),
      value("authenticator", HEXADECIMAL_KEY, "Authentication key"),
    ),
  ],
  sessionKeys("esp", (args) => ({
    ...args,
    cipher: args.cipher ?? "",
    authenticator: args.authenticator,
  })),
);

export const MANUAL_ENTRY_STATEMENTS: readonly Statement[] = [
  DESCRIPTION,
  PEER,
  AH_KEY,
  ESP_KEY,
  TRANSFORM_SET,
  kept("set nat", "Set NAT translation"),
  MATCH_ADDRESS,
  kept("qos", "Quality of Service related commands"),
];

/** One for each direction. */
function sessionKeys<A extends KeyArguments>(
  protocol: SessionKeySettings["protocol"],
  toArguments: (args: KeyArguments) => A,
): Lens<CryptoMapEntrySettings, A> {
  return {
    key: 4,
    set: (entry, { direction, spi, cipher, authenticator }, origin) => {
      const own = {
        direction,
        protocol,
        spi,
        cipher: secretOf(cipher),
        authenticator: secretOf(authenticator),
        origin,
      };
      const isOld = (other: SessionKeySettings) =>
        other.direction === direction && other.protocol === protocol;
      const sessionKeys = replaced(entry.sessionKeys, own, isOld).toSorted((a, b) =>
        placeOf(a) < placeOf(b) ? -1 : 1,
      );
      return { ...entry, sessionKeys };
    },
    unset: (entry, { direction }) => ({
      ...entry,
      sessionKeys: entry.sessionKeys.filter(
        (other) => other.protocol !== protocol || other.direction !== direction,
      ),
    }),
    get: ({ sessionKeys: all }) =>
      all
        .filter((each) => each.protocol === protocol)
        .map(({ direction, spi, cipher, authenticator }) =>
          toArguments({ direction, spi, cipher: textOf(cipher), authenticator: textOf(authenticator) }),
        ),
  };
}

/** AH before ESP, inbound before outbound. */
function placeOf({ protocol, direction }: SessionKeySettings): string {
  return `${protocol} ${direction}`;
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(fromHex(text));
}

function textOf(key: Secret | undefined): string | undefined {
  return key === undefined ? undefined : hex(key.reveal());
}
