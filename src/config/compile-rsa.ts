/** RSA's part of a configuration: certificates with the private keys that belong to them, authorities, keys of peers. */
import { MalformedError, tolerant } from "../base/errors.ts";
import { bitLength, rsaKeyProblem, sameRsaKey } from "../crypto/rsa.ts";
import type { AuthorityLines, OwnCertificate, OwnRsaKey, PeerRsaKey, RsaPolicy } from "../ike/policy.ts";
import { type Certificate, readCertificate } from "../pki/certificate.ts";
import { buildChain, describeChainProblem, FIT_USAGES, isChainProblem } from "../pki/chain.ts";
import { nameText, sameName } from "../pki/distinguished-name.ts";
import { readPublicKey } from "../pki/public-key.ts";
import { compileRevocation } from "./compile-revocation.ts";
import type { CertificateChainSettings, Configuration, PublicKeySettings } from "./configuration.ts";
import type { Problems } from "./problem.ts";
import type { RsaKeyPair } from "./rsa-key-pair.ts";

/** A certificate of the configuration that could be read. */
interface ReadCertificate {
  readonly certificate: Certificate;
  readonly isAuthority: boolean;
  readonly lines: AuthorityLines;
}

export function compileRsa(
  configuration: Configuration,
  keys: readonly RsaKeyPair[],
  problems: Problems,
): RsaPolicy {
  const read = configuration.certificateChains.flatMap((chain) => readChain(configuration, chain, problems));
  const trusted = read.filter(({ isAuthority }) => isAuthority);
  const authorities = trusted.map(({ certificate }) => certificate);
  checkAuthorities(read, problems);
  checkStrength(configuration, keys, problems);
  return {
    authorities,
    authorityLines: new Map(trusted.map(({ certificate, lines }) => [certificate, lines])),
    revocation: compileRevocation(configuration, problems),
    certificates: read.flatMap((each) => ownCertificate(each, authorities, keys, problems)),
    encryptionKey: decryptionKey(keys),
    peerKeys: configuration.publicKeys.flatMap((key) => peerKey(key, problems)),
  };
}

function readChain(
  { trustpoints }: Configuration,
  { form, name, certificates, revocationList, origin }: CertificateChainSettings,
  problems: Problems,
): ReadCertificate[] {
  const trustpoint = trustpoints.find((each) => each.name === name);
  if (trustpoint === undefined) {
    problems.warning({
      kind: "incomplete",
      origin,
      message: `There is no trust point ${name}: its certificates are not used.`,
      advice: `Enter \`crypto ${form} trustpoint ${name}\`.`,
    });
    return [];
  }
  return certificates.flatMap((settings): ReadCertificate[] => {
    const { owner, octets, serialNumber, origin: line } = settings;
    if (octets === undefined) {
      problems.warning({
        kind: "incomplete",
        origin: line,
        message: `Certificate ${serialNumber} has no octets.`,
        advice: "Enter them in hexadecimal below it, and `quit`.",
      });
      return [];
    }
    const certificate = readCertificate(octets);
    if (certificate instanceof MalformedError) {
      problems.warning({
        kind: "incomplete",
        origin: line,
        message: `Certificate ${serialNumber} cannot be read: ${certificate.message}.`,
        advice: "Enter it again as the authority has issued it.",
      });
      return [];
    }
    // What a registration authority signs and encrypts is enrolment.
    if (owner !== "ca" && owner !== "router") return [];
    const lines = {
      trustpoint: trustpoint.origin,
      certificate: line,
      revocationList: revocationList?.origin,
    };
    return [{ certificate, isAuthority: owner === "ca", lines }];
  });
}

/** One that is signed by itself shows that way that it was entered without a mistake. */
function checkAuthorities(read: readonly ReadCertificate[], problems: Problems): void {
  for (const { certificate, isAuthority, lines } of read) {
    if (!isAuthority || !sameName(certificate.issuer, certificate.subject)) continue;
    const found = buildChain({
      leaf: certificate,
      others: [],
      authorities: [certificate],
      now: undefined,
      use: "signature",
    });
    if (isChainProblem(found) && found.kind !== "key usage")
      problems.warning({
        kind: "incomplete",
        origin: lines.certificate,
        message: `Nothing can be believed by it: ${describeChainProblem(found)}.`,
        advice: "Enter the certificate of the authority again as it was issued.",
      });
  }
}

