/**
 * Who may speak with whom: in IOS's model both peers have certificates of the same authority and belong to the same
 * organisation, which the certificates name.
 */
import type { Certificate } from "./certificate.ts";
import { attributesOf } from "./distinguished-name.ts";
import { NAME_ATTRIBUTES, OID } from "./object-identifiers.ts";

/** What our certificate names and the peer's does not, as `O=Example`; undefined where the peer belongs to us. */
export function organisationProblem(own: Certificate, peer: Certificate): string | undefined {
  for (const type of [OID.organization, OID.organizationalUnit]) {
    const theirs = attributesOf(peer.subject, type).map(({ comparable }) => comparable);
    const missing = attributesOf(own.subject, type).find(({ comparable }) => !theirs.includes(comparable));
    if (missing !== undefined) return `${NAME_ATTRIBUTES.get(type)}=${missing.text}`;
  }
  return undefined;
}
