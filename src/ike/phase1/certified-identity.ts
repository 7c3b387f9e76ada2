/** Whether a certificate is of who its holder says it is (RFC 4945 §3.1). */
import { MalformedError, tolerant } from "../../base/errors.ts";
import { equal } from "../../base/octets.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import { ipv4Octets } from "../../net/ip-address.ts";
import type { Certificate } from "../../pki/certificate.ts";
import { isEmptyName, readDistinguishedName, sameName } from "../../pki/distinguished-name.ts";
import { ID_DER_ASN1_DN, ID_FQDN, ID_IPV4_ADDR, ID_USER_FQDN } from "./identity.ts";
import type { Phase1Context } from "./phase1-state.ts";

/**
 * What is wrong with an identity under a certificate, as the end of a sentence. Names are compared as wholes: no wildcards,
 * nothing that is part of a subject, nothing left out.
 */
export function certifiedIdentityProblem(
  context: Phase1Context,
  { subject, extensions }: Certificate,
  { idType, data }: Identification,
): string | undefined {
  const { hosts, mails, addresses } = extensions.names;
  switch (idType) {
    case ID_DER_ASN1_DN: {
      const name = tolerant(() => readDistinguishedName(data));
      if (name instanceof MalformedError) return "which is no distinguished name";
      if (isEmptyName(name)) return "which is an empty name";
      return sameName(name, subject) ? undefined : "which is not the subject of its certificate";
    }
    case ID_FQDN:
      return hosts.some(sameText(data)) ? undefined : "which its certificate does not have as a host name";
    case ID_USER_FQDN:
      return mails.some(sameText(data)) ? undefined : "which its certificate does not have as a mail address";
    case ID_IPV4_ADDR:
      if (!addresses.some((address) => equal(address, data)))
        return "which its certificate does not have as an address";
      // Behind a NAT nobody's address is its own.
      return context.traversesNat || equal(data, ipv4Octets(context.sa.remote.address))
        ? undefined
        : "and its packets come from another address";
    default:
      return "which is of a kind that certificates do not have";
  }
}

function sameText(data: Uint8Array): (name: string) => boolean {
  const wanted = String.fromCharCode(...data).toLowerCase();
  return (name) => name.toLowerCase() === wanted;
}
