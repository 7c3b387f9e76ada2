/** `show crypto isakmp policy`: every protection suite with all its values, the default one last, in the words of IOS 12.0. */
import { assertNever } from "../../base/errors.ts";
import type { Configuration, IsakmpPolicySettings } from "../../config/configuration.ts";
import { DEFAULT_SUITE } from "../../config/defaults.ts";
import type { CipherName, HashName } from "../../crypto/names.ts";
import type { AuthenticationMethod, ProtectionSuite } from "../../ike/policy.ts";
import { GROUP_SIZES } from "../config/isakmp.ts";

export function showIsakmpPolicy({ isakmp }: Configuration): string[] {
  return [
    ...isakmp.policies.flatMap((policy) => [
      `Protection suite priority ${policy.priority}`,
      ...suiteLines(suiteOf(policy)),
    ]),
    "Default protection suite",
    ...suiteLines(DEFAULT_SUITE),
  ];
}

type Suite = Pick<ProtectionSuite, "encryption" | "hash" | "authentication" | "group" | "lifetimeSeconds">;

function suiteOf(policy: IsakmpPolicySettings): Suite {
  return {
    encryption: policy.encryption.value,
    hash: policy.hash.value,
    authentication: policy.authentication.value,
    group: policy.group.value,
    lifetimeSeconds: policy.lifetimeSeconds.value,
  };
}

function suiteLines({ encryption, hash, authentication, group, lifetimeSeconds }: Suite): string[] {
  return [
    row("encryption algorithm", ENCRYPTIONS[encryption]),
    row("hash algorithm", HASHES[hash]),
    row("authentication method", methodName(authentication)),
    row("Diffie-Hellman group", `#${group} (${GROUP_SIZES[group]} bit)`),
    row("lifetime", `${lifetimeSeconds} seconds, no volume limit`),
  ];
}

/** Names in column 8, values in column 32. */
function row(name: string, value: string): string {
  return `        ${`${name}:`.padEnd(24)}${value}`;
}

const ENCRYPTIONS: { readonly [N in CipherName]: string } = {
  des: "DES - Data Encryption Standard (56 bit keys)",
  "3des": "Three key triple DES",
  "aes-128": "AES - Advanced Encryption Standard (128 bit keys)",
  "aes-192": "AES - Advanced Encryption Standard (192 bit keys)",
  "aes-256": "AES - Advanced Encryption Standard (256 bit keys)",
};

const HASHES: { readonly [N in HashName]: string } = {
  md5: "Message Digest 5",
  sha1: "Secure Hash Standard",
  sha256: "Secure Hash Standard 2 (256 bit)",
  sha384: "Secure Hash Standard 2 (384 bit)",
  sha512: "Secure Hash Standard 2 (512 bit)",
};

function methodName(method: AuthenticationMethod): string {
  switch (method) {
    case "pre-share":
      return "Pre-Shared Key";
    case "rsa-sig":
      return "Rivest-Shamir-Adleman Signature";
    case "rsa-encr":
      return "Rivest-Shamir-Adleman Encryption";
    default:
      return assertNever(method);
  }
}
