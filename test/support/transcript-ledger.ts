/** Every listing of `show` and `debug` that the documents print, and the page that has ours beside it. */

export interface PrintedListing {
  /** Where it is printed, by the caption there. */
  readonly document: string;
  readonly caption: string;
  /** Name of a situation; or why there is none. */
  readonly page?: string;
  readonly why?: string;
}

const REPORT = "Technical report";
const IPSEC = "IPsec chapter";
const NO_DISCOVERY = "Tunnel Endpoint Discovery is not in effect yet.";
const NO_ENROLMENT = "Enrolment with an authority is not in effect yet.";

export const PRINTED_LISTINGS: readonly PrintedListing[] = [
  { document: "IKE chapter", caption: "`show crypto isakmp policy` of the example", page: "two-policies" },
  {
    document: IPSEC,
    caption: "Example 13-3, `show debug` and debugging of Initiator",
    page: "pre-shared-keys",
  },
  { document: IPSEC, caption: "Example 13-4, `show` commands of Initiator", page: "pre-shared-keys" },
  { document: IPSEC, caption: "Example 13-5, debugging of Responder", page: "pre-shared-keys" },
  { document: IPSEC, caption: "Example 13-6, `show` commands of Responder", page: "pre-shared-keys" },
  { document: IPSEC, caption: "Example 13-9, debugging of lab-isdn", page: "certificates" },
  { document: IPSEC, caption: "Example 13-12, debugging of wan2511", page: "encrypted-nonces" },
  { document: IPSEC, caption: "Example 13-26, debugging of TED-Initiator", why: NO_DISCOVERY },
  { document: IPSEC, caption: "Example 13-27, `show crypto ipsec sa` of TED-Initiator", why: NO_DISCOVERY },
  { document: IPSEC, caption: "Example 13-28, debugging of TED-Responder", why: NO_DISCOVERY },
  { document: IPSEC, caption: "Example 13-29, `show crypto ipsec sa` of TED-Responder", why: NO_DISCOVERY },
  {
    document: REPORT,
    caption: "Preshare with RSA key defined (need to remove RSA keys)",
    page: "technical-report-keys",
  },
  { document: REPORT, caption: "Preshare, wrong hostname", page: "technical-report-keys" },
  { document: REPORT, caption: "Preshare, incompatable policy", page: "technical-report-policies" },
  { document: REPORT, caption: "preshare, debug isakmp", page: "technical-report-policies" },
  { document: REPORT, caption: "preshare debug ipsec", page: "technical-report" },
  { document: REPORT, caption: "Preshare, good connection", page: "technical-report-policies" },
  {
    document: REPORT,
    caption: "`show crypto key mypubkey rsa`, `pubkey-chain rsa` of wan2511 and wan2516",
    page: "encrypted-nonces",
  },
  { document: REPORT, caption: "RSA-enc missing RSA Keys", page: "encrypted-nonces-without-keys" },
  { document: REPORT, caption: "RSA-enc good connection", page: "encrypted-nonces" },
  { document: REPORT, caption: "RSA-ENC ISAKMP debugs good connection", page: "encrypted-nonces" },
  { document: REPORT, caption: "RSA-enc IPSEC debug", page: "encrypted-nonces" },
  { document: REPORT, caption: "`show crypto isakmp policy` of lab-isdn1", page: "certificates" },
  {
    document: REPORT,
    caption: "`crypto ca authenticate` and `enroll` with `debug crypto pki`",
    why: NO_ENROLMENT,
  },
  { document: REPORT, caption: "`show crypto ca certificate`, status pending", why: NO_ENROLMENT },
  { document: REPORT, caption: "`show crypto ca certificate`, status available", page: "certificates" },
  { document: REPORT, caption: "RSA-sig, debugging of lab-isdn", page: "certificates" },
  { document: REPORT, caption: "Sample output of wan2511: `show crypto engine`", page: "technical-report" },
  {
    document: REPORT,
    caption: "Sample output of wan2511: `show crypto isakmp`, `ipsec`, `map`",
    page: "technical-report",
  },
  {
    document: REPORT,
    caption: "Sample output of lab-isdn1: `engine`, `ca cert`, `key`, `isakmp`, `ipsec`, `map`",
    page: "certificates",
  },
  {
    document: REPORT,
    caption: "Sample output of lab-isdn1: `clear crypto isakmp`, `clear crypto sa`",
    page: "certificates",
  },
];
