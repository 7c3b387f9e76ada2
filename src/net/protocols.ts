/** IP protocol numbers (IANA), and the names by which IOS writes them in access lists. */

export const PROTOCOL = {
  ICMP: 1,
  IGMP: 2,
  IPV4: 4,
  TCP: 6,
  UDP: 17,
  GRE: 47,
  ESP: 50,
  AH: 51,
  /** "No next header": what a dummy ESP packet carries (RFC 4303 §2.6). */
  NONE: 59,
  EIGRP: 88,
  OSPF: 89,
  PIM: 103,
  PCP: 108,
  SCTP: 132,
} as const;

/** IOS's keywords for protocols; `ip` is any protocol and stands for 0. */
export const PROTOCOL_NAMES: ReadonlyMap<string, number> = new Map([
  ["ahp", PROTOCOL.AH],
  ["eigrp", PROTOCOL.EIGRP],
  ["esp", PROTOCOL.ESP],
  ["gre", PROTOCOL.GRE],
  ["icmp", PROTOCOL.ICMP],
  ["igmp", PROTOCOL.IGMP],
  ["ip", 0],
  ["ipinip", PROTOCOL.IPV4],
  ["nos", 94],
  ["ospf", PROTOCOL.OSPF],
  ["pcp", PROTOCOL.PCP],
  ["pim", PROTOCOL.PIM],
  ["tcp", PROTOCOL.TCP],
  ["udp", PROTOCOL.UDP],
]);

/** The keyword of a number, where it has one. */
export const PROTOCOL_KEYWORDS: ReadonlyMap<number, string> = new Map(
  [...PROTOCOL_NAMES].map(([name, number]) => [number, name]),
);

/** The first four octets after the IP header are a source and a destination port. */
export function hasPorts(protocol: number): boolean {
  return protocol === PROTOCOL.TCP || protocol === PROTOCOL.UDP || protocol === PROTOCOL.SCTP;
}
