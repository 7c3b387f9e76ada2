/** The situations of the technical report's listings with pre-shared keys, and where ours differ from them. */
import {
  BUNDLE,
  CLEARED,
  DEBUG_ALL,
  ENGINE_LISTINGS,
  inConfiguration,
  KEY_ENGINE,
  mapWords,
  OLD_ISAKMP,
  SA_WORDS,
} from "./transcript-differences.ts";
import type { Situation } from "./transcripts.ts";

export const TECHNICAL_REPORT_SITUATIONS: readonly Situation[] = [
  {
    name: "technical-report-keys",
    title: "The technical report: keys that are in the way or not found",
    about:
      "Pre-shared keys while there are RSA keys too; no policy that can be carried out; and a name that no key is for.",
    files: ["docs/transcripts/technical-report/wan2511.cfg", "docs/transcripts/technical-report/wan2516.cfg"],
    listings: [
      {
        document: "The technical report, `Preshare with RSA key defined (need to remove RSA keys)`",
        before: [
          {
            node: "wan2511",
            lines: [
              ...["configure terminal", "ip domain-name cisco.com", "crypto key generate rsa", "512", "end"],
              "debug crypto isakmp",
            ],
          },
        ],
        node: "wan2511",
        lines: ["ping 60.60.60.60 source 50.50.50.50 repeat 2"],
        differences: [
          {
            theirs: "incorrect policy settings. Unable to initiate.",
            ours: "SKEYID state generated",
            why: "The router of the report, once it has RSA keys, no longer takes the policy with pre-shared keys. Here they are not in the way.",
          },
        ],
      },
      {
        document: "The same words, where no policy can be carried out",
        before: [
          { node: "wan2511", lines: ["undebug all", "clear crypto isakmp", "clear crypto sa"] },
          { node: "wan2511", lines: ["configure terminal", "no crypto isakmp policy 1", "end"] },
          { node: "wan2511", lines: ["debug crypto isakmp"] },
        ],
        node: "wan2511",
        lines: ["ping 60.60.60.60 source 50.50.50.50 repeat 1"],
        differences: [],
      },
      {
        document: "The technical report, `Preshare, wrong hostname`",
        before: [
          {
            node: "wan2511",
            lines: [
              ...["undebug all", "configure terminal", "crypto isakmp policy 1", "authentication pre-share"],
              ...["group 2", "exit", "crypto isakmp peer address 20.20.20.20"],
              ...["set aggressive-mode password sharedkey"],
              ...["set aggressive-mode client-endpoint fqdn wan-2511.cisco.com", "end"],
              ...["clear crypto isakmp", "clear crypto sa"],
            ],
          },
          {
            node: "wan2516",
            lines: [
              ...["configure terminal", "no crypto isakmp key sharedkey address 20.20.20.21"],
              ...["crypto isakmp key sharedkey hostname wan2511.cisco.com", "end", "debug crypto isakmp"],
            ],
          },
          { node: "wan2516", lines: ["clear crypto isakmp", "clear crypto sa"] },
          { node: "wan2511", lines: ["ping 60.60.60.60 source 50.50.50.50 repeat 1"] },
        ],
        node: "wan2516",
        lines: [],
        differences: [
          {
            theirs: undefined,
            ours: "%CRYPTO-4-IKMP_NO_PRESHARED_KEY",
            why: "A message of later IOS, which says so where nobody debugs.",
          },
        ],
      },
    ],
  },
  {
    name: "technical-report",
    title: "The technical report: AH and ESP with a pre-shared key",
    about: "The report's routers, with AH around ESP. The peer pings; then the SAs are cleared.",
    files: ["docs/transcripts/technical-report/wan2511.cfg", "docs/transcripts/technical-report/wan2516.cfg"],
    listings: [
      {
        document: "The technical report, `debug crypto ipsec`",
        before: [
          { node: "wan2511", lines: ["debug crypto ipsec"] },
          { node: "wan2516", lines: ["ping 50.50.50.50 source 60.60.60.60"] },
        ],
        node: "wan2511",
        lines: [],
        differences: [
          ...KEY_ENGINE,
          {
            theirs: "sa_conn_id= 3",
            ours: "sa_conn_id= 2000",
            why: "IPsec SAs are counted from 2000, as IOS 12.2 does.",
          },
        ],
      },
      {
        document: "The technical report, `show crypto engine`",
        node: "wan2511",
        lines: [
          "undebug all",
          "show crypto engine connections active",
          "show crypto engine connections dropped-packet",
          "show crypto engine configuration",
        ],
        differences: ENGINE_LISTINGS,
      },
      {
        document: "The technical report, `show crypto isakmp` and `show crypto ipsec`",
        node: "wan2511",
        lines: [
          "show crypto isakmp policy",
          "show crypto isakmp sa",
          "show crypto ipsec sa",
          "show crypto ipsec session-key",
          "show crypto ipsec transform-proposal",
        ],
        differences: [
          {
            theirs: "Protection suite of priority 1",
            ours: "Protection suite priority 1",
            why: "The words of the IKE chapter.",
          },
          ...SA_WORDS,
        ],
      },
      {
        document: "The technical report, `show crypto map`",
        node: "wan2511",
        lines: ["show crypto map interface serial 0", "show crypto map tag test"],
        differences: [
          {
            theirs: "source: addr = 50.50.50.0/0.0.0.255",
            ours: "access-list 133 permit ip 50.50.50.0 0.0.0.255 60.60.60.0 0.0.0.255",
            why: "IOS 12.2 prints the line of the access list (Example 13-4).",
          },
          ...mapWords("auth2"),
        ],
      },
      {
        document: "The technical report, `clear crypto`",
        before: [{ node: "wan2511", lines: DEBUG_ALL }],
        node: "wan2511",
        lines: ["clear crypto isakmp", "clear crypto sa"],
        differences: CLEARED,
      },
    ],
  },
  {
    name: "technical-report-policies",
    title: "The technical report: policies that do not fit",
    about: "The peer offers AH with MD5 where this router wants it with SHA; then it offers what is wanted.",
    files: ["docs/transcripts/technical-report/wan2511.cfg", "docs/transcripts/technical-report/wan2516.cfg"],
    listings: [
      {
        document: "The technical report, `Preshare, incompatable policy`",
        before: [
          { node: "wan2516", lines: inConfiguration("auth2", "ah-md5-hmac esp-des esp-sha-hmac") },
          { node: "wan2511", lines: ["debug crypto isakmp"] },
          { node: "wan2516", lines: ["ping 50.50.50.50 source 60.60.60.60 repeat 1"] },
        ],
        node: "wan2511",
        lines: [],
        differences: [
          ...OLD_ISAKMP,
          {
            theirs: "transform 1, AH_MD5_HMAC",
            ours: "transform 1, AH_MD5",
            why: "IOS 12.2's name, which is that of RFC 2407.",
          },
          {
            theirs: undefined,
            ours: "integrity: offered AH_MD5, accepted AH with sha1",
            why: "What does not fit is told, with the line of the configuration. ESP is refused with the AH that it comes with.",
          },
          {
            theirs: undefined,
            ours: "sending NOTIFY NO-PROPOSAL-CHOSEN",
            why: "The peer is told.",
          },
        ],
      },
      {
        document: "The technical report, `preshare, debug isakmp` and `Preshare, good connection`",
        before: [
          { node: "wan2516", lines: inConfiguration("auth2", BUNDLE) },
          { node: "wan2511", lines: ["clear crypto isakmp", "debug crypto ipsec"] },
          { node: "wan2516", lines: ["clear crypto isakmp", "ping 50.50.50.50 source 60.60.60.60 repeat 2"] },
        ],
        node: "wan2511",
        lines: [],
        differences: [
          ...OLD_ISAKMP,
          ...KEY_ENGINE,
          {
            theirs: "sa_conn_id= 3",
            ours: "sa_conn_id= 2000",
            why: "IPsec SAs are counted from 2000, as IOS 12.2 does.",
          },
        ],
      },
    ],
  },
];
