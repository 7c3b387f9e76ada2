/** What becomes at once of passwords that are entered in clear: `secret`s are hashed, and others hidden where that is asked for. */
import type { Random } from "../base/random.ts";
import type { Configuration } from "./configuration.ts";
import { withKeysEncrypted } from "./key-encryption.ts";
import type { LineSettings } from "./line-settings.ts";
import { type HiddenPassword, hashed, hidden, type Password, passwordText } from "./password.ts";
import type { UserSettings } from "./user-settings.ts";

/** The configuration as it may be shown and kept; the same one where there is nothing to do. */
export function sealed(
  configuration: Configuration,
  random: Random,
  configKey: string | undefined,
): Configuration {
  const { enableSecrets, enablePasswords, passwordEncryption, aesEncryption, users, lines } = configuration;
  const hide = passwordEncryption.value;
  const secrets = mapped(enableSecrets, (password) => hashed(password, random));
  const passwords = hide ? mapped(enablePasswords, (password) => hidden(password, random)) : enablePasswords;
  const credentials = mappedOver(users, (user) => sealedUser(user, hide, random));
  const sealedLines = hide ? withPasswordsHidden(lines, random) : lines;
  const next =
    secrets === enableSecrets &&
    passwords === enablePasswords &&
    credentials === users &&
    sealedLines === lines
      ? configuration
      : {
          ...configuration,
          enableSecrets: secrets,
          enablePasswords: passwords,
          users: credentials,
          lines: sealedLines,
        };
  return aesEncryption.value && configKey !== undefined ? withKeysEncrypted(next, configKey, random) : next;
}

function sealedUser(user: UserSettings, hide: boolean, random: Random): UserSettings {
  const { credential } = user;
  if (credential.kind === "secret" && credential.secret.type === 0)
    return { ...user, credential: { ...credential, secret: hashed(credential.secret, random) } };
  if (hide && credential.kind === "password" && credential.password.type === 0)
    return { ...user, credential: { ...credential, password: hidden(credential.password, random) } };
  return user;
}

/** The same password looks the same on all lines, so that lines alike stay so. */
function withPasswordsHidden(lines: readonly LineSettings[], random: Random): readonly LineSettings[] {
  const made = new Map<string, HiddenPassword>();
  return mappedOver(lines, (line) => {
    const { password } = line;
    if (password === undefined || password.value.type !== 0) return line;
    const text = passwordText(password.value);
    const value = made.get(text) ?? hidden(password.value, random);
    made.set(text, value);
    return { ...line, password: { ...password, value } };
  });
}

/** The same list where nothing changes. */
function mappedOver<T>(all: readonly T[], change: (each: T) => T): readonly T[] {
  const changed = all.map(change);
  return changed.every((each, i) => each === all[i]) ? all : changed;
}

function mapped<T extends { readonly password: Password }>(
  all: readonly T[],
  change: (password: T["password"]) => T["password"],
): readonly T[] {
  return mappedOver(all, (each) => {
    const password = change(each.password);
    return password === each.password ? each : { ...each, password };
  });
}
