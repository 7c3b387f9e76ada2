/** Pre-shared keys under the router's own key (`key config-key password-encrypt`): type 6. */
import type { Random } from "../base/random.ts";
import { decryptType6, encryptType6 } from "../crypto/passwords/type-6.ts";
import { Secret } from "../crypto/secret.ts";
import type { Configuration, IsakmpPeerSettings, KeySettings } from "./configuration.ts";
import { type EncryptedPassword, password, passwordText } from "./password.ts";
import type { Problems } from "./problem.ts";

/** Octets: IOS asks for as many. */
export const CONFIG_KEY_MIN = 8;
export const CONFIG_KEY_MAX = 127;

/** What IKE can use: every key in clear. One that cannot be read is not there, and told. */
export function withKeysInClear(
  configuration: Configuration,
  configKey: string | undefined,
  problems: Problems,
): Configuration {
  return changed(configuration, (key, origin) => {
    const clear = inClear(key, configKey);
    if (clear === undefined)
      problems.warning({
        kind: "wrong",
        origin,
        message:
          configKey === undefined
            ? "A pre-shared key is encrypted, and the key that it is encrypted with is not here: it is not used."
            : "A pre-shared key is encrypted with another key than ours: it is not used.",
        advice:
          "Enter `key config-key password-encrypt` with the key of the router that wrote it, or the pre-shared key in clear.",
      });
    return clear;
  });
}

/** Clear keys encrypted. */
export function withKeysEncrypted(
  configuration: Configuration,
  configKey: string,
  random: Random,
): Configuration {
  return changed(configuration, (key) => encrypted(key, configKey, random));
}

/** What was encrypted with one key is encrypted with another; without another it stays as it is. */
export function withConfigKeyChanged(
  configuration: Configuration,
  from: string | undefined,
  to: string | undefined,
  random: Random,
): Configuration {
  if (from === undefined || to === undefined) return configuration;
  return changed(configuration, (key) => {
    const clear = key.type === 6 ? inClear(key, from) : undefined;
    return clear === undefined ? key : encrypted(clear, to, random);
  });
}

function inClear(key: EncryptedPassword, configKey: string | undefined): EncryptedPassword | undefined {
  if (key.type === 0) return key;
  const clear = configKey === undefined ? undefined : decryptType6(passwordText(key), configKey);
  return clear === undefined ? undefined : { type: 0, text: new Secret(clear) };
}

function encrypted(key: EncryptedPassword, configKey: string, random: Random): EncryptedPassword {
  return key.type === 6 ? key : password(6, encryptType6(key.text.reveal(), configKey, random));
}

/** The same configuration where nothing changes; a key for which `change` has none is left out. */
function changed(
  configuration: Configuration,
  change: (
    key: EncryptedPassword,
    origin: KeySettings["origin"] | undefined,
  ) => EncryptedPassword | undefined,
): Configuration {
  const { isakmp } = configuration;
  let isSame = true;
  const noted = (key: EncryptedPassword, origin: KeySettings["origin"]) => {
    const next = change(key, origin);
    isSame &&= next === key;
    return next;
  };
  const keys = isakmp.keys.flatMap((each): KeySettings[] => {
    const key = noted(each.key, each.origin);
    return key === undefined ? [] : [{ ...each, key }];
  });
  const peers = isakmp.peers.map((peer): IsakmpPeerSettings => {
    if (peer.password === undefined) return peer;
    const value = noted(peer.password.value, peer.password.origin);
    return { ...peer, password: value === undefined ? undefined : { ...peer.password, value } };
  });
  return isSame ? configuration : { ...configuration, isakmp: { ...isakmp, keys, peers } };
}
