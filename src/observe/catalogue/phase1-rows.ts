/** Events of phase 1, from the request to the established ISAKMP SA. */
import { fromHex } from "../../base/octets.ts";
import type { AuthenticationMethod } from "../../ike/policy.ts";
import { ID_TYPE } from "../../isakmp/numbers/identification-type.ts";
import { isIosVendorId, recogniseVendorId, type VendorIdName } from "../../isakmp/vendor-ids.ts";
import { phase1AttributeLine } from "../attribute-lines.ts";
import {
  cryptoEngine,
  cryptoSession,
  type DebugMessage,
  isakmp,
  isakmpPlain,
  keyExchange,
  pki,
  plain,
  transition,
} from "../debug-message.ts";
import { type EventOf, type Rows, silent } from "../entry.ts";
import { printable } from "../printable.ts";

export const PHASE1_ROWS: Rows<
  | "negotiation-requested"
  | "phase1-started"
  | "pre-shared-key-found"
  | "isakmp-transform-checked"
  | "skeyid-generated"
  | "vendor-id-received"
  | "identity-built"
  | "certificate-checked"
  | "peer-authenticated"
  | "isakmp-sa-established"
  | "job-started"
  | "job-finished"
> = {
  "negotiation-requested": {
    debug: ({ local, remote }) => [
      isakmpPlain("received ke message (1/1)"),
      isakmpPlain(`local port ${local.port}, remote port ${remote.port}`),
    ],
  },
  "phase1-started": {
    debug: ({ sa, exchange }) => {
      if (exchange === "aggressive")
        // As responder IOS tells its change of state with the answer.
        return sa.role === "responder"
          ? silent()
          : [
              transition(sa, "IKE_MSG_FROM_IPSEC, IKE_SA_REQ_AM", "IKE_READY", "IKE_I_AM1"),
              isakmp(sa, "beginning Aggressive Mode exchange"),
            ];
      return sa.role === "initiator"
        ? [
            transition(sa, "IKE_MSG_FROM_IPSEC, IKE_SA_REQ_MM", "IKE_READY", "IKE_I_MM1"),
            isakmp(sa, "beginning Main Mode exchange"),
          ]
        : [transition(sa, "IKE_MSG_FROM_PEER, IKE_MM_EXCH", "IKE_READY", "IKE_R_MM1")];
    },
  },
  "pre-shared-key-found": {
    debug: ({ sa, peer }) => [isakmp(sa, `found peer pre-shared key matching ${printable(peer)}`)],
  },
  "isakmp-transform-checked": { debug: transformLines },
  "skeyid-generated": {
    debug: ({ sa, group, hash, encryption }) => [
      cryptoEngine(`create ISAKMP SKEYID for conn id ${sa.connId}`),
      keyExchange(sa, `shared secret of group ${group}: keys for ${encryption} and ${hash} are made`),
      isakmp(sa, "SKEYID state generated"),
    ],
  },
  "vendor-id-received": {
    debug: (event) => {
      const recognised = vendorIdLine(event);
      return [
        isakmp(event.sa, "processing vendor id payload"),
        ...(recognised === undefined ? [] : [isakmp(event.sa, recognised)]),
      ];
    },
  },
  "identity-built": { debug: identityLines },
  "certificate-checked": {
    debug: certificateLines,
  },
  "peer-authenticated": {
    debug: ({ sa }) => [isakmp(sa, `SA has been authenticated with ${sa.remote.address}`)],
  },
  "isakmp-sa-established": {
    debug: ({ sa, exchange }, memory) => {
      const dhDone = cryptoEngine(`clear dh number for conn id ${sa.connId}`);
      const up = cryptoSession(sa.remote.address, `IKE SA ${sa.connId} is up`);
      if (exchange === "aggressive") {
        const former = sa.role === "initiator" ? "IKE_I_AM1" : "IKE_R_AM2";
        if (sa.role === "initiator") memory.phase1Completed(sa.connId);
        return [dhDone, transition(sa, "IKE_MSG_FROM_PEER, IKE_AM_EXCH", former, "IKE_P1_COMPLETE"), up];
      }
      if (sa.role === "responder")
        return [
          dhDone,
          transition(sa, "IKE_MSG_INTERNAL, IKE_PHASE1_COMPLETE", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE"),
          up,
        ];
      memory.phase1Completed(sa.connId);
      return [
        dhDone,
        transition(sa, "IKE_MSG_INTERNAL, IKE_PROCESS_COMPLETE", "IKE_I_MM6", "IKE_P1_COMPLETE"),
        up,
      ];
    },
    ladder: ({ sa }) => ({
      mark: "noted",
      where: sa.local.address,
      note: `ISAKMP SA ${sa.connId} established`,
    }),
  },
  "job-started": {
    debug: ({ sa, job, group }) => {
      if (job === "rsa-sign") return [cryptoEngine("RSA encrypt with private key")];
      return [
        cryptoEngine(job === "rsa-decrypt" ? "RSA decrypt with private key" : "generate alg parameter"),
        ...(group === undefined
          ? []
          : [keyExchange(sa, `making ${DH_YIELD[job] ?? job} for group ${group}`)]),
      ];
    },
  },
  "job-finished": {
    // IOS says how the first half of the exchange ended, which is the one that yields our public value.
    debug: ({ job, succeeded }) =>
      (job === "dh-shared" && succeeded) || job.startsWith("rsa")
        ? []
        : [
            plain(
              "engine",
              `CRYPTO_ENGINE: Dh phase ${job === "dh-shared" ? 2 : 1} status: ${succeeded ? 0 : -1}`,
            ),
          ],
  },
};

function transformLines(event: EventOf<"isakmp-transform-checked">) {
  const { sa, transformNumber, priority, attributes, accepted, nextPayload } = event;
  return [
    isakmp(sa, `Checking ISAKMP transform ${transformNumber} against priority ${priority} policy`),
    ...attributes.map((attribute) => isakmpPlain(`     ${phase1AttributeLine(attribute)}`)),
    isakmp(sa, `atts ${accepted ? "are" : "not"} acceptable. Next payload is ${nextPayload}`),
  ];
}

/** IOS 12.2 names no others: not XAUTH's, which it sends itself. */
function vendorIdLine({ sa, vendorId }: EventOf<"vendor-id-received">): string | undefined {
  const peerCookie = fromHex(sa.role === "initiator" ? sa.responderCookie : sa.initiatorCookie);
  if (isIosVendorId(vendorId, peerCookie)) return "speaking to another IOS box!";
  const name = recogniseVendorId(vendorId)?.name;
  return name === undefined ? undefined : VENDOR_ID_LINES[name];
}

function certificateLines(event: EventOf<"certificate-checked">): DebugMessage[] {
  const { sa, approved, datesChecked } = event;
  const subject = printable(event.subject);
  return [
    pki("pki transactions", `${sa.remote.address} shows the certificate of ${subject}`),
    ...(datesChecked
      ? []
      : [pki("pki validation", "the clock is not set: validity dates of certificates are not checked")]),
    pki("pki validation", `certificate of ${subject} is ${approved ? "" : "not "}validated`),
    ...(approved ? [isakmp(sa, `cert approved${datesChecked ? "" : " with warning"}`)] : []),
  ];
}

function identityLines(event: EventOf<"identity-built">) {
  const { sa, authentication, identityType, protocol, port, length } = event;
  const proof = authentication === "rsa-sig" ? PAYLOAD.signature : PAYLOAD.hash;
  return [
    isakmp(sa, `SA is doing ${AUTHENTICATION[authentication]} authentication using id type ${identityType}`),
    plain(
      "isakmp",
      `ISAKMP (${sa.connId}): ID payload`,
      `      next-payload : ${proof}`,
      `      type         : ${ID_TYPE[identityType]}`,
      `      protocol     : ${protocol}`,
      `      port         : ${port}`,
      // IOS counts type, protocol and port with the data, and in the total the generic header too.
      `      length       : ${length + 4}`,
    ),
    plain("isakmp", `ISAKMP (${sa.connId}): Total payload length: ${length + 8}`),
    cryptoEngine(`generate hmac context for conn id ${sa.connId}`),
  ];
}

const DH_YIELD: { readonly [job: string]: string } = {
  "dh-public": "public value",
  "dh-shared": "shared secret",
  "dh-both": "public value and shared secret",
};

const PAYLOAD = { hash: 8, signature: 9 } as const;

const AUTHENTICATION: { readonly [M in AuthenticationMethod]: string } = {
  "pre-share": "pre-shared key",
  "rsa-sig": "RSA signature",
  "rsa-encr": "RSA encryption",
};

const VENDOR_ID_LINES: { readonly [N in VendorIdName]?: string } = {
  "CISCO-UNITY": "vendor ID is Unity",
  DPD: "vendor ID is DPD",
  "Cisco IOS 1800": "speaking to another IOS box!",
  "RFC 3947": "vendor ID is NAT-T RFC 3947",
  "draft-ietf-ipsec-nat-t-ike-07": "vendor ID is NAT-T v7",
  "draft-ietf-ipsec-nat-t-ike-03": "vendor ID is NAT-T v3",
  "draft-ietf-ipsec-nat-t-ike-02": "vendor ID is NAT-T v2",
  "draft-ietf-ipsec-nat-t-ike-02\\n": "vendor ID is NAT-T v2",
};
