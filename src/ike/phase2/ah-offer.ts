/** AH transforms of quick mode as they come and go (RFC 2407 §4.4.3), beside ESP in one bundle. */
import type { HashName } from "../../crypto/names.ts";
import { AH_TRANSFORM } from "../../isakmp/numbers/transform-id.ts";
import type { Proposal } from "../../isakmp/payloads/proposal.ts";
import type { Transform } from "../../isakmp/payloads/transform.ts";
import { INTEGRITY, readTransformAttributes, type TransformAttributes } from "./transform-attributes.ts";

export const AH_IDS: { readonly [H in HashName]: number } = {
  md5: AH_TRANSFORM.AH_MD5,
  sha1: AH_TRANSFORM.AH_SHA,
  sha256: AH_TRANSFORM["AH_SHA2-256"],
  sha384: AH_TRANSFORM["AH_SHA2-384"],
  sha512: AH_TRANSFORM["AH_SHA2-512"],
};

/** One AH transform as read. */
export interface AhOffer extends TransformAttributes {
  readonly proposal: Proposal;
  readonly transform: Transform;
  /** DOI name of the transform. */
  readonly name: string;
  /** Undefined where the transform and its authenticator are none of ours or contradict each other. */
  readonly hash: HashName | undefined;
}

export function readAhTransform(proposal: Proposal, transform: Transform): AhOffer {
  const attributes = readTransformAttributes(proposal, transform);
  const { authentication } = attributes;
  // Older IOS leaves the authenticator out, which the transform says as well.
  const row = INTEGRITY.find(
    ({ name, value }) =>
      AH_IDS[name] === transform.id && (authentication === undefined || authentication === value),
  );
  const [name] = Object.entries(AH_TRANSFORM).find(([, id]) => id === transform.id) ?? [];
  return {
    ...attributes,
    proposal,
    transform,
    name: name ?? `unknown (${transform.id})`,
    // A key length is for ciphers alone.
    hash: attributes.keyBits === undefined ? row?.name : undefined,
  };
}
