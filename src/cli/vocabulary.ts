/** Words that several sentences begin with: one help text for each, so that no two sentences can disagree. */
import { MisuseError } from "../base/errors.ts";
import { type Nothing, type Part, word } from "./sentence.ts";

const SHARED: Readonly<Record<string, string>> = {
  arp: "Set arp type or timeout",
  aaa: "Authentication, Authorization and Accounting",
  banner: "Define a login banner",
  clear: "Reset functions",
  "clear crypto": "Encryption subsystem",
  "clear crypto sa": "Clear all crypto SAs",
  clock: "Configure time-of-day clock",
  configure: "Enter configuration mode",
  crypto: "Encryption module",
  "crypto ca": "Certification authority",
  "crypto ca certificate": "Certificates of a certification authority",
  "crypto ipsec": "Configure IPSEC policy",
  "crypto ipsec nat-transparency": "IPsec NAT transparency model",
  "crypto ipsec security-association": "Security association parameters",
  "crypto ipsec security-association lifetime": "Security association lifetime",
  "crypto isakmp": "Configure ISAKMP policy",
  "crypto isakmp aggressive-mode": "Aggressive mode of ISAKMP",
  "crypto isakmp client": "Set client configuration policy",
  "crypto isakmp client configuration": "Set client configuration policy",
  "crypto isakmp nat": "Set a nat keepalive interval",
  "crypto key": "Long term key operations",
  "crypto key generate": "Generate new keys",
  "crypto key pubkey-chain": "Peer public key chain management",
  "crypto key zeroize": "Remove keys",
  crl: "CRL options",
  enrollment: "Enrollment parameters",
  query: "Query parameters",
  "crypto pki": "Public key infrastructure",
  "crypto pki certificate": "Certificates of a certification authority",
  debug: "Debugging functions (see also 'undebug')",
  "debug crypto": "Cryptographic subsystem",
  enable: "Modify enable password parameters",
  ip: "Internet Protocol",
  "crypto map": "Enter a crypto map",
  "ip access-list": "Named access list",
  "ip dhcp": "Configure DHCP server and relay parameters",
  "ip domain": "IP DNS Resolver",
  "ip local": "Specify local options",
  "ip nat": "NAT configuration",
  "ip nat inside": "Inside address translation",
  "ip nat outside": "Outside address translation",
  "ip policy": "Policy routing",
  "ip tcp": "TCP parameters",
  key: "Key management",
  logging: "Modify message logging facilities",
  login: "Enable secure login checking",
  match: "Match values",
  no: "Negate a command or set its defaults",
  "no debug": "Debugging functions (see also 'undebug')",
  "no debug crypto": "Cryptographic subsystem",
  ntp: "Configure NTP",
  set: "Set values for encryption/decryption",
  "set aggressive-mode": "Begin aggressive mode with this peer",
  "set security-association": "Security association parameters",
  "set security-association lifetime": "Security association lifetime",
  show: "Show running system information",
  "show crypto": "Encryption module",
  "show crypto ipsec security-association": "Show parameters for IPSec security associations",
  "show crypto ca": "Show certification authority policy",
  "show crypto ipsec": "Show IPSEC policy",
  "show crypto isakmp": "Show ISAKMP policy",
  "show crypto key": "Show long term public keys",
  "show crypto key mypubkey": "Show public keys associated with this router",
  "show crypto key pubkey-chain": "Show peer public keys",
  "show ip": "IP information",
  "show ip interface": "IP interface status and configuration",
  snmp: "Modify SNMP interface parameters",
  terminal: "Set terminal line parameters",
  "terminal no": "Negate a command or set its defaults",
  vrf: "VPN Routing/Forwarding commands",
  undebug: "Disable debugging functions (see also 'debug')",
  "undebug crypto": "Cryptographic subsystem",
  write: "Write running configuration",
};

/** The words of a phrase, with help for its last one where that is not a shared one. */
export function phrase(
  text: string,
  help?: string,
  options: { printed?: string } = {},
): readonly Part<Nothing>[] {
  const words = text.split(" ");
  return words.map((each, i) => {
    const path = words.slice(0, i + 1).join(" ");
    const own = SHARED[path] ?? (i === words.length - 1 ? help : undefined);
    if (own === undefined) throw new MisuseError(`"${path}" in "${text}" has no help`);
    return word(each, own, i === words.length - 1 ? options : {});
  });
}
