/** `enable secret` and `enable password`, by which levels are reached, and whether passwords are shown in clear. */
import type { Configuration, EnablePassword } from "../../config/configuration.ts";
import type { HashedPassword, HiddenPassword } from "../../config/password.ts";
import { toggle } from "../lenses.ts";
import { globalSetting } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { optional, value, word } from "../sentence.ts";
import { integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import {
  ALGORITHM_PART,
  CLEAR_SECRET_PART,
  PASSWORD_PART,
  passwordOf,
  SECRET_PART,
  secretForAlgorithm,
  secretOf,
  writtenForAlgorithm,
  writtenPassword,
  writtenSecret,
} from "./password-parts.ts";

const LEVEL = optional(
  word("level", "Set exec level password"),
  value("level", integer(1, 15), "Level number"),
);
/** What `enable` leads to. */
const TOP_LEVEL = 15;

export const ENABLE_SECRET = globalSetting(
  [...phrase("enable secret", "Assign the privileged level secret"), LEVEL, SECRET_PART],
  {
    key: 3,
    set: (configuration, { level = TOP_LEVEL, secret }, origin) => ({
      ...configuration,
      enableSecrets: withPassword(configuration.enableSecrets, { level, password: secretOf(secret), origin }),
    }),
    unset: (configuration, { level = TOP_LEVEL }) => ({
      ...configuration,
      enableSecrets: configuration.enableSecrets.filter((other) => other.level !== level),
    }),
    get: ({ enableSecrets }) =>
      enableSecrets
        .filter(({ password }) => password.algorithm === undefined)
        .map(({ level, password }) => ({ level: printed(level), secret: writtenSecret(password) })),
  },
);

/** It prints only as long as the secret is not hashed. */
export const ENABLE_ALGORITHM = globalSetting(
  [
    ...phrase("enable algorithm-type", "Algorithm to use for hashing the enable secret"),
    ALGORITHM_PART,
    word("secret", "Assign the privileged level secret"),
    LEVEL,
    CLEAR_SECRET_PART,
  ],
  {
    key: 5,
    set: (configuration, { level = TOP_LEVEL, ...written }, origin) => ({
      ...configuration,
      enableSecrets: withPassword(configuration.enableSecrets, {
        level,
        password: secretForAlgorithm(written),
        origin,
      }),
    }),
    unset: (configuration, { level = TOP_LEVEL }) => ({
      ...configuration,
      enableSecrets: configuration.enableSecrets.filter((other) => other.level !== level),
    }),
    get: ({ enableSecrets }) =>
      enableSecrets.flatMap(({ level, password }) => {
        const written = writtenForAlgorithm(password);
        return written === undefined ? [] : [{ level: printed(level), ...written }];
      }),
  },
);

export const ENABLE_PASSWORD = globalSetting(
  [...phrase("enable password", "Assign the privileged level password"), LEVEL, PASSWORD_PART],
  {
    key: 3,
    set: (configuration, { level = TOP_LEVEL, password }, origin) => ({
      ...configuration,
      enablePasswords: withPassword(configuration.enablePasswords, {
        level,
        password: passwordOf(password),
        origin,
      }),
    }),
    unset: (configuration, { level = TOP_LEVEL }) => ({
      ...configuration,
      enablePasswords: configuration.enablePasswords.filter((other) => other.level !== level),
    }),
    get: ({ enablePasswords }) =>
      enablePasswords.map(({ level, password }) => ({
        level: printed(level),
        password: writtenPassword(password),
      })),
  },
);

export const PASSWORD_ENCRYPTION = globalSetting(
  phrase("service password-encryption", "Encrypt system passwords"),
  toggle<Configuration>({
    initial: false,
    read: ({ passwordEncryption }) => passwordEncryption,
    write: (configuration, passwordEncryption) => ({ ...configuration, passwordEncryption }),
  }),
);

export const AES_ENCRYPTION = globalSetting(
  phrase("password encryption aes", "Encrypt stored pre-shared keys with AES"),
  toggle<Configuration>({
    initial: false,
    read: ({ aesEncryption }) => aesEncryption,
    write: (configuration, aesEncryption) => ({ ...configuration, aesEncryption }),
  }),
);

function withPassword<P extends HashedPassword | HiddenPassword>(
  all: readonly EnablePassword<P>[],
  own: EnablePassword<P>,
): readonly EnablePassword<P>[] {
  return replaced(all, own, (other) => other.level === own.level).toSorted((a, b) => a.level - b.level);
}

/** IOS does not name the level that `enable` leads to. */
function printed(level: number): number | undefined {
  return level === TOP_LEVEL ? undefined : level;
}
