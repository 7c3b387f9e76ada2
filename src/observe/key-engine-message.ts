/**
 * The blocks in which IOS's IPsec prints what it asks of IKE and what it is given: `(key eng. msg.)` and `(sa)`
 * (Examples 13-3 and 13-5 of the IPsec chapter).
 */
import { describeSuite, isAh, type SaSuite } from "../crypto/names.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { type AddressBlock, describeProxy, type TrafficSelector } from "../net/selector.ts";

export interface KeyEngineMessage {
  readonly direction: "INBOUND" | "OUTBOUND";
  readonly local: IpAddress;
  readonly remote: IpAddress;
  readonly selector: TrafficSelector;
  readonly suite: SaSuite;
  readonly lifetimeSeconds: number;
  readonly lifetimeKilobytes: number;
  /** 0 where none is chosen yet. */
  readonly spi: number;
  readonly connId: number;
  readonly flags: string;
}

/** The lines below the one that names the routine. */
export function keyEngineLines(message: KeyEngineMessage): string[] {
  const { selector } = message;
  return [
    `  (key eng. msg.) ${message.direction} local= ${message.local}, remote= ${message.remote},`,
    `    local_proxy= ${describeProxy(selector.local, selector.protocol, selector.localPorts)} (type=${idType(selector.local)}),`,
    `    remote_proxy= ${describeProxy(selector.remote, selector.protocol, selector.remotePorts)} (type=${idType(selector.remote)}),`,
    `    protocol= ${isAh(message.suite) ? "AH" : "ESP"}, transform= ${describeSuite(message.suite)} ,`,
    `    lifedur= ${message.lifetimeSeconds}s and ${message.lifetimeKilobytes}kb,`,
    `    spi= ${describeSpi(message.spi)}, conn_id= ${message.connId}, keysize= ${keySize(message.suite)}, flags= ${message.flags}`,
  ];
}

/** The lines below `sa created,` and `deleting SA,`. */
export function saLines(sa: {
  readonly destination: IpAddress;
  readonly spi: number;
  readonly suite: SaSuite;
  readonly connId: number;
}): string[] {
  return [
    `  (sa) sa_dest= ${sa.destination}, sa_prot= ${isAh(sa.suite) ? PROTOCOL.AH : PROTOCOL.ESP},`,
    `    sa_spi= ${describeSpi(sa.spi)},`,
    `    sa_trans= ${describeSuite(sa.suite)} , sa_conn_id= ${sa.connId}`,
  ];
}

/** `0x8EAB0B22(2393574178)`. */
export function describeSpi(spi: number): string {
  return `${hexSpi(spi)}(${spi})`;
}

/** `0x8EAB0B22`. */
export function hexSpi(spi: number): string {
  return `0x${spi.toString(16).toUpperCase()}`;
}

/** The DOI's number of what a proxy identity is: one address, or a subnet (RFC 2407 §4.6.2.1). */
function idType(block: AddressBlock): 1 | 4 {
  return block.wildcard === "0.0.0.0" ? 1 : 4;
}

/** Bits, of ciphers whose key has more than one length. */
function keySize(suite: SaSuite): number {
  if (isAh(suite)) return 0;
  const [, bits] = /^(?:aes|ctr|gcm|gmac)-(\d+)$/.exec(suite.encryption) ?? [];
  return bits === undefined ? 0 : Number(bits);
}
