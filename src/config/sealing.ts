/** What becomes at once of passwords that are entered in clear: `secret`s are hashed, and others hidden where that is asked for. */
import type { Random } from "../base/random.ts";
import type { Configuration } from "./configuration.ts";
import { withKeysEncrypted } from "./key-encryption.ts";
import { hashed, hidden, type Password } from "./password.ts";

/** The configuration as it may be shown and kept; the same one where there is nothing to do. */
export function sealed(
  configuration: Configuration,
  random: Random,
  configKey: string | undefined,
): Configuration {
  const { enableSecrets, enablePasswords, passwordEncryption, aesEncryption } = configuration;
  const hide = passwordEncryption.value;
  const secrets = mapped(enableSecrets, (password) => hashed(password, random));
  const passwords = hide ? mapped(enablePasswords, (password) => hidden(password, random)) : enablePasswords;
  const next =
    secrets === enableSecrets && passwords === enablePasswords
      ? configuration
      : { ...configuration, enableSecrets: secrets, enablePasswords: passwords };
  return aesEncryption.value && configKey !== undefined ? withKeysEncrypted(next, configKey, random) : next;
}

function mapped<T extends { readonly password: Password }>(
  all: readonly T[],
  change: (password: T["password"]) => T["password"],
): readonly T[] {
  const changed = all.map((each) => {
    const password = change(each.password);
    return password === each.password ? each : { ...each, password };
  });
  return changed.every((each, i) => each === all[i]) ? all : changed;
}
