/** `crypto key pubkey-chain rsa`: the public keys of peers, entered by hand. */
import type { Configuration, PublicKeyPeer, PublicKeySettings } from "../../config/configuration.ts";
import type { IpAddress } from "../../net/ip-address.ts";
import { possible } from "../lenses.ts";
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
import { choice, type Nothing, optional, value } from "../sentence.ts";
import { ADDRESS, HOST_NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

/** The arguments of the line that leads to a key: of `named-key` or of `addressed-key`. */
interface KeyPlace {
  readonly keyName?: string;
  readonly keyAddress?: IpAddress;
  readonly usage: PublicKeySettings["usage"];
}

function peerOf({ keyName, keyAddress }: KeyPlace): PublicKeyPeer {
  return keyAddress === undefined
    ? { kind: "name", name: keyName ?? "" }
    : { kind: "address", address: keyAddress };
}

function isAt(place: KeyPlace): (key: PublicKeySettings) => boolean {
  const peer = peerOf(place);
  return ({ peer: other, usage }) =>
    usage === place.usage &&
    (peer.kind === "name"
      ? other.kind === "name" && other.name.toLowerCase() === peer.name.toLowerCase()
      : other.kind === "address" && other.address === peer.address);
}

function newKey(place: KeyPlace, origin: PublicKeySettings["origin"]): PublicKeySettings {
  return { peer: peerOf(place), usage: place.usage, address: undefined, octets: undefined, origin };
}

const KEY_PLACE: Place<PublicKeySettings, KeyPlace> = {
  read: ({ publicKeys }, place) => publicKeys.find(isAt(place)) ?? newKey(place, undefined),
  write: (configuration, place, key) => ({
    ...configuration,
    // Named ones print first.
    publicKeys: replaced(configuration.publicKeys, key, isAt(place)).toSorted(
      (a, b) => Number(a.peer.kind === "address") - Number(b.peer.kind === "address"),
    ),
  }),
};

const keySetting = statementsAt(KEY_PLACE);

const KEY_ADDRESS = keySetting(
  [...phrase("address", "Specify a remote peer's address"), value("address", ADDRESS, "IP address")],
  possible({
    key: 1,
    read: (key) => key.address,
    write: (key, address) => ({ ...key, address }),
    toValue: ({ address }): IpAddress => address,
    toArguments: (address) => ({ address }),
  }),
);

const KEY_STRING = takingOctets<Nothing, KeyPlace>(
  keySetting(phrase("key-string", "Specify a remote peer's public key"), {
    set: (key) => key,
    unset: (key) => ({ ...key, octets: undefined }),
    get: ({ octets }) => (octets === undefined ? [] : [{}]),
  }),
  {
    prompt: "config-pubkey",
    hint: "Enter a public key as a hexadecimal number ....\n",
    take: (configuration, place, _args, octets) =>
      KEY_PLACE.write(configuration, place, { ...KEY_PLACE.read(configuration, place), octets }),
    given: (configuration, place) => KEY_PLACE.read(configuration, place).octets,
  },
);

const KEY_MODE: Mode = {
  title: "Public key",
  prompt: "config-pubkey-key",
  statements: [KEY_ADDRESS, KEY_STRING],
};

const USAGE = optional(
  choice("usage", {
    encryption: ["encryption", "Key is for encryption only"],
    signature: ["signature", "Key is for signatures only"],
  }),
);

const chainSetting = statementsAt<Configuration, Nothing>({
  read: (configuration) => configuration,
  write: (_configuration, _place, changed) => changed,
});

const NAMED_KEY = opening(
  chainSetting(
    [
      ...phrase("named-key", "Specify a remote peer's name"),
      value("keyName", HOST_NAME, "Name of the key: the peer's fully qualified name"),
      USAGE,
    ],
    {
      set: (configuration, place, origin) => withKey(configuration, place, origin),
      unset: (configuration, { keyName = "", usage }) => withoutKey(configuration, { keyName, usage }),
      get: ({ publicKeys }) =>
        publicKeys.flatMap(({ peer, usage }) =>
          peer.kind === "name" ? [{ keyName: peer.name, usage }] : [],
        ),
    },
  ),
  KEY_MODE,
);

const ADDRESSED_KEY = opening(
  chainSetting(
    [
      ...phrase("addressed-key", "Specify a remote peer's address"),
      value("keyAddress", ADDRESS, "The peer's IP address"),
      USAGE,
    ],
    {
      set: (configuration, place, origin) => withKey(configuration, place, origin),
      unset: (configuration, { keyAddress, usage }) =>
        keyAddress === undefined ? configuration : withoutKey(configuration, { keyAddress, usage }),
      get: ({ publicKeys }) =>
        publicKeys.flatMap(({ peer, usage }) =>
          peer.kind === "address" ? [{ keyAddress: peer.address, usage }] : [],
        ),
    },
  ),
  KEY_MODE,
);

function withKey(
  configuration: Configuration,
  place: KeyPlace,
  origin: PublicKeySettings["origin"],
): Configuration {
  return configuration.publicKeys.some(isAt(place))
    ? configuration
    : KEY_PLACE.write(configuration, place, newKey(place, origin));
}

function withoutKey(configuration: Configuration, place: KeyPlace): Configuration {
  const isThis = isAt(place);
  return { ...configuration, publicKeys: configuration.publicKeys.filter((key) => !isThis(key)) };
}

const CHAIN_MODE: Mode = {
  title: "Public key chain",
  prompt: "config-pubkey-chain",
  statements: [NAMED_KEY, ADDRESSED_KEY],
};

export const PUBKEY_CHAIN: Statement = opening(
  globalSetting(phrase("crypto key pubkey-chain rsa", "Peer public RSA keys"), {
    set: (configuration) => configuration,
    unset: (configuration) => ({ ...configuration, publicKeys: [] }),
    get: ({ publicKeys }) => (publicKeys.length > 0 ? [{}] : []),
  }),
  CHAIN_MODE,
);
