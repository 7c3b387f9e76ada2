/** Whether an authority has taken back a certificate that it had issued (RFC 5280 §6.3), by the lists that are at hand. */
import { type Certificate, sameCertificate } from "./certificate.ts";
import type { Chain, ChainProblem } from "./chain.ts";
import { nameText, sameName } from "./distinguished-name.ts";
import type { RevocationList } from "./revocation-list.ts";
import { verifySigned } from "./signature-algorithm.ts";

export interface Revocation {
  readonly lists: readonly RevocationList[];
  /** Authorities below which nothing is believed without a list that is up to date: their trust points lack `crl optional`. */
  readonly required: readonly Certificate[];
}

export const NO_REVOCATION: Revocation = { lists: [], required: [] };

/**
 * What is wrong with a chain whose signatures are right. A list of old is still believed in what it says; that nothing is
 * said counts only in a list that is up to date. `now`: milliseconds since 1970, or undefined where nobody knows the time.
 */
export function revocationProblem(
  chain: Chain,
  { lists, required }: Revocation,
  now: number | undefined,
): ChainProblem | undefined {
  const authority = chain.at(-1);
  const isRequired = authority !== undefined && required.some((each) => sameCertificate(each, authority));
  for (const [index, issuer] of chain.slice(1).entries()) {
    const certificate = chain[index];
    if (certificate === undefined) continue;
    const own = lists.filter((list) => isOf(list, issuer));
    if (own.some(({ serialNumbers }) => serialNumbers.has(certificate.serialNumber)))
      return { kind: "revoked", certificate, detail: `by ${nameText(issuer.subject)}` };
    if (isRequired && !own.some((list) => isUpToDate(list, now)))
      return {
        kind: "no revocation list",
        certificate,
        detail:
          own.length === 0
            ? `that of ${nameText(issuer.subject)} is not here`
            : `that of ${nameText(issuer.subject)} is out of date`,
      };
  }
  return undefined;
}

function isOf(list: RevocationList, issuer: Certificate): boolean {
  const { publicKey, extensions, subject } = issuer;
  const maySign = extensions.keyUsage === undefined || extensions.keyUsage.includes("cRLSign");
  return (
    maySign &&
    publicKey !== undefined &&
    sameName(list.issuer, subject) &&
    verifySigned(list.signatureAlgorithm, publicKey, list.signedPart, list.signature)
  );
}

function isUpToDate({ thisUpdate, nextUpdate }: RevocationList, now: number | undefined): boolean {
  if (now === undefined) return true;
  return thisUpdate <= now && (nextUpdate === undefined || now <= nextUpdate);
}
