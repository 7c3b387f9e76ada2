/** What proves a peer by a certificate, message by message: RFC 4945's rules for identities, certificates and requests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CertificateWish,
  derName,
  MADE_AT,
  type Made,
  makeCertificate,
} from "../../../test/support/certificates.ts";
import { A, B, policyOf, seededRandom } from "../../../test/support/ike-pair.ts";
import { utf8 } from "../../base/octets.ts";
import { rsaSign } from "../../crypto/rsa-signature.ts";
import { Secret } from "../../crypto/secret.ts";
import { CERTIFICATE_ENCODING } from "../../isakmp/numbers/certificate-encoding.ts";
import type { Certificate as CertificatePayload } from "../../isakmp/payloads/certificate.ts";
import type { Identification } from "../../isakmp/payloads/identification.ts";
import { ipv4Octets } from "../../net/ip-address.ts";
import type { OwnCertificate } from "../policy.ts";
import { IOS_CONVENTIONS } from "../wire-conventions.ts";
import type { Phase1Context } from "./phase1-state.ts";
import {
  certificatePayloads,
  certificateRequests,
  checkSignature,
  chooseCertificate,
} from "./signature-proof.ts";

const ROOT = makeCertificate({ subject: "O=Lab, CN=Root", ca: true });
const X509 = CERTIFICATE_ENCODING["X.509 Certificate - Signature"];
const HASH = new Uint8Array(20).fill(7);

function own({ certificate, key }: Made): OwnCertificate {
  const { publicKey, privateKey } = key;
  return {
    certificate,
    intermediates: [],
    key: { publicKey, privateKey: new Secret(privateKey) },
    origin: undefined,
  };
}

const OWN = own(makeCertificate({ subject: "CN=own", issuer: ROOT }));

function context(changes: Partial<Phase1Context> = {}): Phase1Context {
  const rsa = {
    certificates: [OWN],
    authorities: [ROOT.certificate],
    encryptionKey: undefined,
    peerKeys: [],
  };
  const local = { address: A, port: 500 };
  const remote = { address: B, port: 500 };
  return {
    policy: policyOf(A, B, { rsa }),
    conventions: IOS_CONVENTIONS,
    random: seededRandom("signature proof"),
    sa: { connId: 1, role: "responder", local, remote, initiatorCookie: "", responderCookie: "" },
    initiatorCookie: new Uint8Array(8),
    responderCookie: new Uint8Array(8),
    isFirstContact: true,
    traversesNat: false,
    arrival: { local, remote },
    isProtected: true,
    timeOfDay: MADE_AT,
    ...changes,
  };
}

function identity(idType: number, data: Uint8Array): Identification {
  return { kind: "ID", idType, protocolId: 17, port: 500, data };
}

function payload(data: Uint8Array, encoding: number = X509): CertificatePayload {
  return { kind: "CERT", encoding, data };
}

function peer(wish: Partial<CertificateWish> = {}): Made {
  return makeCertificate({ subject: "O=Lab, CN=peer.example.com", issuer: ROOT, ...wish });
}

/** Undefined where the peer is believed, else why not. */
function refusal(
  made: Made,
  id: Identification,
  changes: {
    readonly certificates?: readonly CertificatePayload[];
    readonly context?: Partial<Phase1Context>;
  } = {},
): string | undefined {
  const { certificates = [payload(made.certificate.der)] } = changes;
  const signature = rsaSign(made.key.privateKey, HASH);
  const shown = { id, hash: HASH, signature, certificates };
  const { isBelieved, actions } = checkSignature(context(changes.context), OWN, shown);
  if (isBelieved) return undefined;
  const last = actions.at(-1);
  return last?.do === "fail"
    ? last.failure.explanation
    : last?.do === "drop"
      ? last.refusal.detail
      : "believed";
}

const SUBJECT = identity(9, derName("O=Lab, CN=peer.example.com"));

test("an address is one of the certificate's, and the packets come from there (RFC 4945 §3.1.1)", () => {
  const made = peer({ addresses: [ipv4Octets(B), ipv4Octets(A)] });
  assert.equal(refusal(made, identity(1, ipv4Octets(B))), undefined);
  assert.match(refusal(made, identity(1, ipv4Octets(A))) ?? "", /and its packets come from another address/);
  assert.equal(
    refusal(made, identity(1, ipv4Octets(A)), { context: { traversesNat: true } }),
    undefined,
    "behind a NAT",
  );
  assert.match(refusal(peer(), identity(1, ipv4Octets(B))) ?? "", /does not have as an address/);
});

test("a host name is one of the certificate's, in either case and without wildcards (RFC 4945 §3.1.2)", () => {
  const made = peer({ hosts: ["Peer.example.com"] });
  assert.equal(refusal(made, identity(2, utf8("peer.EXAMPLE.com"))), undefined);
  for (const other of [
    "peer.example",
    "example.com",
    "xpeer.example.com",
    "peer.example.com.",
    "*.example.com",
  ])
    assert.match(refusal(made, identity(2, utf8(other))) ?? "", /does not have as a host name/, other);
  const wild = peer({ hosts: ["*.example.com"] });
  assert.match(refusal(wild, identity(2, utf8("peer.example.com"))) ?? "", /does not have as a host name/);
});

test("a user's name is a mail address of the certificate (RFC 4945 §3.1.3)", () => {
  const made = peer({ mails: ["user@example.com"], hosts: ["example.com"] });
  assert.equal(refusal(made, identity(3, utf8("user@example.com"))), undefined);
  assert.match(
    refusal(made, identity(3, utf8("other@example.com"))) ?? "",
    /does not have as a mail address/,
  );
  assert.match(refusal(made, identity(2, utf8("user@example.com"))) ?? "", /does not have as a host name/);
});

