/** `ip ssh`: how long and how often somebody may try, on which port, and the public keys of users. */
import type { Configuration, Setting } from "../../config/configuration.ts";
import {
  DEFAULT_SSH,
  type SshKeyHash,
  type SshPort,
  type SshSettings,
  type SshUserKeys,
  sshKeyHash,
} from "../../config/user-settings.ts";
import type { ValueType } from "../grammar.ts";
import { defaulted, possible } from "../lenses.ts";
import {
  globalSetting,
  type Mode,
  opening,
  type Place,
  type Statement,
  statementsAt,
  takingOctets,
} from "../mode.ts";
import { replaced } from "../replaced.ts";
import { choice, type Nothing, optional, value, word } from "../sentence.ts";
import { integer, LINE, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

function withSsh(configuration: Configuration, change: Partial<SshSettings>): Configuration {
  return { ...configuration, ssh: { ...configuration.ssh, ...change } };
}

const VERSION = globalSetting(
  [
    ...phrase("ip ssh version", "Specify protocol version to be supported"),
    value("version", integer(1, 2), "Protocol version"),
  ],
  possible({
    key: 3,
    read: ({ ssh }: Configuration) => ssh.version,
    write: (configuration, version) => withSsh(configuration, { version }),
    toValue: ({ version }: { readonly version: number }): 1 | 2 | { readonly refused: string } =>
      version === 2 ? 2 : { refused: "% SSH version 1 is broken and not spoken here; version 2 is" },
    toArguments: (version) => ({ version }),
  }),
);

const TIME_OUT = globalSetting(
  [
    ...phrase("ip ssh time-out", "Specify SSH time-out interval"),
    value("seconds", integer(1, 120), "SSH time-out interval (secs)"),
  ],
  defaulted({
    key: 3,
    initial: DEFAULT_SSH.timeOutSeconds.value,
    read: ({ ssh }: Configuration) => ssh.timeOutSeconds,
    write: (configuration, timeOutSeconds) => withSsh(configuration, { timeOutSeconds }),
    toValue: ({ seconds }: { readonly seconds: number }) => seconds,
    toArguments: (seconds) => ({ seconds }),
  }),
);

const RETRIES = globalSetting(
  [
    ...phrase("ip ssh authentication-retries", "Specify number of authentication retries"),
    value("retries", integer(0, 5), "Number of authentication retries"),
  ],
  defaulted({
    key: 3,
    initial: DEFAULT_SSH.authenticationRetries.value,
    read: ({ ssh }: Configuration) => ssh.authenticationRetries,
    write: (configuration, authenticationRetries) => withSsh(configuration, { authenticationRetries }),
    toValue: ({ retries }: { readonly retries: number }) => retries,
    toArguments: (retries) => ({ retries }),
  }),
);

const MAX_STARTUPS = globalSetting(
  [
    ...phrase("ip ssh maxstartups", "Maximum concurrent sessions allowed"),
    value("number", integer(2, 128), "Maximum number of sessions that have not authenticated"),
  ],
  possible({
    key: 3,
    read: ({ ssh }: Configuration): Setting<number> | undefined => ssh.maxStartups,
    write: (configuration, maxStartups) => withSsh(configuration, { maxStartups }),
    toValue: ({ number }: { readonly number: number }) => number,
    toArguments: (number) => ({ number }),
  }),
);

const PORT = globalSetting(
  [
    ...phrase("ip ssh port", "Starting (or only) Port number to listen on"),
    value("port", integer(2000, 10_000), "Port number"),
    word("rotary", "Rotary group numbers to correspond to port number"),
    value("firstGroup", integer(1, 127), "First rotary group"),
    optional(value("lastGroup", integer(1, 127), "Last rotary group")),
  ],
  possible({
    key: 3,
    read: ({ ssh }: Configuration): Setting<SshPort> | undefined => ssh.port,
    write: (configuration, port) => withSsh(configuration, { port }),
    toValue: ({ port, firstGroup, lastGroup }: SshPort): SshPort => ({ port, firstGroup, lastGroup }),
    toArguments: (port) => port,
  }),
);

export const SSH_SETTINGS: readonly Statement[] = [VERSION, TIME_OUT, RETRIES, MAX_STARTUPS, PORT];

interface UserPlace {
  readonly user: string;
}

const USER_PLACE: Place<SshUserKeys, UserPlace> = {
  read: ({ ssh }, { user }) =>
    ssh.keys.find(({ name }) => name === user) ?? { name: user, hashes: [], origin: undefined },
  write: (configuration, { user }, keys) =>
    withSsh(configuration, { keys: replaced(configuration.ssh.keys, keys, ({ name }) => name === user) }),
};

const userSetting = statementsAt(USER_PLACE);

/** In hexadecimal. */
const DIGEST: ValueType<string> = {
  ...NAME,
  placeholder: "Hex-data",
  parse: (text) => (/^[\da-f]{1,32}$/i.test(text) ? text.toUpperCase() : undefined),
};

const KEY_HASH = userSetting(
  [
    ...phrase("key-hash", "Specify a hash of a user's public key"),
    choice("algorithm", {
      "ssh-rsa": ["ssh-rsa", "RSA key"],
      "ssh-ed25519": ["ssh-ed25519", "Ed25519 key"],
      "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256", "ECDSA key on the curve P-256"],
      "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384", "ECDSA key on the curve P-384"],
      "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521", "ECDSA key on the curve P-521"],
    }),
    value("digest", DIGEST, "MD5 of the key"),
    optional(value("comment", LINE, "Whose key it is")),
  ],
  {
    key: 3,
    set: (keys, hash) => withHash(keys, hash),
    unset: (keys, { algorithm, digest }) => ({
      ...keys,
      hashes: keys.hashes.filter((other) => other.algorithm !== algorithm || other.digest !== digest),
    }),
    get: ({ hashes }) => hashes,
  },
);

