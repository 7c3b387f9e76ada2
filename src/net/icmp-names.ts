/** ICMP messages by the names that IOS gives them in access lists: type, and code where the name is about one (IANA). */
export interface IcmpKind {
  readonly type: number;
  /** Undefined: any. */
  readonly code: number | undefined;
}

export const ICMP_KINDS: ReadonlyMap<string, IcmpKind> = new Map([
  ["administratively-prohibited", kind(3, 13)],
  ["alternate-address", kind(6)],
  ["echo", kind(8)],
  ["echo-reply", kind(0)],
  ["host-unknown", kind(3, 7)],
  ["host-unreachable", kind(3, 1)],
  ["information-reply", kind(16)],
  ["information-request", kind(15)],
  ["mask-reply", kind(18)],
  ["mask-request", kind(17)],
  ["net-unreachable", kind(3, 0)],
  ["packet-too-big", kind(3, 4)],
  ["parameter-problem", kind(12)],
  ["port-unreachable", kind(3, 3)],
  ["protocol-unreachable", kind(3, 2)],
  ["redirect", kind(5)],
  ["router-advertisement", kind(9)],
  ["router-solicitation", kind(10)],
  ["source-quench", kind(4)],
  ["time-exceeded", kind(11)],
  ["timestamp-reply", kind(14)],
  ["timestamp-request", kind(13)],
  ["traceroute", kind(30)],
  ["ttl-exceeded", kind(11, 0)],
  ["unreachable", kind(3)],
]);

function kind(type: number, code?: number): IcmpKind {
  return { type, code };
}
