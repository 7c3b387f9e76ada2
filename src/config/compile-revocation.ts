/** What a configuration has of revocation: lists of certificates that were taken back, and who is believed without one. */
import { MalformedError } from "../base/errors.ts";
import { type Certificate, readCertificate } from "../pki/certificate.ts";
import type { Revocation } from "../pki/revocation.ts";
import { type RevocationList, readRevocationList } from "../pki/revocation-list.ts";
import type { CertificateChainSettings, Configuration, TrustpointSettings } from "./configuration.ts";
import type { Problems } from "./problem.ts";

/** Nothing is fetched: without `crl optional` a peer is believed only where the list of its authority is entered here. */
export function compileRevocation(
  { certificateChains, trustpoints }: Configuration,
  problems: Problems,
): Revocation {
  const strict = trustpoints.filter((trustpoint) => !isOptional(trustpoint));
  const chainOf = (name: string) => certificateChains.find((chain) => chain.name === name);
  for (const { form, name, origin } of strict)
    if (chainOf(name)?.revocationList?.octets === undefined)
      problems.warning({
        kind: "incomplete",
        origin,
        message: `No revocation list is fetched, and trust point ${name} has none: no certificate of its authority is believed.`,
        advice: `Enter \`${form === "pki trustpoint" ? "revocation-check none" : "crl optional"}\` below \`crypto ${form} ${name}\`, or the list as \`crl\` in its certificate chain.`,
      });
  for (const { name, kept } of trustpoints) {
    const fetching = kept.find(({ text }) => /^revocation-check (?=.*\b(?:crl|ocsp)\b).*\bnone\b/.test(text));
    if (fetching !== undefined)
      problems.note({
        kind: "without-effect",
        origin: fetching.origin,
        message: `Nothing is fetched: certificates of trust point ${name} are held against the lists entered here alone.`,
        advice: "Enter the list as `crl` in the certificate chain, or leave it at `none`.",
      });
  }
  return {
    lists: certificateChains.flatMap((chain) => readList(chain, problems)),
    required: strict.flatMap(({ name }) => authoritiesOf(chainOf(name))),
  };
}

/** `revocation-check crl none`, too: none is the last resort, and there is no other. */
function isOptional({ crlOptional, kept }: TrustpointSettings): boolean {
  return crlOptional.value || kept.some(({ text }) => /^revocation-check .*\bnone\b/.test(text));
}

function authoritiesOf(chain: CertificateChainSettings | undefined): readonly Certificate[] {
  return (chain?.certificates ?? [])
    .filter(({ owner }) => owner === "ca")
    .flatMap(({ octets }) => (octets === undefined ? [] : [readCertificate(octets)]))
    .filter((read): read is Certificate => !(read instanceof MalformedError));
}

function readList({ name, revocationList }: CertificateChainSettings, problems: Problems): RevocationList[] {
  if (revocationList?.octets === undefined) return [];
  const read = readRevocationList(revocationList.octets);
  if (!(read instanceof MalformedError)) return [read];
  problems.warning({
    kind: "incomplete",
    origin: revocationList.origin,
    message: `The revocation list of ${name} cannot be read: ${read.message}.`,
    advice: "Enter it again as the authority has issued it, in DER.",
  });
  return [];
}