/** Told once, at the first key of a peer that is short; our own have no line of the configuration. */
function checkStrength({ publicKeys }: Configuration, keys: readonly RsaKeyPair[], problems: Problems): void {
  const ours = keys.map(({ publicKey }) => ({ publicKey, where: "our own", origin: undefined }));
  const theirs = publicKeys.flatMap(({ peer, octets = new Uint8Array(0), origin }) => {
    const publicKey = tolerant(() => readPublicKey(octets));
    const where = `that of ${peer.kind === "name" ? peer.name : peer.address}`;
    return publicKey instanceof MalformedError ? [] : [{ publicKey, where, origin }];
  });
  const short = [...ours, ...theirs].filter(({ publicKey }) => bitLength(publicKey.modulus) < STRONG_BITS);
  if (short.length === 0) return;
  const least = Math.min(...short.map(({ publicKey }) => bitLength(publicKey.modulus)));
  problems.warning({
    kind: "weak",
    origin: short.find(({ origin }) => origin !== undefined)?.origin,
    message: `An RSA key of ${least} bits can be broken (${[...new Set(short.map(({ where }) => where))].join(", and ")}).`,
    advice: "Use 2048 bits: `crypto key generate rsa modulus 2048`.",
  });
}

/** What nobody can factor for years to come. */
const STRONG_BITS = 2048;

/** What may sign, with its private key and what leads from it to its authority. */
function ownCertificate(
  { certificate, isAuthority, lines: { certificate: origin } }: ReadCertificate,
  authorities: readonly Certificate[],
  keys: readonly RsaKeyPair[],
  problems: Problems,
): OwnCertificate[] {
  const { keyUsage } = certificate.extensions;
  const maySign = keyUsage === undefined || keyUsage.some((usage) => FIT_USAGES.signature.includes(usage));
  const { publicKey } = certificate;
  if (isAuthority || !maySign || publicKey === undefined) return [];
  const pair = keys.find((key) => key.usage !== "encryption" && sameRsaKey(key.publicKey, publicKey));
  if (pair === undefined) {
    problems.warning({
      kind: "incomplete",
      origin,
      message: `The private key of the certificate of ${nameText(certificate.subject)} is not here: it cannot be used.`,
      advice:
        "Bring the file with the router's RSA keys here, or get a certificate for the keys that are here.",
    });
    return [];
  }
  const chain = buildChain({ leaf: certificate, others: [], authorities, now: undefined, use: "signature" });
  if (isChainProblem(chain)) {
    problems.warning({
      kind: "incomplete",
      origin,
      message: `No peer will believe it: ${describeChainProblem(chain)}.`,
      advice:
        "Enter the certificate of the authority that has issued it, with `certificate ca` in the same chain.",
    });
    return [];
  }
  const { privateKey } = pair;
  return [
    { certificate, intermediates: wayUp(certificate, authorities), key: { publicKey, privateKey }, origin },
  ];
}

/** The authorities above a certificate but for the topmost, which peers have themselves. */
function wayUp(certificate: Certificate, authorities: readonly Certificate[]): Certificate[] {
  const found: Certificate[] = [];
  for (let last = certificate; ; ) {
    const issuer = authorities.find(({ subject }) => sameName(subject, last.issuer));
    if (issuer === undefined || found.includes(issuer) || sameName(issuer.issuer, issuer.subject))
      return found;
    found.push(issuer);
    last = issuer;
  }
}

function decryptionKey(keys: readonly RsaKeyPair[]): OwnRsaKey | undefined {
  const pair =
    keys.find(({ usage }) => usage === "encryption") ?? keys.find(({ usage }) => usage === "general");
  return pair === undefined ? undefined : { publicKey: pair.publicKey, privateKey: pair.privateKey };
}

function peerKey(
  { peer, usage, address, octets, origin }: PublicKeySettings,
  problems: Problems,
): PeerRsaKey[] {
  if (usage === "signature" || octets === undefined) return [];
  const publicKey = tolerant(() => readPublicKey(octets));
  const problem = publicKey instanceof MalformedError ? publicKey.message : rsaKeyProblem(publicKey);
  if (publicKey instanceof MalformedError || problem !== undefined) {
    problems.warning({
      kind: "incomplete",
      origin,
      message: `The public key cannot be used: ${problem}.`,
      advice: "Enter its `key-string` again as `show crypto key mypubkey rsa` shows it on the peer.",
    });
    return [];
  }
  return [
    {
      name: peer.kind === "name" ? peer.name.toLowerCase() : undefined,
      address: peer.kind === "address" ? peer.address : address?.value,
      publicKey,
      origin,
    },
  ];
}
