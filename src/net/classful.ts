/** Networks as they were before masks: of class A, B and C, by their first bits (RFC 791 §3.2). */
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "./ip-address.ts";
import { type AddressBlock, blockOf } from "./selector.ts";

/** The length of the network's prefix: 8, 16 or 24. */
export function classLength(address: IpAddress): number {
  const value = ipv4ToNumber(address);
  if (value < 0x80000000) return 8;
  return value < 0xc0000000 ? 16 : 24;
}

/** The whole network that an address is in. */
export function majorNetwork(address: IpAddress): AddressBlock {
  return blockOf(address, ipv4FromNumber((0xffffffff << (32 - classLength(address))) >>> 0));
}
