/** Keys as a key log has them. */
import { isAh } from "../crypto/names.ts";
import type { IkeOutput, KeyedSa } from "../ike/engine-contract.ts";
import type { ExportedKeys } from "./contract.ts";

export function isakmpKeys(output: Extract<IkeOutput, { kind: "isakmp-keys" }>): ExportedKeys {
  const { initiatorCookie, hash, encryption } = output;
  const encryptionKey = output.encryptionKey.reveal();
  const skeyidA = output.SKEYID_a.reveal();
  const skeyid = output.SKEYID.reveal();
  return { kind: "isakmp", initiatorCookie, encryptionKey, skeyid, skeyidA, hash, encryption };
}

/** Undefined for AH, which hides nothing. */
export function espKeys(sa: KeyedSa): ExportedKeys | undefined {
  if (isAh(sa.suite)) return undefined;
  const [source, destination] =
    sa.direction === "inbound" ? [sa.peer, sa.localAddress] : [sa.localAddress, sa.peer];
  const { encryption, integrity } = sa.suite;
  const encryptionKey = sa.encryptionKey.reveal();
  const integrityKey = sa.integrityKey.reveal();
  return {
    kind: "esp",
    source,
    destination,
    spi: sa.spi,
    encryption,
    encryptionKey,
    integrity,
    integrityKey,
  };
}
