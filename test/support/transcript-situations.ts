/** The situations of the documents' listings, and where our listings differ from theirs. */
import type { Difference, Situation } from "./transcripts.ts";

const DEBUG_ALL = ["debug crypto isakmp", "debug crypto engine", "debug crypto ipsec"];

const SPACES: Difference = {
  theirs: "Old State = IKE_READY New State",
  ours: "Old State = IKE_READY  New State",
  why: "The printed page has lost the second space here, and kept it elsewhere.",
};

const ENGINE: Difference = {
  theirs: undefined,
  ours: "CryptoEngine0: create ISAKMP SKEYID for conn id 1",
  why: "The chapter's router debugs the engine too, but prints none of its lines; they are those of Examples 13-26 and 13-28.",
};

const STATES: readonly Difference[] = [
  {
    theirs: undefined,
    ours: "Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH",
    why: "The listing is of IOS 11.3, which does not tell its states. Ours is that of 12.2 (Examples 13-3 and 13-5).",
  },
  {
    theirs: undefined,
    ours: "vendor ID is DPD",
    why: "Such routers do not say yet what they can.",
  },
  {
    theirs: "life duration (basic) of 240",
    ours: "life duration (VPI) of  0x0 0x1 0x51 0x80",
    why: "The lifetime of the default policy is offered, and in four octets it is told octet by octet.",
  },
  {
    theirs: "HMAC algorithm is SHA",
    ours: "authenticator is HMAC-SHA",
    why: "IOS 12.2's words.",
  },
];

const KEY_ENGINE: readonly Difference[] = [
  {
    theirs: "SRC= ",
    ours: "(key eng. msg.) INBOUND local=",
    why: "IOS 12.2's words: ends are told as ours and theirs, not by the way of a packet.",
  },
  {
    theirs: "src_proxy= ",
    ours: "remote_proxy=",
    why: "The same; the masks of the old listing before a proposal is taken (`0.0.0.0`, `0.0.0.16`) are IOS 11.3's and are no masks.",
  },
];

/** IOS 11.3's words beside those of 12.2; the lifetime is as configured, and told as there. */
const OLD_ISAKMP = STATES.filter(({ theirs }) => theirs === undefined || theirs === "HMAC algorithm is SHA");

/** Lines that make this the transforms of a router of the technical report. */
function inConfiguration(transforms: string): string[] {
  return ["configure terminal", `crypto ipsec transform-set auth2 ${transforms}`, "end"];
}

