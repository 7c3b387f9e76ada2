/** Trust points, in the words of three generations of IOS, and the certificates that belong to them. */
import type {
  CertificateChainSettings,
  CertificateSettings,
  TrustpointSettings,
} from "../../config/configuration.ts";
import { newTrustpoint } from "../../config/defaults.ts";
import { keeping, keptIn, keptPhrase, unsupported, used } from "../keeping.ts";
import { toggle } from "../lenses.ts";
import {
  globalSetting,
  type Mode,
  opening,
  type Place,
  type Statement,
  statementsAt,
  takingOctets,
} from "../mode.ts";
import { replaced } from "../replaced.ts";
import { choice, optional, value } from "../sentence.ts";
import { NAME, SERIAL_NUMBER } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

interface NamedPlace {
  readonly name: string;
}

function trustpointStatement(form: TrustpointSettings["form"], help: string, prompt: string): Statement {
  const isIt = (name: string) => (other: TrustpointSettings) => other.form === form && other.name === name;
  const place: Place<TrustpointSettings, NamedPlace> = {
    read: ({ trustpoints }, { name }) => trustpoints.find(isIt(name)) ?? newTrustpoint(form, name, undefined),
    write: (configuration, { name }, trustpoint) => ({
      ...configuration,
      trustpoints: replaced(configuration.trustpoints, trustpoint, isIt(name)).toSorted(byForm),
    }),
  };
  const keep = (words: string, text: string) =>
    keeping(
      keptPhrase(words, text),
      { replaces: "statement", keepsNo: false, effect: "none", block: undefined },
      keptIn(place),
    );
  const mode: Mode = {
    title: form === "ca identity" ? "CA identity" : "Trustpoint",
    prompt,
    statements: [
      unsupported(keep("enrollment url", "CA server enrollment URL")),
      unsupported(keep("enrollment mode", "Mode supported by the Certificate Authority")),
      unsupported(keep("enrollment retry", "Polling parameters")),
      unsupported(keep("enrollment terminal", "Enroll via the terminal (cut-and-paste)")),
      unsupported(keep("enrollment selfsigned", "Generate a self-signed certificate")),
      unsupported(keep("query url", "LDAP server URL")),
      unsupported(keep("auto-enroll", "Automatically enroll this router identity")),
      unsupported(keep("enrollment profile", "Specify an enrollment profile")),
      unsupported(keep("authorization", "Authorization parameters")),
      unsupported(keep("chain-validation", "Specify validation of certificate chains")),
      unsupported(keep("ocsp", "OCSP parameters")),
      keep("eckeypair", "Specify eckeypair for this identity"),
      keep("hash", "Hash algorithm of requests"),
      keep("fqdn", "Include fully-qualified domain name"),
      keep("ip-address", "Include ip address"),
      keep("serial-number", "Include serial number"),
      keep("subject-name", "Subject name"),
      keep("subject-alt-name", "Include subject alternative name"),
      keep("usage", "Certificate usage"),
      keep("rsakeypair", "Specify rsakeypair for this identity"),
      keep("fingerprint", "Fingerprint of the CA certificate"),
      keep("password", "Revocation password"),
      keep("on", "Where the key pair is kept"),
      keep("validation-usage", "Specify the usages that certificates are checked for"),
      keep("primary", "Specify trustpoint as primary"),
      keep("regenerate", "Regenerate keys on re-enrollment"),
      keep("root", "Get root CA certificate"),
      keep("source", "Specify source"),
      keep("storage", "Define trustpoint storage"),
      keep("vrf", "VRF to use for enrollment"),
      unsupported(keep("match certificate", "Match peer's certificate attributes")),
      unsupported(keep("crl query", "LDAP URL of the CRL")),
      used(keep("revocation-check", "Revocation checking options")),
      statementsAt(place)(
        phrase("crl optional", "CRL verification is optional"),
        toggle({
          initial: false,
          read: ({ crlOptional }) => crlOptional,
          write: (trustpoint, crlOptional) => ({ ...trustpoint, crlOptional }),
        }),
      ),
    ],
  };
  return opening(
    globalSetting([...phrase(`crypto ${form}`, help), value("name", NAME, "CA Server Name")], {
      set: (configuration, { name }, origin) =>
        configuration.trustpoints.some(isIt(name))
          ? configuration
          : place.write(configuration, { name }, newTrustpoint(form, name, origin)),
      unset: (configuration, { name }) => ({
        ...configuration,
        trustpoints: configuration.trustpoints.filter((other) => !isIt(name ?? "")(other)),
      }),
      get: ({ trustpoints }) =>
        trustpoints.filter((each) => each.form === form).map(({ name }) => ({ name })),
    }),
    mode,
  );
}

interface CertificateArguments {
  readonly owner: Exclude<CertificateSettings["owner"], "router"> | undefined;
  readonly serialNumber: string;
}

