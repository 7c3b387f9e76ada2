/** `crypto isakmp`: IKE's switch, identity, pre-shared keys, and the policies with their mode. */
import type {
  Configuration,
  IsakmpPolicySettings,
  IsakmpSettings,
  KeyPeer,
  KeySettings,
} from "../../config/configuration.ts";
import { DEFAULT_SUITE, newIsakmpPolicy } from "../../config/defaults.ts";
import { passwordText } from "../../config/password.ts";
import { GROUP_IDS, type GroupId, type HashName } from "../../crypto/names.ts";
import type { AuthenticationMethod } from "../../ike/policy.ts";
import { type AddressBlock, ANY_ADDRESS, blockOf, host, maskOf } from "../../net/selector.ts";
import { defaulted, toggle } from "../lenses.ts";
import { globalSetting, type Mode, opening, type Place, statementsAt } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { choice, flag, oneOf, optional, value, word } from "../sentence.ts";
import { ADDRESS, HOST_NAME, integer, MASK } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { AES_KEY_LENGTH, cipherArguments, cipherOf } from "./ciphers.ts";
import { KEY_PART, keyOf, writtenKey } from "./password-parts.ts";

const POLICY_PLACE: Place<IsakmpPolicySettings, { readonly priority: number }> = {
  read: ({ isakmp }, { priority }) =>
    isakmp.policies.find((policy) => policy.priority === priority) ?? newIsakmpPolicy(priority, undefined),
  write: (configuration, { priority }, policy) =>
    withIsakmp(configuration, {
      policies: replaced(
        configuration.isakmp.policies,
        policy,
        (other) => other.priority === priority,
      ).toSorted((a, b) => a.priority - b.priority),
    }),
};

const policySetting = statementsAt(POLICY_PLACE);

const ENCRYPTION = policySetting(
  [
    ...phrase("encryption", "Set encryption algorithm for protection suite", { printed: "encr" }),
    oneOf("cipher", {
      "3des": [word("3des", "Three key triple DES")],
      aes: [word("aes", "AES - Advanced Encryption Standard"), optional(AES_KEY_LENGTH)],
      des: [word("des", "DES - Data Encryption Standard (56 bit keys)")],
    }),
  ],
  defaulted({
    key: 1,
    initial: DEFAULT_SUITE.encryption,
    read: (policy) => policy.encryption,
    write: (policy, encryption) => ({ ...policy, encryption }),
    toValue: ({ cipher }) => cipherOf(cipher),
    toArguments: (cipher) => ({ cipher: cipherArguments(cipher) }),
  }),
);

const HASH = policySetting(
  [
    ...phrase("hash", "Set hash algorithm for protection suite"),
    choice("name", {
      md5: ["md5", "Message Digest 5"],
      sha: ["sha1", "Secure Hash Standard"],
      sha256: ["sha256", "Secure Hash Standard 2 (256 bit)"],
      sha384: ["sha384", "Secure Hash Standard 2 (384 bit)"],
      sha512: ["sha512", "Secure Hash Standard 2 (512 bit)"],
    }),
  ],
  defaulted({
    key: 1,
    initial: DEFAULT_SUITE.hash,
    read: (policy) => policy.hash,
    write: (policy, hash) => ({ ...policy, hash }),
    toValue: ({ name }): HashName => name,
    toArguments: (name) => ({ name }),
  }),
);

const AUTHENTICATION = policySetting(
  [
    ...phrase("authentication", "Set authentication method for protection suite"),
    choice("method", {
      "pre-share": ["pre-share", "Pre-Shared Key"],
      "rsa-encr": ["rsa-encr", "Rivest-Shamir-Adleman Encryption"],
      "rsa-sig": ["rsa-sig", "Rivest-Shamir-Adleman Signature"],
    }),
  ],
  defaulted({
    key: 1,
    initial: DEFAULT_SUITE.authentication,
    read: (policy) => policy.authentication,
    write: (policy, authentication) => ({ ...policy, authentication }),
    toValue: ({ method }): AuthenticationMethod => method,
    toArguments: (method) => ({ method }),
  }),
);

