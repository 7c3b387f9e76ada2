/** `struct sockaddr_in`: the family in the machine's order, port and address in the network's. */
import { type Endpoint, ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";

export function putSocketAddress(view: DataView, at: number, { address, port }: Endpoint): void {
  view.setUint16(at, AF_INET, true);
  view.setUint16(at + 2, port);
  view.setUint32(at + 4, ipv4ToNumber(address));
}

export function socketAddressAt(view: DataView, at: number): Endpoint {
  return { address: ipv4FromNumber(view.getUint32(at + 4)), port: view.getUint16(at + 2) };
}

export const AF_INET = 2;
/** Octets of `struct sockaddr_in`. */
export const SOCKADDR = 16;