function withHash(keys: SshUserKeys, hash: SshKeyHash): SshUserKeys {
  const { algorithm, digest, comment } = hash;
  const isSame = (other: SshKeyHash) => other.algorithm === algorithm && other.digest === digest;
  return { ...keys, hashes: replaced(keys.hashes, { algorithm, digest, comment }, isSame) };
}

/** A key is entered whole; what is kept of it is its hash. */
const KEY_STRING = takingOctets<Nothing, UserPlace>(
  userSetting(phrase("key-string", "Specify a user's public key"), {
    set: (keys) => keys,
    unset: (keys) => ({ ...keys, hashes: [] }),
    get: () => [],
  }),
  {
    prompt: "conf-ssh-pubkey-data",
    form: "base64",
    take: (configuration, place, _args, octets) => {
      const hash = sshKeyHash(octets);
      return hash === undefined
        ? { refused: "%SSH: Failed to decode the Key Value" }
        : USER_PLACE.write(configuration, place, withHash(USER_PLACE.read(configuration, place), hash));
    },
    given: () => undefined,
  },
);

const USER_MODE: Mode = {
  title: "Public keys of an SSH user",
  prompt: "conf-ssh-pubkey-user",
  statements: [KEY_HASH, KEY_STRING],
};

const CHAIN_USER = opening(
  globalSetting([...phrase("username", "Configure a user's public keys"), value("user", NAME, "User name")], {
    set: (configuration, place, origin) =>
      configuration.ssh.keys.some(({ name }) => name === place.user)
        ? configuration
        : USER_PLACE.write(configuration, place, { name: place.user, hashes: [], origin }),
    unset: (configuration, { user }) =>
      withSsh(configuration, { keys: configuration.ssh.keys.filter(({ name }) => name !== user) }),
    get: ({ ssh }) => ssh.keys.map(({ name }) => ({ user: name })),
  }),
  USER_MODE,
);

export const SSH_PUBKEY_CHAIN = opening(
  globalSetting(phrase("ip ssh pubkey-chain", "Public keys of users"), {
    set: (configuration) => configuration,
    unset: (configuration) => withSsh(configuration, { keys: [] }),
    get: ({ ssh }) => (ssh.keys.length > 0 ? [{}] : []),
  }),
  { title: "Public keys of SSH users", prompt: "conf-ssh-pubkey", statements: [CHAIN_USER] },
);
