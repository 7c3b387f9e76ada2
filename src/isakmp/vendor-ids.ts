/**
 * Vendor ids (RFC 2408 §3.16): mostly MD5 digests of a text, some followed by a version or by capabilities. What each
 * was computed from stands beside it.
 */
import { MisuseError } from "../base/errors.ts";
import { concat, equal, fromHex } from "../base/octets.ts";
import { COOKIE_LENGTH } from "./header.ts";

export interface RecognisedVendorId {
  readonly name: VendorIdName;
  /** What follows the fixed part: a version, capabilities; often empty. */
  readonly suffix: Uint8Array;
}

/** Which of the known vendor ids this is. IOS's own depends on the sender's cookie: `isIosVendorId`. */
export function recogniseVendorId(vendorId: Uint8Array): RecognisedVendorId | undefined {
  for (const { name, fixed, suffixLengths } of TABLE) {
    if (!suffixLengths.includes(vendorId.length - fixed.length)) continue;
    if (equal(vendorId.subarray(0, fixed.length), fixed))
      return { name, suffix: vendorId.slice(fixed.length) };
  }
  return undefined;
}

/** The octets of a vendor id to send: the fixed part, then `suffix`. */
export function vendorIdOctets(name: VendorIdName, suffix: Uint8Array = new Uint8Array()): Uint8Array {
  return concat(FIXED[name], suffix);
}

/** The vendor id that IOS answers with "speaking to another IOS box!": bound to the sender's own cookie. */
export function iosVendorId(ownCookie: Uint8Array, last8: Uint8Array): Uint8Array {
  if (ownCookie.length !== COOKIE_LENGTH || last8.length !== 8)
    throw new MisuseError("an IOS vendor id is made of two times 8 octets");
  return concat(iosHalf(ownCookie), last8);
}

export function isIosVendorId(vendorId: Uint8Array, senderCookie: Uint8Array): boolean {
  return vendorId.length === 16 && equal(vendorId.subarray(0, COOKIE_LENGTH), iosHalf(senderCookie));
}

/** RFC 3947 and the drafts with its payloads, best first: what to choose among those a peer offers. */
export const NAT_TRAVERSAL_VENDOR_IDS = [
  "RFC 3947",
  "draft-ietf-ipsec-nat-t-ike-08",
  "draft-ietf-ipsec-nat-t-ike-07",
  "draft-ietf-ipsec-nat-t-ike-06",
  "draft-ietf-ipsec-nat-t-ike-05",
  "draft-ietf-ipsec-nat-t-ike-04",
  "draft-ietf-ipsec-nat-t-ike-03",
  "draft-ietf-ipsec-nat-t-ike-02\\n",
  "draft-ietf-ipsec-nat-t-ike-02",
] as const satisfies readonly VendorIdName[];

function iosHalf(cookie: Uint8Array): Uint8Array {
  return IOS_MASK.map((octet, i) => octet ^ (cookie[i] ?? 0));
}

const IOS_MASK = fromHex("f5c7a71d00010000");

interface VendorIdFacts {
  /** Hexadecimal. */
  readonly fixed: string;
  /** Lengths that what follows may have; nothing follows where this is absent. */
  readonly suffixes?: readonly number[];
}