/** Diffie-Hellman groups by number, with the prefix that `set pfs` gives them. */
export function groupChoice(prefix: string): Readonly<Record<string, readonly [GroupId, string]>> {
  return Object.fromEntries(
    GROUP_IDS.map((group) => [
      `${prefix}${group}`,
      [group, `Diffie-Hellman group ${group} (${GROUP_SIZES[group]} bit)`],
    ]),
  );
}

/** Bits, of the modulus or the curve's field. */
export const GROUP_SIZES: { readonly [G in GroupId]: number } = {
  1: 768,
  2: 1024,
  3: 155,
  4: 185,
  5: 1536,
  7: 163,
  14: 2048,
  15: 3072,
  16: 4096,
  17: 6144,
  18: 8192,
  19: 256,
  20: 384,
  21: 521,
};

const GROUP = policySetting(
  [...phrase("group", "Set the Diffie-Hellman group"), choice("group", groupChoice(""))],
  defaulted({
    key: 1,
    initial: DEFAULT_SUITE.group,
    read: (policy) => policy.group,
    write: (policy, group) => ({ ...policy, group }),
    toValue: ({ group }): GroupId => group,
    toArguments: (group) => ({ group }),
  }),
);

const LIFETIME = policySetting(
  [
    ...phrase("lifetime", "Set lifetime for ISAKMP security association"),
    value("seconds", integer(60, 86_400), "Lifetime in seconds"),
  ],
  defaulted({
    key: 1,
    initial: DEFAULT_SUITE.lifetimeSeconds,
    read: (policy) => policy.lifetimeSeconds,
    write: (policy, lifetimeSeconds) => ({ ...policy, lifetimeSeconds }),
    toValue: ({ seconds }) => seconds,
    toArguments: (seconds) => ({ seconds }),
  }),
);

const POLICY_MODE: Mode = {
  title: "ISAKMP policy",
  prompt: "config-isakmp",
  statements: [ENCRYPTION, HASH, AUTHENTICATION, GROUP, LIFETIME],
};

export const ISAKMP_POLICY = opening(
  globalSetting(
    [
      ...phrase("crypto isakmp policy", "Set policy for an ISAKMP protection suite"),
      value("priority", integer(1, 10_000), "Priority of protection suite"),
    ],
    {
      set: (configuration, place, origin) => {
        const { policies } = configuration.isakmp;
        const isThere = policies.some(({ priority }) => priority === place.priority);
        return isThere
          ? configuration
          : POLICY_PLACE.write(configuration, place, newIsakmpPolicy(place.priority, origin));
      },
      unset: (configuration, { priority }) =>
        withIsakmp(configuration, {
          policies: configuration.isakmp.policies.filter((policy) => policy.priority !== priority),
        }),
      get: ({ isakmp }) => isakmp.policies.map(({ priority }) => ({ priority })),
    },
  ),
  POLICY_MODE,
);

export const ISAKMP_ENABLE = globalSetting(
  phrase("crypto isakmp enable", "Enable ISAKMP"),
  toggle({
    initial: true,
    read: ({ isakmp }) => isakmp.enabled,
    write: (configuration, enabled) => withIsakmp(configuration, { enabled }),
  }),
);

export const ISAKMP_IDENTITY = globalSetting(
  [
    ...phrase("crypto isakmp identity", "Set the identity which ISAKMP will use"),
    choice("identity", {
      address: ["address", "Use the IP address of the interface for the identity"],
      dn: ["dn", "Use the distinguished name of the router cert for the identity"],
      hostname: ["hostname", "Use the hostname of the router for the identity"],
    }),
  ],
  defaulted({
    key: 3,
    initial: "address" as IsakmpSettings["identity"]["value"], // not the one it begins with alone
    read: ({ isakmp }) => isakmp.identity,
    write: (configuration, identity) => withIsakmp(configuration, { identity }),
    toValue: ({ identity }): IsakmpSettings["identity"]["value"] => identity,
    toArguments: (identity) => ({ identity }),
  }),
);

