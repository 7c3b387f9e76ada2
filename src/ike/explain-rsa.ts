/** Sentences that say why an authentication by RSA failed: what was shown, what we believe, and which line of ours says so. */
import { dateAndClockText } from "../base/clock-text.ts";
import type { Origin } from "../base/origin.ts";
import { type IpAddress, ipv4FromOctets } from "../net/ip-address.ts";
import type { Certificate } from "../pki/certificate.ts";
import { type ChainProblem, type ChainProblemKind, describeChainProblem } from "../pki/chain.ts";
import { nameText, sameName } from "../pki/distinguished-name.ts";
import type { Failure } from "./action.ts";
import type { Mismatch } from "./events.ts";
import { at } from "./explain.ts";
import type { Authentication } from "./phase1/authentication.ts";
import type { AuthorityLines, OwnCertificate, RsaPolicy } from "./policy.ts";

/** A proof by RSA that does not verify: of a signature, or of nonces that one end could not decrypt. */
export function proofNotVerified(
  peer: IpAddress,
  authentication: Exclude<Authentication, { method: "pre-share" }>,
  policy: Origin | undefined,
): Failure {
  const begin = `The proof of ${peer} does not verify`;
  if (authentication.method === "rsa-sig")
    return refused({
      reason: "authentication failed",
      explanation: `${begin}: it came without a certificate whose key has signed it. Signatures are what our policy asks for${at(policy)}; the peer must send the certificate of the key that it signs with.`,
      offered: "a signature by a key of no certificate that came with it",
      accepted: "one by the key of its certificate",
      origin: policy,
    });
  const line = authentication.peerKey?.origin;
  return refused({
    reason: "authentication failed",
    explanation: `${begin}: one of the two ends has a wrong public key of the other. Compare that of the peer below "crypto key pubkey-chain rsa"${at(line)} with what "show crypto key mypubkey rsa" shows there, and ours with what it has.`,
    attribute: "key",
    offered: "another RSA key",
    accepted: "the one entered for it",
    origin: line,
  });
}

/** The first message under our proof by RSA is not answered. */
export function proofNotAnswered(
  peer: IpAddress,
  authentication: Exclude<Authentication, { method: "pre-share" }>,
  heard: string,
): Failure {
  const begin = `${peer} does not answer the first encrypted message: most likely it does not accept our`;
  if (authentication.method === "rsa-encr") {
    const line = authentication.peerKey?.origin;
    return refused({
      reason: "authentication failed",
      explanation: `${begin} RSA key, or its own is another than we have entered${at(line)}.${heard}`,
      attribute: "key",
      offered: "another RSA key",
      accepted: "the one entered for it",
      origin: line,
    });
  }
  const [{ certificate, origin }] = authentication.certificates;
  return {
    reason: "authentication failed",
    explanation: `${begin} certificate${at(origin)}: it must trust ${nameText(certificate.issuer)}, and a certificate of its own must reach us.${heard}`,
    mismatches: [],
    origin,
    notify: undefined,
  };
}

/** A certificate that leads to no authority of ours, or is not believed though it does; `now` as in `ChainRequest`. */
export function certificateNotTrusted(
  peer: IpAddress,
  problem: ChainProblem,
  rsa: RsaPolicy,
  now: number | undefined,
): Failure {
  const { certificate } = problem;
  const authority = rsa.authorities.find(({ subject }) => sameName(subject, certificate.issuer));
  const trusted = rsa.authorities.map(({ subject }) => nameText(subject)).join(" or ");
  const lines = linesOf(rsa, authority ?? rsa.authorities[0]);
  const { offered, accepted, origin, advice } = REMEDIES[problem.kind]({
    ...problem,
    lines,
    trusted,
    now: now === undefined ? "unknown" : date(now),
  });
  return refused({
    reason: "certificate refused",
    explanation: `${peer} is not authenticated: ${describeChainProblem(problem)}${at(origin)}. ${advice}`,
    offered,
    accepted,
    origin,
  });
}

/** A certificate that is believed, of somebody who says that it is somebody else; `why` is the end of a sentence. */
export function notTheCertificatesOwner(
  peer: IpAddress,
  identity: string,
  why: string,
  { subject, extensions }: Certificate,
): Failure {
  const { hosts, mails, addresses } = extensions.names;
  const numbers = addresses.filter(({ length }) => length === 4).map(ipv4FromOctets);
  return refused({
    reason: "certificate refused",
    explanation: `${peer} is not authenticated: it says that it is ${identity}, ${why}. It must say what its certificate names, or get one that names this.`,
    offered: identity,
    accepted: [nameText(subject), ...hosts, ...mails, ...numbers].filter((name) => name !== "").join(" or "),
    origin: undefined,
  });
}

/** A certificate of somebody who does not belong to us; `missing` as `organisationProblem` says it. */
export function notOfOurOrganisation(
  peer: IpAddress,
  missing: string,
  { subject }: Certificate,
  own: OwnCertificate,
): Failure {
  return refused({
    reason: "certificate refused",
    explanation: `${peer} is not authenticated: our certificate names ${missing}, and that of ${nameText(subject)} does not: the two are not of one organisation${at(own.origin)}.`,
    offered: nameText(subject),
    accepted: `a subject with ${missing}`,
    origin: own.origin,
  });
}

