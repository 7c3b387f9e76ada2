/**
 * Proof by a signature with a certificate (RFC 2409 §5.1, RFC 4945 §3): which certificate of ours we show, and whether we
 * believe the one that we are shown.
 */

import { equal } from "../../base/octets.ts";
import { rsaVerify } from "../../crypto/rsa-signature.ts";
import { CERTIFICATE_ENCODING } from "../../isakmp/numbers/certificate-encoding.ts";
import type { Payload } from "../../isakmp/payload.ts";
import type { Certificate as CertificatePayload } from "../../isakmp/payloads/certificate.ts";
import type { CertificateRequest } from "../../isakmp/payloads/certificate-request.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import { type Certificate, readCertificate } from "../../pki/certificate.ts";
import { buildChain, isChainProblem } from "../../pki/chain.ts";
import { nameText } from "../../pki/distinguished-name.ts";
import { organisationProblem } from "../../pki/organisation.ts";
import { NO_REVOCATION, revocationProblem } from "../../pki/revocation.ts";
import { drop, type Failure, tell } from "../action.ts";
import { certificateNotTrusted, notOfOurOrganisation, notTheCertificatesOwner } from "../explain-rsa.ts";
import { CERTIFICATES_CONSIDERED_MAX } from "../limits.ts";
import type { OwnCertificate } from "../policy.ts";
import { certifiedIdentityProblem } from "./certified-identity.ts";
import { describeIdentity } from "./identity.ts";
import type { Phase1Actions as Actions, Phase1Context } from "./phase1-state.ts";

const X509_SIGNATURE = CERTIFICATE_ENCODING["X.509 Certificate - Signature"];

/** The one of ours that the peer asks for by the name of an authority, or else the preferred one. */
export function chooseCertificate(
  certificates: readonly [OwnCertificate, ...OwnCertificate[]],
  requests: readonly CertificateRequest[],
): OwnCertificate {
  const isAsked = ({ certificate, intermediates }: OwnCertificate): boolean =>
    requests.some(
      ({ certificateType, authority }) =>
        certificateType === X509_SIGNATURE &&
        [certificate, ...intermediates].some(({ issuer }) => equal(issuer.der, authority)),
    );
  return certificates.find(isAsked) ?? certificates[0];
}

export function certificatePayloads({ certificate, intermediates }: OwnCertificate): Payload[] {
  return [certificate, ...intermediates].map(({ der }) => ({
    kind: "CERT",
    encoding: X509_SIGNATURE,
    data: der,
  }));
}

/** One for each authority that we trust. */
export function certificateRequests({ policy }: Phase1Context): Payload[] {
  const names = policy.rsa.authorities.map(({ subject }) => subject.der);
  return names
    .filter((name, i) => names.findIndex((other) => equal(other, name)) === i)
    .map((authority) => ({ kind: "CERTREQ", certificateType: X509_SIGNATURE, authority }));
}

/** What a peer shows to prove who it is. */
export interface ShownSignature {
  readonly id: Identification;
  /** HASH_I or HASH_R, as it follows from what we know. */
  readonly hash: Uint8Array;
  readonly signature: Uint8Array;
  readonly certificates: readonly CertificatePayload[];
}

/**
 * Whether the peer is who it says; ends in a drop or a failure where it is not. Octets that anybody could have changed on
 * their way are dropped, and the peer may try again; what the peer has signed and we do not believe fails.
 */
export function checkSignature(
  context: Phase1Context,
  own: OwnCertificate,
  shown: ShownSignature,
): { readonly isBelieved: boolean; readonly actions: Actions } {
  const { sa } = context;
  const told: Actions = shown.certificates.map(() =>
    tell({ kind: "payload-processing", sa, payload: "CERT", messageId: 0 }),
  );
  const known = shown.certificates
    .filter(({ encoding }) => encoding === X509_SIGNATURE)
    .slice(0, CERTIFICATES_CONSIDERED_MAX)
    .map(({ data }) => readCertificate(data))
    .filter((read): read is Certificate => !(read instanceof Error));
  const refuse = (action: Actions[number]) => ({ isBelieved: false, actions: [...told, action] });
  if (known.length === 0)
    return refuse(drop("hash mismatch", "no certificate came with the signature, or none that can be read"));
  // Whichever the peer's own is, in whatever order they come: it is the one whose key has signed.
  const leaf = known.find(
    ({ publicKey }) => publicKey !== undefined && rsaVerify(publicKey, shown.hash, shown.signature),
  );
  if (leaf === undefined) return refuse(drop("hash mismatch", "the signature does not verify"));
  const failure = certificateProblem(context, own, leaf, known, shown.id);
  const { timeOfDay } = context;
  told.push(
    tell({
      kind: "certificate-checked",
      sa,
      subject: nameText(leaf.subject),
      approved: failure === undefined,
      datesChecked: timeOfDay !== undefined,
    }),
  );
  if (failure !== undefined) return refuse({ do: "fail", failure });
  told.push(tell({ kind: "payload-processing", sa, payload: "SIG", messageId: 0 }));
  return { isBelieved: true, actions: told };
}

function certificateProblem(
  context: Phase1Context,
  own: OwnCertificate,
  leaf: Certificate,
  others: readonly Certificate[],
  id: Identification,
): Failure | undefined {
  const peer = context.sa.remote.address;
  const { policy, timeOfDay } = context;
  const chain = buildChain({
    leaf,
    others,
    authorities: policy.rsa.authorities,
    now: timeOfDay,
    use: "signature",
  });
  if (isChainProblem(chain)) return certificateNotTrusted(peer, chain, policy.rsa, timeOfDay);
  const revoked = revocationProblem(chain, policy.rsa.revocation ?? NO_REVOCATION, timeOfDay);
  if (revoked !== undefined) return certificateNotTrusted(peer, revoked, policy.rsa, timeOfDay);
  const idProblem = certifiedIdentityProblem(context, leaf, id);
  if (idProblem !== undefined) return notTheCertificatesOwner(peer, describeIdentity(id), idProblem, leaf);
  const missing = organisationProblem(own.certificate, leaf);
  return missing === undefined ? undefined : notOfOurOrganisation(peer, missing, leaf, own);
}