export const SITUATIONS: readonly Situation[] = [
  {
    name: "pre-shared-keys",
    title: "Router to router with pre-shared keys",
    about: "The chapter's first case study: the initiator pings the responder's LAN from its own.",
    files: [
      "test/configurations/example-13-01-initiator.cfg",
      "test/configurations/example-13-02-responder.cfg",
    ],
    listings: [
      {
        document: "Example 13-3 of the IPsec chapter",
        before: [
          { node: "Initiator", lines: DEBUG_ALL },
          { node: "Responder", lines: DEBUG_ALL },
        ],
        node: "Initiator",
        lines: [
          "show debug",
          ...["ping", "", "10.1.2.1", "", "", "", "y", "10.1.1.1", "", "", "", "", "", ""],
        ],
        differences: [
          SPACES,
          ENGINE,
          {
            theirs: "port          : 5000",
            ours: "port         : 500",
            why: "A slip of the page: Example 13-5 has 500.",
          },
          {
            theirs: "keysizes= 0",
            ours: "keysize= 0",
            why: "A slip of the page: Example 13-5 has `keysize`.",
          },
          {
            theirs: "conn_id 2029",
            ours: "conn_id 2000",
            why: "SAs are counted from 2000; the chapter's router has had others before.",
          },
          {
            theirs: "authentication using id type\nID_IPV4_ADDR",
            ours: "authentication using id type ID_IPV4_ADDR",
            why: "Long lines are not broken here.",
          },
          {
            theirs: undefined,
            ours: "ipsec allocate flow 0",
            why: "A line of the engine's, in Examples 13-26 and 13-28.",
          },
        ],
      },
      {
        document: "Example 13-4 of the IPsec chapter",
        node: "Initiator",
        lines: ["undebug all", "show crypto isakmp sa", "show crypto ipsec sa", "show crypto map"],
        differences: [
          {
            theirs: "#send errors 6",
            ours: "#send errors 1",
            why: "Packets that came before there was an SA: the chapter's router has lost more of them.",
          },
          {
            theirs: "conn id: 2029, flow_id: 1",
            ours: "conn id: 2000, flow_id: 1",
            why: "SAs are counted from 2000.",
          },
          {
            theirs: "remaining key lifetime (k/sec): (4607998/3347)",
            ours: "remaining key lifetime (k/sec): (4607999/3598)",
            why: "Octets are counted as lifetimes count them, those that are encrypted; and less time has passed.",
          },
        ],
      },
      {
        document: "Example 13-5 of the IPsec chapter",
        node: "Responder",
        lines: [],
        differences: [
          SPACES,
          ENGINE,
          {
            theirs: "1w1d: ",
            ours: "00:00:00: ",
            why: "Time since the router was started.",
          },
          {
            theirs: "purging node 965273472",
            ours: undefined,
            why: "It comes 60 seconds later.",
          },
        ],
      },
      {
        document: "Example 13-6 of the IPsec chapter",
        node: "Responder",
        lines: ["undebug all", "show cry isa sa", "show crypto ipsec sa", "show cry map"],
        differences: [
          {
            theirs: "Initiator#show cry map",
            ours: "Responder#show cry map",
            why: "A slip of the page: it is the responder's.",
          },
          {
            theirs: "conn id: 2029, flow_id: 1",
            ours: "conn id: 2000, flow_id: 1",
            why: "SAs are counted from 2000.",
          },
        ],
      },
    ],
  },
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
            theirs: "Serial Number: 05679987",
            ours: undefined,
            why: "The certificates of our example name no serial number of a router.",
          },
        ],
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
        document: "The technical report, peers' keys",
        node: "wan2511",
        lines: ["undebug all", "show crypto key pubkey-chain rsa", "show crypto isakmp sa"],
        differences: [],
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
        differences: [
          {
            theirs: "engine name:        unknown",
            ours: "engine name:        skeyid",
            why: "It is known.",
          },
          {
            theirs: undefined,
            ours: "HMAC_SHA+DES_56_CB",
            why: "All SAs are listed: the ISAKMP SA, and those of ESP beside those of AH.",
          },
        ],
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
          {
            theirs: "flags={origin_is_acl,ident_is_ipsec,}",
            ours: "flags={origin_is_acl,}",
            why: "As in Examples 13-4 and 13-6.",
          },
          {
            theirs: undefined,
            ours: "inbound pcp sas:",
            why: "IOS 12.2 has a section for compression, which stays empty here.",
          },
          {
            theirs: "supported settings = { Tunnel,  },",
            ours: "supported settings = { Tunnel, Transport,  },",
            why: "Transport mode is there.",
          },
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
          {
            theirs: "Session key lifetime:",
            ours: "Security association lifetime:",
            why: "Its name since IOS 12.0.",
          },
          {
            theirs: "Transform proposals={ auth2, }",
            ours: "Transform sets={ auth2, }",
            why: "Its name since IOS 12.0.",
          },
          {
            theirs: undefined,
            ours: "Interfaces using crypto map test:",
            why: "IOS 12.2 lists them (Example 13-4).",
          },
        ],
      },
      {
        document: "The technical report, `clear crypto`",
        before: [{ node: "wan2511", lines: DEBUG_ALL }],
        node: "wan2511",
        lines: ["clear crypto isakmp", "clear crypto sa"],
        differences: [
          {
            theirs: "generate hmac context for conn id 4",
            ours: "sending DELETE, protocol isakmp",
            why: "The peer is told, which IOS 11.3 does not say it does.",
          },
          {
            theirs: undefined,
            ours: 'deleting SA reason "cleared"',
            why: "Why it goes is told.",
          },
        ],
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
          { node: "wan2516", lines: inConfiguration("ah-md5-hmac esp-des esp-sha-hmac") },
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
          { node: "wan2516", lines: inConfiguration("ah-sha-hmac esp-des esp-sha-hmac") },
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
  {
    name: "two-policies",
    title: "Two ISAKMP policies",
    about: "The example of the IKE chapter.",
    files: ["test/configurations/ike-chapter-two-policies.cfg"],
    listings: [
      {
        document: "The IKE chapter, `show crypto isakmp policy`",
        node: "Router",
        lines: ["show crypto isakmp policy"],
        differences: [
          {
            theirs: undefined,
            ours: "Three key triple DES",
            why: "The example configures `encryption 3des`, and its listing prints DES for it: a slip of the page.",
          },
        ],
      },
    ],
  },
];