/** The holder of a public key that was entered by hand says that it is somebody else. */
export function notTheKeysOwner(peer: IpAddress, identity: string, origin: Origin | undefined): Failure {
  return refused({
    reason: "authentication failed",
    explanation: `${peer} says that it is ${identity}, and the public key that it has proven to hold is not entered for that${at(origin)}.`,
    attribute: "key",
    offered: identity,
    accepted: "whom the public key is entered for",
    origin,
  });
}

/** Our own private key gave no signature. */
export function cannotSign(
  peer: IpAddress,
  reason: string,
  authentication: Authentication | undefined,
): Failure {
  const origin = authentication?.method === "rsa-sig" ? authentication.certificates[0].origin : undefined;
  return {
    reason: "internal",
    explanation: `We cannot prove to ${peer} who we are: ${reason}. It takes the private key of our certificate${at(origin)}; "show crypto key mypubkey rsa" shows which there are, and "crypto key generate rsa" makes others, which need a new certificate.`,
    mismatches: [],
    origin,
    notify: undefined,
  };
}

interface Refused extends Omit<Mismatch, "attribute"> {
  readonly reason: Failure["reason"];
  readonly explanation: string;
  readonly attribute?: Mismatch["attribute"];
}

/** The peer is not told why. */
function refused({ reason, explanation, attribute = "certificate", ...difference }: Refused): Failure {
  const mismatches = [{ attribute, ...difference }];
  return { reason, explanation, mismatches, origin: difference.origin, notify: undefined };
}

interface Distrusted extends ChainProblem {
  readonly lines: AuthorityLines;
  /** The authorities of our trust points. */
  readonly trusted: string;
  /** The date here. */
  readonly now: string;
}

interface Remedy {
  readonly offered: string;
  readonly accepted: string;
  readonly origin: Origin | undefined;
  readonly advice: string;
}

const NEEDS_ANOTHER = "Its holder needs another one.";

/** What stands against what for each problem, and who mends it. Only where a line of ours decides is there one to change. */
const REMEDIES: { readonly [K in ChainProblemKind]: (problem: Distrusted) => Remedy } = {
  expired: ({ certificate, now }) => ({
    offered: `valid until ${date(certificate.notAfter)}`,
    accepted: `what is valid at ${now}`,
    origin: undefined,
    advice: `It ended at ${date(certificate.notAfter)}, and here it is ${now}: it must be renewed, or the clock set right.`,
  }),
  "not yet valid": ({ certificate, now }) => ({
    offered: `valid from ${date(certificate.notBefore)}`,
    accepted: `what is valid at ${now}`,
    origin: undefined,
    advice: `It begins at ${date(certificate.notBefore)}, and here it is ${now}: most likely a clock is wrong.`,
  }),
  "unknown issuer": ({ certificate, trusted, lines }) => ({
    offered: `issued by ${nameText(certificate.issuer)}`,
    accepted: `issued by ${trusted}`,
    origin: lines.certificate,
    advice: `To believe it, enter the certificate of its authority with "certificate ca" below "crypto ca certificate chain", under a trust point.`,
  }),
  "bad signature": ({ certificate, lines }) => ({
    offered: `signed by another key than that of ${nameText(certificate.issuer)} here`,
    accepted: `signed by the key of ${nameText(certificate.issuer)}`,
    origin: lines.certificate,
    advice: "Somebody else has signed it, or our certificate of the authority is an old one.",
  }),
  "not a CA": ({ certificate, trusted, lines }) => ({
    offered: `issued by ${nameText(certificate.subject)}`,
    accepted: `issued by ${trusted}`,
    origin: lines.certificate,
    advice: "Only authorities issue certificates that are believed.",
  }),
  "path too long": ({ certificate, trusted, lines }) => ({
    offered: `issued by ${nameText(certificate.issuer)}`,
    accepted: `issued closer to ${trusted}`,
    origin: lines.certificate,
    advice: 'Enter an authority that is closer to it, with "certificate ca".',
  }),
  "key usage": (problem) => unfit(problem, "one that may sign for IKE"),
  "unknown extension": (problem) => unfit(problem, "no critical extension that is not known"),
  "unusable key": (problem) => unfit(problem, "an RSA key of 512 to 4096 bits"),
  "unusable signature": (problem) => unfit(problem, "a signature by RSA with a known hash"),
  revoked: ({ certificate, detail, lines }) => ({
    offered: `serial number ${certificate.serialNumber}`,
    accepted: `what was not revoked ${detail}`,
    origin: lines.revocationList,
    advice: NEEDS_ANOTHER,
  }),
  "no revocation list": ({ detail, lines }) => ({
    offered: `no revocation list: ${detail}`,
    accepted: "a certificate whose authority has a revocation list here that is up to date",
    origin: lines.trustpoint,
    advice:
      'Enter the list as "crl" below "crypto ca certificate chain", or "crl optional" below the trust point.',
  }),
};

function unfit({ kind, detail }: Distrusted, accepted: string): Remedy {
  return { offered: detail === "" ? kind : detail, accepted, origin: undefined, advice: NEEDS_ANOTHER };
}

const NO_LINES: AuthorityLines = {
  trustpoint: undefined,
  certificate: undefined,
  revocationList: undefined,
};

function linesOf({ authorityLines }: RsaPolicy, authority: Certificate | undefined): AuthorityLines {
  return (authority === undefined ? undefined : authorityLines?.get(authority)) ?? NO_LINES;
}

/** `2026-11-21 14:27:00 UTC`. */
function date(at: number): string {
  return `${dateAndClockText(at)} UTC`;
}
