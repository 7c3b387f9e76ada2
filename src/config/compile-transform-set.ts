/** A transform set as IKE negotiates and IPsec applies it, where that is in effect. */
import { type HashName, isCounterCipher } from "../crypto/names.ts";
import type { TransformSet } from "../crypto/transform-set.ts";
import type { AhTransform, TransformSetSettings } from "./configuration.ts";
import type { Problem, Problems } from "./problem.ts";

/** Undefined if it cannot be used; problems of `severity` then say why. Entries that name the same one share it. */
export function compileTransformSet(
  settings: TransformSetSettings,
  severity: Problem["severity"],
  problems: Problems,
): TransformSet | undefined {
  const known = COMPILED.get(settings);
  if (known !== undefined) return known;
  const compiled = compile(settings, severity, problems);
  if (compiled !== undefined) COMPILED.set(settings, compiled);
  return compiled;
}

const COMPILED = new WeakMap<TransformSetSettings, TransformSet>();

function compile(
  { name, ah, encryption, integrity, mode, origin }: TransformSetSettings,
  severity: Problem["severity"],
  problems: Problems,
): TransformSet | undefined {
  const around = ah === undefined ? {} : { ah: AH_HASHES[ah] };
  if (ah !== undefined && encryption === undefined && integrity === undefined)
    return { name, esp: undefined, ...around, mode: mode.value, origin };
  const cipher = encryption ?? "null";
  if (cipher === "null" && integrity === undefined) {
    problems.add(severity, {
      kind: "wrong",
      origin,
      message: `Transform set ${name} neither encrypts nor authenticates, which ESP must not (RFC 2406 §5).`,
      advice: `Enter \`crypto ipsec transform-set ${name} esp-aes 256 esp-sha256-hmac\`.`,
    });
    return undefined;
  }
  if (isCounterCipher(cipher) && integrity === undefined) {
    problems.add(severity, {
      kind: "wrong",
      origin,
      message: `Transform set ${name} encrypts in counter mode without authenticating, which ESP must not (RFC 3686 §3.2).`,
      advice: `Enter \`crypto ipsec transform-set ${name} esp-aes 256 ctr esp-sha256-hmac\`.`,
    });
    return undefined;
  }
  return { name, esp: { encryption: cipher, integrity }, ...around, mode: mode.value, origin };
}

const AH_HASHES: { readonly [A in AhTransform]: HashName } = {
  "ah-md5-hmac": "md5",
  "ah-sha-hmac": "sha1",
  "ah-sha256-hmac": "sha256",
  "ah-sha384-hmac": "sha384",
  "ah-sha512-hmac": "sha512",
};