test("a distinguished name is the certificate's subject as a whole, and never empty (RFC 4945 §3.1.5)", () => {
  assert.equal(refusal(peer(), SUBJECT), undefined);
  assert.equal(
    refusal(peer(), identity(9, derName("O=LAB, CN=Peer.Example.com"))),
    undefined,
    "apart from case",
  );
  for (const other of [
    "CN=peer.example.com",
    "O=Lab",
    "CN=peer.example.com, O=Lab",
    "O=Lab, CN=peer.example.com, CN=x",
  ])
    assert.match(refusal(peer(), identity(9, derName(other))) ?? "", /is not the subject/, other);
  const nameless = peer({ subject: "", hosts: ["peer.example.com"], key: "nameless" });
  assert.match(refusal(nameless, identity(9, derName(""))) ?? "", /which is an empty name/);
  assert.match(refusal(peer(), identity(9, utf8("no name"))) ?? "", /which is no distinguished name/);
});

test("names within a subject are no identities (RFC 4945 §3.1.9)", () => {
  assert.match(refusal(peer(), identity(2, utf8("peer.example.com"))) ?? "", /does not have as a host name/);
  const named = peer({ subject: "unstructuredName=peer.example.com" });
  assert.match(refusal(named, identity(2, utf8("peer.example.com"))) ?? "", /does not have as a host name/);
});

test("identities of kinds that certificates do not have are refused", () => {
  for (const idType of [0, 4, 7, 10, 11, 200])
    assert.match(
      refusal(peer(), identity(idType, ipv4Octets(B))) ?? "",
      /of a kind that certificates do not have/,
    );
});

test("certificates may come in any order, twice, and among others that are none (RFC 4945 §3.3.10)", () => {
  const made = peer();
  const mine = payload(made.certificate.der);
  const other = payload(makeCertificate({ subject: "O=Else, CN=other" }).certificate.der);
  const rubbish = [
    payload(new Uint8Array(0)),
    payload(Uint8Array.of(0x30, 0x80, 0, 0)),
    payload(made.certificate.der.slice(0, 100)),
    payload(made.certificate.der, 1),
    payload(made.certificate.der, 7),
    payload(utf8("-----BEGIN CERTIFICATE-----"), 250),
  ];
  const root = payload(ROOT.certificate.der);
  for (const certificates of [
    [mine, other, root],
    [root, other, mine],
    [mine, mine],
    [...rubbish, mine],
    [mine, ...rubbish],
  ])
    assert.equal(refusal(made, SUBJECT, { certificates }), undefined);
});

test("without a certificate that has signed it a proof is dropped, and the peer may try again", () => {
  const made = peer();
  assert.match(refusal(made, SUBJECT, { certificates: [] }) ?? "", /^no certificate came with the signature/);
  const notX509 = [payload(made.certificate.der, 2)];
  assert.match(refusal(made, SUBJECT, { certificates: notX509 }) ?? "", /^no certificate came/);
  const others = [payload(ROOT.certificate.der)];
  assert.equal(refusal(made, SUBJECT, { certificates: others }), "the signature does not verify");
  const many = Array.from({ length: 40 }, () => payload(ROOT.certificate.der));
  assert.equal(
    refusal(made, SUBJECT, { certificates: [...many, payload(made.certificate.der)] }),
    "the signature does not verify",
  );
});

test("a key that is for encryption signs nothing: usage keys are apart", () => {
  const made = peer({ keyUsage: ["keyEncipherment"] });
  assert.match(refusal(made, SUBJECT) ?? "", /is not for this use/);
});

test("we ask for certificates of each authority once, by its name as it is encoded (RFC 4945 §3.2.7.1)", () => {
  const other = makeCertificate({ subject: "O=Other, CN=Root", ca: true });
  const again = makeCertificate({ subject: "O=Lab, CN=Root", ca: true, serial: 18 });
  const authorities = [ROOT.certificate, other.certificate, again.certificate];
  const { policy } = context();
  const asked = certificateRequests(context({ policy: { ...policy, rsa: { ...policy.rsa, authorities } } }));
  assert.deepEqual(asked, [
    { kind: "CERTREQ", certificateType: X509, authority: derName("O=Lab, CN=Root") },
    { kind: "CERTREQ", certificateType: X509, authority: derName("O=Other, CN=Root") },
  ]);
});

test("we show the certificate of the authority that is asked for, else the preferred one (RFC 4945 §3.2.7.1)", () => {
  const other = makeCertificate({ subject: "O=Other, CN=Root", ca: true });
  const second = own(makeCertificate({ subject: "CN=second", issuer: other }));
  const ask = (authority: string, certificateType: number = X509) =>
    chooseCertificate([OWN, second], [{ kind: "CERTREQ", certificateType, authority: derName(authority) }]);
  assert.equal(ask("O=Other, CN=Root"), second);
  assert.equal(ask("O=Lab, CN=Root"), OWN);
  assert.equal(ask("O=Unknown, CN=Root"), OWN, "one that nobody knows");
  assert.equal(ask("O=Other, CN=Root", 7), OWN, "a revocation list is asked for");
  assert.equal(chooseCertificate([OWN, second], []), OWN);
  assert.deepEqual(certificatePayloads(second), [payload(second.certificate.der)]);
});
