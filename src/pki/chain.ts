/** From a peer's certificate to an authority we trust (RFC 5280 §6.1), or why there is no way. */
import { rsaKeyProblem } from "../crypto/rsa.ts";
import { type Certificate, sameCertificate } from "./certificate.ts";
import { nameText, sameName } from "./distinguished-name.ts";
import type { KeyUsage } from "./extensions.ts";
import { INTERMEDIATES_MAX, SIGNATURES_CHECKED_MAX } from "./limits.ts";
import { IKE_PURPOSES } from "./object-identifiers.ts";
import { verifySigned } from "./signature-algorithm.ts";

export interface ChainRequest {
  readonly leaf: Certificate;
  /** What may stand between: sent by the peer, or our own. In any order, and in any number. */
  readonly others: readonly Certificate[];
  readonly authorities: readonly Certificate[];
  /** Milliseconds since 1970. Where the time of day is unknown, dates are not checked, as on IOS. */
  readonly now: number | undefined;
  /** What the leaf's key is to do. */
  readonly use: KeyPurpose;
}

export type KeyPurpose = "signature" | "encryption";

export type ChainProblemKind =
  | "expired"
  | "not yet valid"
  | "unknown issuer"
  | "bad signature"
  | "not a CA"
  | "path too long"
  | "key usage"
  | "unknown extension"
  | "unusable key"
  | "unusable signature"
  | "revoked"
  | "no revocation list";

export interface ChainProblem {
  readonly kind: ChainProblemKind;
  /** The one that is wrong. */
  readonly certificate: Certificate;
  /** What there is to say beyond the kind. */
  readonly detail: string;
}

/** From the leaf, which comes first, to the authority. */
export type Chain = readonly Certificate[];

export function buildChain(request: ChainRequest): Chain | ChainProblem {
  const problem = leafProblem(request) ?? commonProblem(request.leaf, request.now);
  return problem ?? new Search(request).from([request.leaf]);
}

export function isChainProblem(found: Chain | ChainProblem): found is ChainProblem {
  return "kind" in found;
}

/** `the certificate of CN=r1 has expired`, as part of a sentence. */
export function describeChainProblem({ kind, certificate, detail }: ChainProblem): string {
  return `the certificate of ${nameText(certificate.subject)} ${PHRASES[kind]}${detail === "" ? "" : `: ${detail}`}`;
}

const PHRASES: { readonly [K in ChainProblemKind]: string } = {
  expired: "has expired",
  "not yet valid": "is not valid yet",
  "unknown issuer": "is not of an authority that is trusted here",
  "bad signature": "is not signed by who it says",
  "not a CA": "signs another and is not one of an authority",
  "path too long": "is too far from an authority",
  "key usage": "is not for this use",
  "unknown extension": "has a critical extension that is not known here",
  "unusable key": "has a key that cannot be used",
  "unusable signature": "is signed in a way that cannot be verified",
  revoked: "has been revoked",
  "no revocation list": "may have been revoked: there is no list of its authority to look into",
};

/** Looks for a way to an authority, depth first, and remembers the first thing that stood in it. */
class Search {
  readonly #request: ChainRequest;
  #checksLeft = SIGNATURES_CHECKED_MAX;

  constructor(request: ChainRequest) {
    this.#request = request;
  }

  from(chain: readonly [Certificate, ...Certificate[]]): Chain | ChainProblem {
    const last = chain[chain.length - 1] ?? chain[0];
    let problem: ChainProblem | undefined;
    for (const { issuer, isAuthority } of this.#issuersOf(last, chain)) {
      const found =
        this.#linkProblem(last, issuer, isAuthority, chain.length - 1) ??
        (isAuthority ? [...chain, issuer] : this.from([...chain, issuer]));
      if (!("kind" in found)) return found;
      // What is wrong with a known issuer tells more than that there is another that is unknown.
      if (problem === undefined || problem.kind === "unknown issuer") problem = found;
    }
    return problem ?? { kind: "unknown issuer", certificate: last, detail: nameText(last.issuer) };
  }