const VENDOR_IDS = {
  // MD5 of the name.
  "RFC 3947": { fixed: "4a131c81070358455c5728f20e95452f" },
  "draft-ietf-ipsec-nat-t-ike-00": { fixed: "4485152d18b6bbcd0be8a8469579ddcc" },
  "draft-ietf-ipsec-nat-t-ike-01": { fixed: "16f6ca16e4a4066d83821a0f0aeaa862" },
  "draft-ietf-ipsec-nat-t-ike-02": { fixed: "cd60464335df21f87cfdb2fc68b6a448" },
  // With the line feed that one implementation had hashed and others then copied.
  "draft-ietf-ipsec-nat-t-ike-02\\n": { fixed: "90cb80913ebb696e086381b5ec427b1f" },
  "draft-ietf-ipsec-nat-t-ike-03": { fixed: "7d9419a65310ca6f2c179d9215529d56" },
  "draft-ietf-ipsec-nat-t-ike-04": { fixed: "9909b64eed937c6573de52ace952fa6b" },
  "draft-ietf-ipsec-nat-t-ike-05": { fixed: "80d0bb3def54565ee84645d4c85ce3ee" },
  "draft-ietf-ipsec-nat-t-ike-06": { fixed: "4d1e0e136deafa34c4f3ea9f02ec7285" },
  "draft-ietf-ipsec-nat-t-ike-07": { fixed: "439b59f8ba676c4c7737ae22eab8f582" },
  "draft-ietf-ipsec-nat-t-ike-08": { fixed: "8f8d83826d246b6fc7a8a6a428c11de8" },
  "draft-ietf-ipsec-nat-t-ike-09": { fixed: "42ea5b6f898d9773a575df26e7dd19e1" },
  "draft-ietf-ipsec-nat-t-ike": { fixed: "4df37928e9fc4fd1b3262170d515c662" },
  "draft-stenberg-ipsec-nat-traversal-01": { fixed: "27bab5dc01ea0760ea4e3190ac27c0d0" },
  "draft-stenberg-ipsec-nat-traversal-02": { fixed: "6105c422e76847e43f9684801292aecd" },
  "draft-huttunen-ipsec-esp-in-udp-00.txt": { fixed: "6a7434c19d7e36348090a02334c9c805" },
  ESPThruNAT: { fixed: "50760f624c63e5c53eea386c685ca083" },
  "Testing NAT-T RFC": { fixed: "c40fee00d5d39ddb1fc762e09b7cfea7" },
  "RFC XXXX": { fixed: "810fa565f8ab14369105d706fbd57279" },
  "KAME/racoon": { fixed: "7003cbc1097dbe9c2600ba6983bc8b35" },
  strongSwan: { fixed: "882fe56d6fd20dbc2251613b2ebe5beb" },
  "Vid-Initial-Contact": { fixed: "26244d38eddb61b3172a36e3d0cfb819" },
  // First 8 octets of the MD5 of a draft's name.
  XAUTH: { fixed: "09002689dfd6b712" },
  heartbeats: { fixed: "8db7a41811221660" },
  antireplay: { fixed: "325df29a2319f2dd" },
  // First 14 octets of an MD5 ("CISCO-UNITY", "CISCO-DEAD-PEER-DETECTION", "ALTIGA GATEWAY"), major and minor version.
  "CISCO-UNITY": { fixed: "12f5f28c457168a9702d9fe274cc", suffixes: [2] },
  DPD: { fixed: "afcad71368a1f1c96b8696fc7757", suffixes: [2] },
  "Cisco VPN 3000 concentrator": { fixed: "1f07f70eaa6514d3b0fa96542a50", suffixes: [2] },
  // MD5 of the name, capabilities: main and aggressive mode 0x80000000, base mode 0x40000000.
  FRAGMENTATION: { fixed: "4048b7d56ebce88525e7de7f00d6c2d3", suffixes: [0, 4] },
  // A digest and a Windows version.
  "MS NT5 ISAKMPOAKLEY": { fixed: "1e2b516905991c7d7c96fcbfb587e461", suffixes: [0, 4] },
  // MD5 of "ALTIGA NETWORKS".
  "Cisco VPN 3000 client": { fixed: "f6f7efc7f5aeb8cb158cb9d094ba69e7" },
  // Constants whose origin is not known.
  "Cisco delete with reason": { fixed: "2d7922c6b301d9b0e1342739e9cfbbd5" },
  "Cisco VPN client": { fixed: "126e1f577291153b20485f7f155b4bc8" },
  "Cisco Unity firewall type": { fixed: "800100018002000180030002" },
  "Cisco IOS 1800": { fixed: "3e984048", suffixes: [12] },
  // Plain text.
  "CISCO-DELETE-REASON": { fixed: "434953434f2d44454c4554452d524541534f4e" },
  "CISCOVPN-REV-02": { fixed: "434953434f56504e2d5245562d3032" },
  "CISCO-DYNAMIC-ROUTE": { fixed: "434953434f2d44594e414d49432d524f555445" },
  "FLEXVPN-SUPPORTED": { fixed: "464c455856504e2d535550504f52544544" },
  "CISCO-GRE-MODE": { fixed: "434953434f2d4752452d4d4f4445" },
  "CISCO(COPYRIGHT)": {
    fixed:
      "434953434f28434f505952494748542926436f7079726967687420286329203230303920436973636f2053797374656d732c20496e632e",
  },
} as const satisfies { readonly [name: string]: VendorIdFacts };

export type VendorIdName = keyof typeof VENDOR_IDS;

const TABLE = Object.entries<VendorIdFacts>(VENDOR_IDS).map(([name, facts]) => ({
  name: name as VendorIdName, // Object.entries of the table itself
  fixed: fromHex(facts.fixed),
  suffixLengths: facts.suffixes ?? [0],
}));

// Each name has its row in the table.
const FIXED = Object.fromEntries(TABLE.map(({ name, fixed }) => [name, fixed])) as Readonly<
  Record<VendorIdName, Uint8Array>
>;
