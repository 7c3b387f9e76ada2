/** `crypto ipsec`: transform sets with their mode, and the lifetimes that crypto maps do not say themselves. */
import type { AhTransform, Configuration, TransformSetSettings } from "../../config/configuration.ts";
import {
  DEFAULT_LIFETIME_KILOBYTES,
  DEFAULT_LIFETIME_SECONDS,
  defaultSetting,
} from "../../config/defaults.ts";
import {
  type AeadName,
  type CipherName,
  type CounterCipherName,
  isAead,
  isCounterCipher,
  isGmac,
} from "../../crypto/names.ts";
import type { EncapsulationMode } from "../../crypto/transform-set.ts";
import { defaulted, possible } from "../lenses.ts";
import { globalSetting, type Mode, opening, type Place, type Statement, statementsAt } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { anyOrder, choice, flag, oneOf, optional, value, word } from "../sentence.ts";
import { integer, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { AES_KEY_LENGTH, type CipherArguments, cipherArguments, cipherOf } from "./ciphers.ts";

const TRANSFORM_SET_PLACE: Place<TransformSetSettings, { readonly name: string }> = {
  read: ({ transformSets }, { name }) =>
    transformSets.find((set) => set.name === name) ?? newTransformSet(name),
  write: (configuration, { name }, set) => ({
    ...configuration,
    transformSets: replaced(configuration.transformSets, set, (other) => other.name === name),
  }),
};

function newTransformSet(name: string): TransformSetSettings {
  return {
    name,
    ah: undefined,
    encryption: undefined,
    integrity: undefined,
    mode: defaultSetting("tunnel"),
    origin: undefined,
  };
}

const ENCAPSULATION_MODE = statementsAt(TRANSFORM_SET_PLACE)(
  [
    ...phrase("mode", "Encapsulation mode (transport/tunnel)"),
    choice("mode", {
      transport: ["transport", "Transport (payload encapsulation) mode"],
      tunnel: ["tunnel", "Tunnel (datagram encapsulation) mode"],
    }),
  ],
  defaulted({
    key: 1,
    initial: "tunnel" as EncapsulationMode, // not the one it begins with alone
    read: (set) => set.mode,
    write: (set, mode) => ({ ...set, mode }),
    toValue: ({ mode }): EncapsulationMode => mode,
    toArguments: (mode) => ({ mode }),
  }),
);

const TRANSFORM_SET_MODE: Mode = {
  title: "IPsec transform set",
  prompt: "cfg-crypto-trans",
  statements: [ENCAPSULATION_MODE],
};

const AH_TRANSFORM = choice("ah", {
  "ah-md5-hmac": ["ah-md5-hmac", "AH-HMAC-MD5 transform"],
  "ah-sha-hmac": ["ah-sha-hmac", "AH-HMAC-SHA transform"],
  "ah-sha256-hmac": ["ah-sha256-hmac", "AH-HMAC-SHA256 transform"],
  "ah-sha384-hmac": ["ah-sha384-hmac", "AH-HMAC-SHA384 transform"],
  "ah-sha512-hmac": ["ah-sha512-hmac", "AH-HMAC-SHA512 transform"],
});

export const TRANSFORM_SET = opening(
  globalSetting(
    [
      ...phrase("crypto ipsec transform-set", "Define transform and settings"),
      value("name", NAME, "Transform set tag"),
      oneOf("transforms", {
        combined: [
          optional(AH_TRANSFORM),
          oneOf("cipher", {
            gcm: [word("esp-gcm", "ESP transform using GCM cipher"), optional(AES_KEY_LENGTH)],
            gmac: [word("esp-gmac", "ESP transform using GMAC cipher"), optional(AES_KEY_LENGTH)],
          }),
        ],
        separate: [
          anyOrder(
            1,
            [AH_TRANSFORM],
            [
              oneOf("cipher", {
                "3des": [word("esp-3des", "ESP transform using 3DES(EDE) cipher (168 bits)")],
                aes: [
                  word("esp-aes", "ESP transform using AES cipher"),
                  optional(AES_KEY_LENGTH),
                  // IOS has AES-CBC alone; Cisco's MDS switches write counter mode so.
                  flag("isCounter", "ctr", "AES in counter mode (needs an ESP HMAC)"),
                ],
                des: [word("esp-des", "ESP transform using DES cipher (56 bits)")],
                null: [word("esp-null", "ESP transform w/o cipher")],
              }),
            ],
            [
              choice("integrity", {
                "esp-md5-hmac": ["md5", "ESP transform using HMAC-MD5 auth"],
                "esp-sha-hmac": ["sha1", "ESP transform using HMAC-SHA auth"],
                "esp-sha256-hmac": ["sha256", "ESP transform using HMAC-SHA256 auth"],
                "esp-sha384-hmac": ["sha384", "ESP transform using HMAC-SHA384 auth"],
                "esp-sha512-hmac": ["sha512", "ESP transform using HMAC-SHA512 auth"],
              }),
            ],
            [flag("isCompressing", "comp-lzs", "IP Compression using the LZS compression algorithm")],
          ),
        ],
      }),
    ],
    {
      key: 4,
      set: (configuration, { name, transforms }, origin) => {
        if (transforms.kind === "separate" && transforms.isCompressing === true)
          return { refused: "% IP compression (comp-lzs) is not supported: leave it out at both ends" };
        const old = TRANSFORM_SET_PLACE.read(configuration, { name });
        return TRANSFORM_SET_PLACE.write(
          configuration,
          { name },
          { ...old, ...settingsOf(transforms), origin },
        );
      },
      unset: (configuration, { name }) => ({
        ...configuration,
        transformSets: configuration.transformSets.filter((set) => set.name !== name),
      }),
      get: ({ transformSets }) =>
        transformSets.map(({ name, ...set }) => ({ name, transforms: transformsOf(set) })),
    },
  ),
  TRANSFORM_SET_MODE,
);

type Transforms = Pick<TransformSetSettings, "ah" | "encryption" | "integrity">;

/** GCM and GMAC leave nothing for a second transform of ESP to do; AH may be around it. */
type WrittenTransforms =
  | {
      readonly kind: "combined";
      readonly ah: AhTransform | undefined;
      readonly cipher: { readonly kind: "gcm" | "gmac"; readonly bits: KeyLength | undefined };
    }
  | ({
      readonly kind: "separate";
      readonly cipher: SeparateCipher | { readonly kind: "null" } | undefined;
      readonly isCompressing: true | undefined;
    } & Omit<Transforms, "encryption">);

type SeparateCipher =
  | Exclude<CipherArguments, { readonly kind: "aes" }>
  | (Extract<CipherArguments, { readonly kind: "aes" }> & { readonly isCounter: true | undefined });

type KeyLength = 128 | 192 | 256;

function settingsOf(written: WrittenTransforms): Transforms {
  if (written.kind === "combined")
    return {
      ah: written.ah,
      encryption: `${written.cipher.kind}-${written.cipher.bits ?? 128}`,
      integrity: undefined,
    };
  const { ah, cipher, integrity } = written;
  if (cipher === undefined || cipher.kind === "null") return { ah, encryption: cipher?.kind, integrity };
  const isCounter = cipher.kind === "aes" && cipher.isCounter === true;
  return { ah, encryption: isCounter ? `ctr-${cipher.bits ?? 128}` : cipherOf(cipher), integrity };
}

function transformsOf({ ah, encryption, integrity }: Transforms): WrittenTransforms {
  if (encryption !== undefined && isAead(encryption))
    return {
      kind: "combined",
      ah,
      cipher: { kind: isGmac(encryption) ? "gmac" : "gcm", bits: KEY_BITS[encryption] },
    };
  const cipher = encryption === undefined ? undefined : separateCipher(encryption);
  return { kind: "separate", ah, cipher, integrity, isCompressing: undefined };
}

function separateCipher(encryption: CipherName | CounterCipherName | "null") {
  if (encryption === "null") return { kind: encryption } as const;
  if (isCounterCipher(encryption))
    return { kind: "aes", bits: KEY_BITS[encryption], isCounter: true } as const;
  const cipher = cipherArguments(encryption);
  return cipher.kind === "aes" ? { ...cipher, isCounter: undefined } : cipher;
}

/** The length that is left out is not written. */
const KEY_BITS: { readonly [N in CounterCipherName | AeadName]: 192 | 256 | undefined } = {
  "ctr-128": undefined,
  "ctr-192": 192,
  "ctr-256": 256,
  "gcm-128": undefined,
  "gcm-192": 192,
  "gcm-256": 256,
  "gmac-128": undefined,
  "gmac-192": 192,
  "gmac-256": 256,
};

/** Kilobytes and seconds after which keys are renewed, as IOS bounds them. */
export const LIFETIME_SECONDS = integer(120, 86_400);
export const LIFETIME_KILOBYTES = integer(2_560, 536_870_912);

export const IPSEC_LIFETIME_KILOBYTES = globalSetting(
  [
    ...phrase("crypto ipsec security-association lifetime kilobytes", "Volume-based key duration"),
    value("kilobytes", LIFETIME_KILOBYTES, "Security association duration in kilobytes encrypted"),
  ],
  defaulted({
    key: 5,
    initial: DEFAULT_LIFETIME_KILOBYTES,
    read: (configuration) => configuration.lifetimeKilobytes,
    write: (configuration, lifetimeKilobytes) => ({ ...configuration, lifetimeKilobytes }),
    toValue: ({ kilobytes }) => kilobytes,
    toArguments: (kilobytes) => ({ kilobytes }),
  }),
);

export const IPSEC_LIFETIME_SECONDS = lifetimeSecondsSetting(DEFAULT_LIFETIME_SECONDS);

/** `initial`: IOS and the PIX differ. */
export function lifetimeSecondsSetting(initial: number): Statement {
  return globalSetting(
    [
      ...phrase("crypto ipsec security-association lifetime seconds", "Time-based key duration"),
      value("seconds", LIFETIME_SECONDS, "Time-based key duration in seconds"),
    ],
    defaulted({
      key: 5,
      initial,
      read: (configuration) => configuration.lifetimeSeconds,
      write: (configuration, lifetimeSeconds) => ({ ...configuration, lifetimeSeconds }),
      toValue: ({ seconds }) => seconds,
      toArguments: (seconds) => ({ seconds }),
    }),
  );
}

export const IDLE_SECONDS = integer(60, 86_400);

export const IPSEC_IDLE_TIME = globalSetting(
  [
    ...phrase(
      "crypto ipsec security-association idle-time",
      "Automatically delete IPSec SAs after an idle period",
    ),
    value("seconds", IDLE_SECONDS, "Idle time in seconds"),
  ],
  possible({
    key: 4,
    read: (configuration: Configuration) => configuration.idleTime,
    write: (configuration, idleTime) => ({ ...configuration, idleTime }),
    toValue: ({ seconds }) => seconds,
    toArguments: (seconds) => ({ seconds }),
  }),
);