export const ISAKMP_KEY = globalSetting(
  [
    ...phrase("crypto isakmp key", "Set pre-shared key for remote peer"),
    KEY_PART,
    oneOf("peer", {
      address: [
        word("address", "Define shared key with IP address"),
        value("address", ADDRESS, "Peer IP address"),
        optional(value("mask", MASK, "Peer IP subnet mask")),
      ],
      hostname: [
        word("hostname", "Define shared key with hostname"),
        value("name", HOST_NAME, "Peer hostname"),
      ],
    }),
    flag("withoutXauth", "no-xauth", "Bypasses XAuth for this peer"),
  ],
  {
    set: (configuration, { key, peer, withoutXauth }, origin) => {
      const own: KeySettings = {
        peer: peerOf(peer),
        key: keyOf(key),
        withoutXauth: withoutXauth === true,
        withoutModeConfig: false,
        origin,
      };
      const known = configuration.isakmp.keys.find((other) => isSamePeer(other.peer, own.peer));
      if (known !== undefined && !isSameKey(known, own))
        return { refused: `A pre-shared key for ${describePeer(own.peer)} already exists!` };
      const keys = replaced(configuration.isakmp.keys, own, (other) => other === known);
      return withIsakmp(configuration, { keys });
    },
    unset: (configuration, { peer }) =>
      withIsakmp(configuration, {
        keys: configuration.isakmp.keys.filter(
          (other) => peer === undefined || !isSamePeer(other.peer, peerOf(peer)),
        ),
      }),
    get: ({ isakmp }) =>
      isakmp.keys.map(({ peer, key, withoutXauth }) => ({
        key: writtenKey(key),
        peer:
          peer.kind === "hostname"
            ? { kind: "hostname" as const, name: peer.name }
            : { kind: "address" as const, address: peer.block.address, mask: printedMask(peer.block) },
        withoutXauth: withoutXauth ? (true as const) : undefined,
      })),
  },
);

type WrittenPeer =
  | {
      readonly kind: "address";
      readonly address: AddressBlock["address"];
      readonly mask: AddressBlock["address"] | undefined;
    }
  | { readonly kind: "hostname"; readonly name: string };

function peerOf(peer: WrittenPeer): KeyPeer {
  if (peer.kind === "hostname") return peer;
  if (peer.mask !== undefined) return { kind: "address", block: blockOf(peer.address, peer.mask) };
  const isWildcard = peer.address === ANY_ADDRESS.address;
  return { kind: "address", block: isWildcard ? ANY_ADDRESS : host(peer.address) };
}

/** Entered again as it is, a key is no other. */
function isSameKey({ key: a }: KeySettings, { key: b }: KeySettings): boolean {
  return a.type === b.type && passwordText(a) === passwordText(b);
}

/** `address mask 10.1.1.1 255.255.255.255`, as IOS says it of a key that is there. */
function describePeer(peer: KeyPeer): string {
  if (peer.kind === "hostname") return `hostname ${peer.name}`;
  return `address mask ${peer.block.address} ${maskOf(peer.block) ?? peer.block.wildcard}`;
}

/** IOS leaves the mask of a host and of the wildcard out. */
function printedMask(block: AddressBlock): AddressBlock["address"] | undefined {
  const isImplied =
    block.wildcard === (block.address === ANY_ADDRESS.address ? ANY_ADDRESS : host(block.address)).wildcard;
  return isImplied ? undefined : maskOf(block);
}

export function isSamePeer(a: KeyPeer, b: KeyPeer): boolean {
  if (a.kind === "hostname") return b.kind === "hostname" && a.name.toLowerCase() === b.name.toLowerCase();
  return b.kind === "address" && a.block.address === b.block.address && a.block.wildcard === b.block.wildcard;
}

export function withIsakmp(configuration: Configuration, changed: Partial<IsakmpSettings>): Configuration {
  return { ...configuration, isakmp: { ...configuration.isakmp, ...changed } };
}
