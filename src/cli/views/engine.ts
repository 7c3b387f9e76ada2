/** `show crypto engine`: the software that encrypts, the SAs it works for, and what it has lost. */
import type { Configuration } from "../../config/configuration.ts";
import { type CipherName, type EspCipherName, type HashName, isAh } from "../../crypto/names.ts";
import type { GatewayView } from "../../gateway/contract.ts";
import type { SaView } from "../../ipsec/view.ts";
import type { IpAddress } from "../../net/ip-address.ts";

/** A line each for ISAKMP SAs and for both directions of IPsec SAs, in the columns of the technical report. */
export function showEngineConnections(configuration: Configuration, { ike, ipsec }: GatewayView): string[] {
  const isakmp = ike.isakmpSas
    .filter(({ state }) => state !== "DELETED")
    .map(({ sa, encryption, hash }) =>
      connection({
        connId: sa.connId,
        interfaceName: interfaceAt(configuration, sa.local.address),
        address: sa.local.address,
        // Until both ends have agreed, nothing is encrypted.
        state: encryption === undefined ? "alloc" : "set",
        algorithm: algorithmName(encryption, hash),
        encrypted: 0,
        decrypted: 0,
      }),
    );
  const esp = ipsec.flows.flatMap(({ interfaceName, localAddress, inbound, outbound }) => {
    const common = { interfaceName, address: localAddress, state: "set" };
    return [
      ...inbound.map((sa) =>
        connection({ ...common, ...packetAlgorithm(sa), encrypted: 0, decrypted: sa.packets }),
      ),
      ...outbound.map((sa) =>
        connection({ ...common, ...packetAlgorithm(sa), encrypted: sa.packets, decrypted: 0 }),
      ),
    ];
  });
  const rows = [...isakmp, ...esp].sort((a, b) => a.connId - b.connId);
  return ["", CONNECTION_HEADING, ...rows.map(({ text }) => text), ""];
}

/** Interfaces on which packets that policy protects were lost, and how many. */
export function showDroppedPackets({ ipsec }: GatewayView): string[] {
  const drops = new Map<string, { readonly address: IpAddress; readonly count: number }>();
  for (const { interfaceName, localAddress, counters } of ipsec.flows) {
    const before = drops.get(interfaceName)?.count ?? 0;
    const count = before + counters.sendErrors + counters.receiveErrors;
    drops.set(interfaceName, { address: localAddress, count });
  }
  return [
    "",
    `${"Interface".padEnd(15)} ${"IP-Address".padEnd(15)}  Drop Count`,
    "",
    ...Array.from(drops)
      .filter(([, { count }]) => count > 0)
      .map(([name, { address, count }]) => `${name.padEnd(15)} ${address.padEnd(15)}  ${count}`),
  ];
}

/** `version` is that of the software. */
export function showEngineConfiguration(version: string, { ike }: GatewayView): string[] {
  return [
    "slot:               0",
    "engine name:        skeyid",
    "engine type:        software",
    "serial number:      00000000",
    "platform:           skeyid crypto engine",
    `crypto lib version: ${version}`,
    "",
    "Encryption Process Info:",
    "input queue top:    0",
    "input queue bot:    0",
    `input queue count:  ${ike.jobsRunning}`,
  ];
}

export function showEngineBrief(version: string): string[] {
  return [
    "        crypto engine name:  skeyid",
    "        crypto engine type:  software",
    "             serial number:  00000000",
    "       crypto engine state:  installed",
    "     crypto engine in slot:  N/A",
    `        crypto lib version:  ${version}`,
  ];
}

interface Connection {
  readonly connId: number;
  readonly interfaceName: string;
  readonly address: IpAddress;
  readonly state: string;
  readonly algorithm: string;
  readonly encrypted: number;
  readonly decrypted: number;
}

const CONNECTION_HEADING = "  ID Interface       IP-Address      State  Algorithm           Encrypt  Decrypt";

function connection(row: Connection): { readonly connId: number; readonly text: string } {
  const { connId, interfaceName, address, state, algorithm, encrypted, decrypted } = row;
  const names = `${interfaceName.padEnd(15)} ${address.padEnd(15)} ${state.padEnd(6)} ${algorithm.padEnd(18)}`;
  const counts = `${String(encrypted).padStart(8)} ${String(decrypted).padStart(8)}`;
  return { connId, text: `${String(connId).padStart(4)} ${names} ${counts}` };
}

function packetAlgorithm({ connId, suite }: SaView): { connId: number; algorithm: string } {
  const algorithm = isAh(suite) ? HASH_NAMES[suite.ah] : algorithmName(suite.encryption, suite.integrity);
  return { connId, algorithm };
}

/** As wide as the column: IOS cuts the names of ciphers off. */
function algorithmName(cipher: EspCipherName | undefined, hash: HashName | undefined): string {
  const names = [
    ...(hash === undefined ? [] : [HASH_NAMES[hash]]),
    ...(cipher === undefined || cipher === "null" ? [] : [CIPHER_NAMES[cipher]]),
  ];
  return (names.length === 0 ? "None" : names.join("+")).slice(0, ALGORITHM_WIDTH);
}

const HASH_NAMES: { readonly [N in HashName]: string } = {
  md5: "HMAC_MD5",
  sha1: "HMAC_SHA",
  sha256: "HMAC_SHA256",
  sha384: "HMAC_SHA384",
  sha512: "HMAC_SHA512",
};

const CIPHER_NAMES: { readonly [N in CipherName | Exclude<EspCipherName, "null">]: string } = {
  des: "DES_56_CBC",
  "3des": "3DES_56_CBC",
  "aes-128": "AES_CBC",
  "aes-192": "AES_CBC",
  "aes-256": "AES_CBC",
  "ctr-128": "AES_CTR",
  "ctr-192": "AES_CTR",
  "ctr-256": "AES_CTR",
  "gcm-128": "AES_GCM",
  "gcm-192": "AES_GCM",
  "gcm-256": "AES_GCM",
  "gmac-128": "AES_GMAC",
  "gmac-192": "AES_GMAC",
  "gmac-256": "AES_GMAC",
};

const ALGORITHM_WIDTH = 18;

function interfaceAt({ interfaces }: Configuration, address: IpAddress): string {
  return interfaces.find((own) => own.address?.value.address === address)?.name ?? "unknown";
}
