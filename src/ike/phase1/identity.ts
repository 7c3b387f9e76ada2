/** The identities of phase 1 (RFC 2407 §4.6.2): ours as a payload, the peer's as text. */
import { MalformedError, tolerant } from "../../base/errors.ts";
import { utf8 } from "../../base/octets.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import { ipv4FromOctets, ipv4Octets } from "../../net/ip-address.ts";
import type { Certificate } from "../../pki/certificate.ts";
import { isEmptyName, nameText, readDistinguishedName } from "../../pki/distinguished-name.ts";
import type { ClientEndpoint } from "../policy.ts";
import type { Phase1Context } from "./phase1-state.ts";

export const ID_IPV4_ADDR = 1;
export const ID_FQDN = 2;
export const ID_USER_FQDN = 3;
export const ID_DER_ASN1_DN = 9;

/**
 * `crypto isakmp identity`: our address, or our fully qualified host name. Through a NAT the port means nothing to the peer
 * and is 0 (RFC 3947 §4).
 */
export function ownIdentity(context: Phase1Context, throughNat: boolean): Identification {
  const { policy, sa } = context;
  const endpoint: ClientEndpoint =
    policy.identity === "hostname"
      ? { kind: "fqdn", name: policy.hostname }
      : { kind: "ipv4-address", address: sa.local.address };
  return endpointIdentity(context, endpoint, throughNat);
}

/** `set aggressive-mode client-endpoint`: what we say we are to one peer. */
export function endpointIdentity(
  { conventions }: Phase1Context,
  endpoint: ClientEndpoint,
  throughNat: boolean,
): Identification {
  const { protocol: protocolId, port: ownPort } = conventions.phase1Id;
  const common = { kind: "ID", protocolId, port: throughNat ? 0 : ownPort } as const;
  return endpoint.kind === "ipv4-address"
    ? { ...common, idType: ID_IPV4_ADDR, data: ipv4Octets(endpoint.address) }
    : { ...common, idType: endpoint.kind === "fqdn" ? ID_FQDN : ID_USER_FQDN, data: utf8(endpoint.name) };
}

/** Our address, whatever is configured. */
export function addressIdentity(context: Phase1Context, throughNat: boolean): Identification {
  return endpointIdentity(context, { kind: "ipv4-address", address: context.sa.local.address }, throughNat);
}

/**
 * What our certificate says we are: its subject, whatever `crypto isakmp identity` says, as IOS does it; where that is
 * empty, a name it has besides.
 */
export function certifiedIdentity(
  context: Phase1Context,
  { subject, extensions }: Certificate,
  throughNat: boolean,
): Identification {
  const { protocol: protocolId, port } = context.conventions.phase1Id;
  const common = { kind: "ID", protocolId, port: throughNat ? 0 : port } as const;
  if (!isEmptyName(subject)) return { ...common, idType: ID_DER_ASN1_DN, data: subject.der };
  const [host] = extensions.names.hosts;
  return host === undefined
    ? addressIdentity(context, throughNat)
    : { ...common, idType: ID_FQDN, data: utf8(host) };
}

/** For people: control characters of what a peer sent are shown, not obeyed. */
export function describeIdentity(id: Identification): string {
  if (id.idType === ID_IPV4_ADDR && id.data.length === 4) return ipv4FromOctets(id.data);
  if (id.idType === ID_FQDN || id.idType === ID_USER_FQDN) return printable(id.data);
  if (id.idType === ID_DER_ASN1_DN) return nameOfDer(id.data);
  return `identity of type ${id.idType} (${id.data.length} octets)`;
}

function nameOfDer(data: Uint8Array): string {
  const name = tolerant(() => readDistinguishedName(data));
  return name instanceof MalformedError ? `unreadable name of ${data.length} octets` : nameText(name);
}

function printable(data: Uint8Array): string {
  let text = "";
  for (const octet of data.subarray(0, 255))
    text +=
      octet >= 0x20 && octet < 0x7f
        ? String.fromCharCode(octet)
        : `\\x${octet.toString(16).padStart(2, "0")}`;
  return text;
}

/** Protocol and port of a phase 1 identity are both 0 or UDP 500, nothing else (RFC 2407 §4.6.2); IOS also sends port 0. */
export function identityProblem(id: Identification): string | undefined {
  const acceptable =
    (id.protocolId === 0 && id.port === 0) || (id.protocolId === 17 && (id.port === 500 || id.port === 0));
  return acceptable ? undefined : `protocol ${id.protocolId} port ${id.port} in a phase 1 identity`;
}
