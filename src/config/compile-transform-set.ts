/** A transform set as IKE negotiates and IPsec applies it, where that is in effect. */
import type { TransformSet } from "../crypto/transform-set.ts";
import type { TransformSetSettings } from "./configuration.ts";
import type { Problem, Problems } from "./problem.ts";

/** Undefined if it cannot be used; problems of `severity` then say why. */
export function compileTransformSet(
  { name, ah, encryption, integrity, mode, origin }: TransformSetSettings,
  severity: Problem["severity"],
  problems: Problems,
): TransformSet | undefined {
  if (ah !== undefined) {
    problems.add(severity, {
      kind: "without-effect",
      origin,
      message: `Transform set ${name} has ${ah}, and AH is not in effect yet.`,
      advice: "Use ESP with an HMAC: `esp-aes 256 esp-sha256-hmac`.",
    });
    return undefined;
  }
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
  return { name, esp: { encryption: cipher, integrity }, mode: mode.value, origin };
}
