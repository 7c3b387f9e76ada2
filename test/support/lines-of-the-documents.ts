/** Every command that the documents this project is built from name, as they write it, and the example configurations. */
import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../configurations/", import.meta.url);

/** Commands of exec mode, and those that are done at once in configuration mode. */
export interface ExecLines {
  readonly document: string;
  readonly lines: readonly string[];
}

/** Lines of configuration as the text of a document gives them, with the lines that lead to where they are entered. */
export interface ConfigurationLines {
  readonly document: string;
  readonly text: string;
}

export const DOCUMENTS = {
  chapter2000: "IKE chapter",
  notes: "notes",
  book: "IPsec chapter",
  report: "technical report",
} as const;

export const EXEC_LINES: readonly ExecLines[] = [
  {
    document: DOCUMENTS.chapter2000,
    lines: [
      "show crypto isakmp policy",
      "show crypto isakmp sa",
      "show crypto key mypubkey rsa",
      "show crypto key pubkey-chain rsa",
      "show running-config",
      "clear crypto isakmp",
      "clear crypto isakmp 1",
      "debug crypto isakmp",
      "crypto key generate rsa",
      "crypto key generate rsa usage-keys",
    ],
  },
  {
    document: DOCUMENTS.notes,
    lines: ["show crypto isakmp sa", "debug crypto isakmp", "show crypto ipsec sa", "debug crypto ipsec"],
  },
  {
    document: DOCUMENTS.book,
    lines: [
      "show debug",
      "ping",
      "show crypto isakmp sa",
      "show cry isa sa",
      "show crypto ipsec sa",
      "show crypto map",
      "show cry map",
      "crypto key generate rsa",
      "crypto key generate rsa usage-keys",
      "crypto ca authenticate testCA",
      "crypto ca enroll testCA",
      "wr t",
      "write terminal",
      "show run",
      "show running-config",
    ],
  },
  {
    document: DOCUMENTS.report,
    lines: [
      "write terminal",
      "show run",
      "show debug",
      "crypto key generate rsa",
      "crypto key gen rsa usage",
      "crypto key exchange dss",
      "crypto ca authenticate test1-isdn-ultra",
      "crypto ca enroll test1-isdn-ultra",
      "debug crypto pki trans",
      "debug crypto ipsec",
      "debug crypto isakmp",
      "debug crypto key",
      "debug crypto sess",
      "debug crypto engine",
      "show crypto engine connections active",
      "show crypto engine connections dropped-packet",
      "show crypto engine configuration",
      "show crypto ca cert",
      "show crypto ca certificates",
      "show crypto key mypubkey rsa",
      "show crypto key pubkey rsa",
      "show crypto key pubkey-chain rsa",
      "show crypto isakmp policy",
      "show crypto isakmp sa",
      "show crypto ipsec sa",
      "show crypto ipsec session-key",
      "show crypto ipsec transform-proposal",
      "show crypto map interface bri 0",
      "show crypto map interface serial 0",
      "show crypto map tag test",
      "clear crypto connection 1",
      "clear crypto isakmp",
      "clear crypto sa",
      "clear crypto sa counters",
      "clear crypto sa map test",
      "clear crypto sa peer 20.20.20.20",
      "clear crypto sa spi 20.20.20.20 esp 256",
    ],
  },
];

/** What the documents tell of configuration in prose and tables. */
const PROSE: readonly ConfigurationLines[] = [
  {
    document: DOCUMENTS.chapter2000,
    text: `no crypto isakmp enable
crypto isakmp enable
crypto isakmp policy 1
 encryption des
 encryption 3des
 hash sha
 hash md5
 authentication rsa-sig
 authentication rsa-encr
 authentication pre-share
 group 1
 group 2
 lifetime 86400
 exit
crypto isakmp identity address
crypto isakmp identity hostname
ip host somerouter.example.com 10.1.1.1 10.1.1.2
crypto key pubkey-chain rsa
 named-key somerouter.example.com encryption
  address 10.1.1.1
  key-string
   305C300D 06092A86 4886F70D
  quit
 exit
 named-key somerouter.example.com signature
 addressed-key 10.1.1.3
 exit
crypto isakmp key WORD address 10.1.1.1
crypto isakmp key WORD hostname somerouter.example.com
ip local pool POOL 10.1.1.1 10.1.1.9
crypto isakmp client configuration address-pool local POOL
crypto map TAG client configuration address initiate
crypto map TAG client configuration address respond
crypto dynamic-map DYNAMIC 10
 set transform-set SET1 SET2
 match address 101
 set peer 10.1.1.1
 set security-association lifetime seconds 3600
crypto map TAG 10 ipsec-isakmp dynamic DYNAMIC
crypto map TAG 10 ipsec-isakmp dynamic DYNAMIC discover`,
  },
  {
    document: DOCUMENTS.book,
    text: `crypto ca identity testCA
 enrollment url http://cisco-CA
 enrollment mode ra
 query url ldap://server-ldap
 exit
crypto key pubkey-chain rsa
 named-key wan2516.cisco.com
  key-string
  quit`,
  },
  {
    document: DOCUMENTS.report,
    text: `crypto isakmp identity address
ip host cert-author 10.19.54.46
crypto ca identity test1-isdn-ultra
 enrollment url http://cert-author
 crl optional
 exit
crypto key pubkey-chain rsa
 named-key wan2511.cisco.com
  key-string
  quit`,
  },
];

/** Everything about configuration: prose first, then the examples by their numbers. */
export function configurationLinesOfTheDocuments(): readonly ConfigurationLines[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".cfg"));
  return [
    ...PROSE,
    ...files.map((name) => ({
      document: documentOf(name),
      text: readFileSync(new URL(name, FOLDER), "utf8"),
    })),
  ];
}

function documentOf(file: string): string {
  const example = /^example-13-0?(\d+)-/.exec(file);
  if (example !== null) return `example 13-${example[1]}`;
  return file.startsWith("ike-chapter") ? DOCUMENTS.chapter2000 : DOCUMENTS.report;
}
