/** The situations of the documents' listings with RSA keys and certificates, and where ours differ from them. */
import {
  BUNDLE,
  CLEARED,
  DEBUG_ALL,
  ENGINE_LISTINGS,
  inConfiguration,
  KEY_ENGINE,
  mapWords,
  SA_WORDS,
  STATES,
} from "./transcript-differences.ts";
import type { Situation } from "./transcripts.ts";

export const RSA_SITUATIONS: readonly Situation[] = [
  {
    name: "certificates",
    title: "RSA signatures with certificates",
    about:
      "The peer pings through a tunnel that certificates make. The keys are our own, as those of the documents are lost.",
    files: ["examples/rsa-signatures/lab-isdn.cfg", "examples/rsa-signatures/lab-isdn1.cfg"],
    listings: [
      {
        document: "Example 13-9 of the IPsec chapter",
        before: [
          { node: "lab-isdn", lines: DEBUG_ALL },
          { node: "lab-isdn1", lines: ["ping 20.20.20.20 source 40.40.40.40"] },
        ],
        node: "lab-isdn",
        lines: [],
        differences: [
          ...STATES.filter(({ theirs }) => theirs === undefined || theirs === "HMAC algorithm is SHA"),
          ...KEY_ENGINE,
          {
            theirs: "Crypto engine 0: RSA decrypt with public key",
            ours: "CryptoEngine0: RSA decrypt with public key",
            why: "IOS 12.2's name of the engine.",
          },
          {
            theirs: "CRYPTO_ENGINE: key process suspended and continued",
            ours: undefined,
            why: "The old router interrupts its arithmetic to forward packets; here it is done elsewhere.",
          },
          {
            theirs: "transform 1, AH_SHA_HMAC",
            ours: "transform 1, ESP_DES",
            why: "Our example has ESP alone; AH and ESP together are in [the technical report's](technical-report.md).",
          },
        ],
      },
      {
        document: "The technical report, certificates",
        node: "lab-isdn",
        lines: ["undebug all", "show crypto ca certificates", "show crypto key mypubkey rsa"],
        differences: [
          {
            theirs: "Cisco SystemsDevtestCISCOCA-ULTRA",
            ours: "Serial Number: 05679919",
            why: "The authority is our own.",
          },
        ],
      },
      {
        document: "The technical report, lab-isdn1, after a ping with AH and ESP",
        before: [
          { node: "lab-isdn", lines: inConfiguration("mypolicy", BUNDLE) },
          {
            node: "lab-isdn1",
            lines: [...inConfiguration("mypolicy", BUNDLE), "clear crypto isakmp", "clear crypto sa"],
          },
          { node: "lab-isdn", lines: ["clear crypto isakmp", "clear crypto sa"] },
          { node: "lab-isdn1", lines: ["ping 20.20.20.20 source 40.40.40.40"] },
        ],
        node: "lab-isdn1",
        lines: [
          "show crypto engine connections active",
          "show crypto engine connections dropped-packet",
          "show crypto engine configuration",
          "show crypto ca cert",
          "show crypto key mypubkey rsa",
          "show crypto key pubkey-chain rsa",
          "show crypto isakmp policy",
          "show crypto isakmp sa",
          "show crypto ipsec sa",
          "show crypto ipsec session-key",
          "show crypto ipsec transform-proposal",
        ],
        differences: [
          { theirs: "BRI0", ours: "Serial0", why: "The lab's routers are joined by a serial line." },
          ...ENGINE_LISTINGS,
          {
            theirs: "Key name: lab-isdn.cisco.com",
            ours: undefined,
            why: "A peer's key out of a certificate is used for its SA and not kept: only authorities' keys are listed.",
          },
          ...SA_WORDS,
        ],
      },
      {
        document: "The technical report, lab-isdn1, `show crypto map`",
        node: "lab-isdn1",
        lines: ["show crypto map interface serial 0", "show crypto map tag test"],
        differences: [
          {
            theirs: "source: addr = 40.40.40.0/0.0.0.255",
            ours: "access-list 144 permit ip 40.40.40.0 0.0.0.255 20.20.20.0 0.0.0.255",
            why: "IOS 12.2 prints the line of the access list (Example 13-4).",
          },
          ...mapWords("mypolicy"),
        ],
      },
      {
        document: "The technical report, lab-isdn1, `clear crypto`",
        before: [{ node: "lab-isdn1", lines: DEBUG_ALL }],
        node: "lab-isdn1",
        lines: ["clear crypto isakmp", "clear crypto sa"],
        differences: CLEARED,
      },
    ],
  },
  {
    name: "encrypted-nonces",
    title: "RSA encrypted nonces",
    about: "Each router knows the other's public key. The peer pings.",
    files: ["examples/rsa-encrypted-nonces/wan2511.cfg", "examples/rsa-encrypted-nonces/wan2516.cfg"],
    listings: [
      {
        document: "Example 13-12 of the IPsec chapter",
        before: [
          { node: "wan2511", lines: ["debug crypto isakmp"] },
          { node: "wan2516", lines: ["ping 50.50.50.50 source 60.60.60.60"] },
        ],
        node: "wan2511",
        lines: [],
        differences: [
          ...STATES,
          {
            theirs: "Unable to get router cert to find DN!",
            ours: "SA is doing RSA encryption authentication using id type ID_FQDN",
            why: "The configuration asks for its host name as identity, and so no certificate is looked for.",
          },
        ],
      },
      {
        document: "The technical report, keys",
        node: "wan2511",
        lines: [
          "undebug all",
          "show crypto key mypubkey rsa",
          "show crypto key pubkey-chain rsa",
          "show crypto isakmp sa",
        ],
        differences: [
          {
            theirs: "% Key pair was generated at: 00:09:04 UTC Mar 1 1993",
            ours: undefined,
            why: "The example's key comes from a file.",
          },
        ],
      },
      {
        document: "The technical report, `RSA-enc good connection`",
        before: [
          {
            node: "wan2516",
            lines: [...inConfiguration("auth2", BUNDLE), "clear crypto isakmp", "clear crypto sa"],
          },
          {
            node: "wan2511",
            lines: [
              ...inConfiguration("auth2", BUNDLE),
              "clear crypto isakmp",
              "clear crypto sa",
              ...DEBUG_ALL,
            ],
          },
          { node: "wan2516", lines: ["ping 50.50.50.50 source 60.60.60.60 repeat 2"] },
        ],
        node: "wan2511",
        lines: [],
        differences: [
          ...STATES.filter(({ ours }) => ours !== "authenticator is HMAC-SHA"),
          ...KEY_ENGINE,
          {
            theirs: "Crypto engine 0: RSA decrypt with private key",
            ours: "CryptoEngine0: RSA decrypt with private key",
            why: "IOS 12.2's name of the engine.",
          },
          {
            theirs: "CRYPTO_ENGINE: key process suspended and continued",
            ours: undefined,
            why: "The old router interrupts its arithmetic to forward packets; here it is done elsewhere.",
          },
          {
            theirs: "%CRYPTO-6-IKMP_AUTH_FAIL: Authentication method 4 failed with host 20.20.20.20",
            ours: undefined,
            why: "The report's router logs it and goes on, and its SA is authenticated all the same: a fault of that router's.",
          },
        ],
      },
      {
        document: "The technical report, `RSA-ENC ISAKMP debugs good connection`",
        before: [
          { node: "wan2516", lines: ["clear crypto isakmp", "clear crypto sa"] },
          {
            node: "wan2511",
            lines: ["undebug all", "clear crypto isakmp", "clear crypto sa", "debug crypto isakmp"],
          },
          { node: "wan2516", lines: ["ping 50.50.50.50 source 60.60.60.60 repeat 2"] },
        ],
        node: "wan2511",
        lines: [],
        differences: [
          ...STATES.filter(({ ours }) => ours !== "authenticator is HMAC-SHA"),
          {
            theirs: "Unable to get router cert to find DN!",
            ours: "SA is doing RSA encryption authentication using id type ID_FQDN",
            why: "The configuration asks for its host name as identity, and so no certificate is looked for.",
          },
        ],
      },
      {
        document: "The technical report, `RSA-enc IPSEC debug`",
        before: [
          { node: "wan2516", lines: ["clear crypto isakmp", "clear crypto sa"] },
          {
            node: "wan2511",
            lines: ["undebug all", "clear crypto isakmp", "clear crypto sa", "debug crypto ipsec"],
          },
          { node: "wan2516", lines: ["ping 50.50.50.50 source 60.60.60.60 repeat 2"] },
        ],
        node: "wan2511",
        lines: [],
        differences: [
          ...KEY_ENGINE,
          {
            theirs: "Unable to get router cert to find DN!",
            ours: undefined,
            why: "No certificate is looked for.",
          },
        ],
      },
    ],
  },
  {
    name: "encrypted-nonces-without-keys",
    title: "RSA encrypted nonces without the peer's key",
    about: "The router that begins does not know the other's public key.",
    files: ["examples/rsa-encrypted-nonces/wan2511.cfg", "examples/rsa-encrypted-nonces/wan2516.cfg"],
    listings: [
      {
        document: "The technical report, `RSA-enc missing RSA Keys`",
        before: [
          { node: "wan2516", lines: ["configure terminal", "no crypto key pubkey-chain rsa", "end"] },
          { node: "wan2516", lines: ["debug crypto isakmp"] },
        ],
        node: "wan2516",
        lines: ["ping 50.50.50.50 source 60.60.60.60 repeat 1"],
        differences: [],
      },
    ],
  },
];