function chainStatement(form: CertificateChainSettings["form"]): Statement {
  const isIt = (name: string) => (other: CertificateChainSettings) =>
    other.form === form && other.name === name;
  const place: Place<CertificateChainSettings, NamedPlace> = {
    read: ({ certificateChains }, { name }) =>
      certificateChains.find(isIt(name)) ?? emptyChain(form, name, undefined),
    write: (configuration, { name }, chain) => ({
      ...configuration,
      certificateChains: replaced(configuration.certificateChains, chain, isIt(name)).toSorted(byForm),
    }),
  };
  const certificate = statementsAt(place)(
    [
      ...phrase("certificate", "Certificate of the chain"),
      optional(
        choice("owner", {
          ca: ["ca", "Certificate of the authority"],
          "ra-encrypt": ["ra-encrypt", "Certificate with which a registration authority encrypts"],
          "ra-general": ["ra-general", "General certificate of a registration authority"],
          "ra-sign": ["ra-sign", "Certificate with which a registration authority signs"],
        }),
      ),
      value("serialNumber", SERIAL_NUMBER, "Serial number of the certificate"),
    ],
    {
      set: (chain, args, origin) =>
        certificateIn(chain, args) === undefined
          ? {
              ...chain,
              certificates: [...chain.certificates, { ...ownerAndNumber(args), octets: undefined, origin }],
            }
          : chain,
      unset: (chain, { owner, serialNumber = "" }) => ({
        ...chain,
        certificates: chain.certificates.filter((other) => !isSame(other, { owner, serialNumber })),
      }),
      get: ({ certificates }) =>
        certificates.map(({ owner, serialNumber }) => ({
          owner: owner === "router" ? undefined : owner,
          serialNumber,
        })),
    },
  );
  const revocationList = statementsAt(place)(phrase("crl", "What the authority has revoked"), {
    set: (chain, _, origin) => ({
      ...chain,
      revocationList: chain.revocationList ?? { octets: undefined, origin },
    }),
    unset: (chain) => ({ ...chain, revocationList: undefined }),
    get: ({ revocationList }) => (revocationList === undefined ? [] : [{}]),
  });
  const mode: Mode = {
    title: "Certificate chain",
    prompt: "config-cert-chain",
    statements: [
      takingOctets<CertificateArguments, NamedPlace>(certificate, {
        prompt: "config-pubkey",
        hint: "Enter the certificate in hexadecimal representation....",
        take: (configuration, where, args, octets) => {
          const chain = place.read(configuration, where);
          const certificates = chain.certificates.map((each) =>
            isSame(each, args) ? { ...each, octets } : each,
          );
          return place.write(configuration, where, { ...chain, certificates });
        },
        given: (configuration, where, args) => certificateIn(place.read(configuration, where), args)?.octets,
      }),
      takingOctets<object, NamedPlace>(revocationList, {
        prompt: "config-pubkey",
        hint: "Enter the CRL in hexadecimal representation....",
        take: (configuration, where, _, octets) => {
          const chain = place.read(configuration, where);
          const origin = chain.revocationList?.origin;
          return place.write(configuration, where, { ...chain, revocationList: { octets, origin } });
        },
        given: (configuration, where) => place.read(configuration, where).revocationList?.octets,
      }),
    ],
  };
  return opening(
    globalSetting(
      [
        ...phrase(`crypto ${form} certificate chain`, "Identify certificate chain"),
        value("name", NAME, "CA Server Name"),
      ],
      {
        set: (configuration, { name }, origin) =>
          configuration.certificateChains.some(isIt(name))
            ? configuration
            : place.write(configuration, { name }, emptyChain(form, name, origin)),
        unset: (configuration, { name }) => ({
          ...configuration,
          certificateChains: configuration.certificateChains.filter((other) => !isIt(name ?? "")(other)),
        }),
        get: ({ certificateChains }) =>
          certificateChains.filter((each) => each.form === form).map(({ name }) => ({ name })),
      },
    ),
    mode,
  );
}

function emptyChain(
  form: CertificateChainSettings["form"],
  name: string,
  origin: CertificateChainSettings["origin"],
): CertificateChainSettings {
  return { form, name, certificates: [], revocationList: undefined, origin };
}

function ownerAndNumber({ owner, serialNumber }: CertificateArguments) {
  return { owner: owner ?? ("router" as const), serialNumber };
}

function isSame(certificate: CertificateSettings, args: CertificateArguments): boolean {
  const { owner, serialNumber } = ownerAndNumber(args);
  return certificate.owner === owner && certificate.serialNumber === serialNumber;
}

function certificateIn({ certificates }: CertificateChainSettings, args: CertificateArguments) {
  return certificates.find((each) => isSame(each, args));
}

export const CA_STATEMENTS: readonly Statement[] = [
  trustpointStatement("ca identity", "CA identity", "ca-identity"),
  trustpointStatement("ca trustpoint", "Define a CA trustpoint", "ca-trustpoint"),
  trustpointStatement("pki trustpoint", "Define a CA trustpoint", "ca-trustpoint"),
  chainStatement("ca"),
  chainStatement("pki"),
];

/** As they print. */
function byForm(a: { readonly form: string }, b: { readonly form: string }): number {
  return FORMS.indexOf(a.form) - FORMS.indexOf(b.form);
}

const FORMS: readonly string[] = ["ca identity", "ca trustpoint", "pki trustpoint", "ca", "pki"];