  /** Authorities first; from those between, none twice. */
  #issuersOf(certificate: Certificate, chain: readonly Certificate[]) {
    const { authorities, others } = this.#request;
    const isNamed = (candidate: Certificate) => sameName(candidate.subject, certificate.issuer);
    const isUsed = (candidate: Certificate) => chain.some((each) => sameCertificate(each, candidate));
    return [
      ...authorities.filter(isNamed).map((issuer) => ({ issuer, isAuthority: true })),
      ...others
        .filter((candidate) => isNamed(candidate) && !isUsed(candidate))
        .map((issuer) => ({ issuer, isAuthority: false })),
    ];
  }

  /** `between`: how many certificates that are no leaf stand below the issuer. */
  #linkProblem(
    certificate: Certificate,
    issuer: Certificate,
    isAuthority: boolean,
    between: number,
  ): ChainProblem | undefined {
    if (!isAuthority && between >= INTERMEDIATES_MAX) return problemOf("path too long", certificate);
    if (this.#checksLeft === 0)
      return problemOf("path too long", certificate, "too many that might have signed it");
    this.#checksLeft -= 1;
    if (!isSignedBy(certificate, issuer)) return problemOf("bad signature", certificate);
    return commonProblem(issuer, this.#request.now) ?? issuerProblem(issuer, isAuthority, between);
  }
}

function isSignedBy(certificate: Certificate, { publicKey }: Certificate): boolean {
  const { signatureAlgorithm, signedPart, signature } = certificate;
  return publicKey !== undefined && verifySigned(signatureAlgorithm, publicKey, signedPart, signature);
}

/** What is asked of every certificate of a chain. */
function commonProblem(certificate: Certificate, now: number | undefined): ChainProblem | undefined {
  const { publicKey, extensions, signatureAlgorithm, notBefore, notAfter } = certificate;
  const keyProblem = publicKey === undefined ? "it is none of RSA" : rsaKeyProblem(publicKey);
  if (keyProblem !== undefined) return problemOf("unusable key", certificate, keyProblem);
  if (signatureAlgorithm.hash === undefined)
    return problemOf("unusable signature", certificate, signatureAlgorithm.name);
  if (extensions.unknownCritical.length > 0)
    return problemOf("unknown extension", certificate, extensions.unknownCritical.join(", "));
  if (now !== undefined && now > notAfter) return problemOf("expired", certificate);
  if (now !== undefined && now < notBefore) return problemOf("not yet valid", certificate);
  return undefined;
}

/**
 * Whether an issuer may issue. Version 1 knows no way to say that it may: only one that the operator trusts as an authority
 * needs none.
 */
function issuerProblem(issuer: Certificate, isAuthority: boolean, between: number): ChainProblem | undefined {
  const { basicConstraints, keyUsage } = issuer.extensions;
  if (basicConstraints === undefined ? !isAuthority : !basicConstraints.isCa)
    return problemOf("not a CA", issuer);
  if (keyUsage !== undefined && !keyUsage.includes("keyCertSign"))
    return problemOf("not a CA", issuer, "its key usage does not include keyCertSign");
  const pathLength = basicConstraints?.pathLength;
  if (pathLength !== undefined && between > pathLength)
    return problemOf("path too long", issuer, `it allows for ${pathLength} between`);
  return undefined;
}

/** RFC 4945 §5.1.3.2 and §5.1.3.12. */
function leafProblem({ leaf, use }: ChainRequest): ChainProblem | undefined {
  const { keyUsage, purposes } = leaf.extensions;
  const fit = FIT_USAGES[use];
  if (keyUsage !== undefined && !keyUsage.some((usage) => fit.includes(usage)))
    return problemOf(
      "key usage",
      leaf,
      `${fit.join(" or ")} is needed, ${keyUsage.join(" and ") || "none"} is allowed`,
    );
  if (purposes !== undefined && !purposes.some((purpose) => IKE_PURPOSES.includes(purpose)))
    return problemOf("key usage", leaf, `its extended key usage does not include IKE`);
  return undefined;
}

export const FIT_USAGES: { readonly [P in KeyPurpose]: readonly KeyUsage[] } = {
  signature: ["digitalSignature", "nonRepudiation"],
  encryption: ["keyEncipherment", "dataEncipherment"],
};

function problemOf(kind: ChainProblemKind, certificate: Certificate, detail = ""): ChainProblem {
  return { kind, certificate, detail };
}
