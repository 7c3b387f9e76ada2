/**
 * The certificates of 1997 and 1998 in the published configurations: their hexadecimal lines, read here by hand, so that
 * what is tested with them does not rest on our own command language.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BugError } from "../../src/base/errors.ts";
import { fromHex } from "../../src/base/octets.ts";
import { type Certificate, readCertificate } from "../../src/pki/certificate.ts";

/** Serial numbers to octets, in the order of the file. */
export function certificatesOf(configuration: string): ReadonlyMap<string, Uint8Array> {
  const path = fileURLToPath(new URL(`../configurations/${configuration}.cfg`, import.meta.url));
  const found = new Map<string, Uint8Array>();
  let serial: string | undefined;
  let digits = "";
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const begins = /^\s*certificate (?:ca )?([0-9A-F]+)\s*$/.exec(line);
    if (begins !== null) [serial, digits] = [begins[1], ""];
    else if (serial !== undefined && /^\s*quit\s*$/i.test(line)) {
      found.set(serial, fromHex(digits));
      serial = undefined;
    } else if (serial !== undefined) digits += line;
  }
  return found;
}

export const CISCO_CA = "3051DF7169BEE31B821DFE4B3A338E5F";

export function ciscoCertificate(configuration: string, serial: string): Certificate {
  const der = certificatesOf(configuration).get(serial);
  if (der === undefined) throw new BugError(`no certificate ${serial} in ${configuration}`);
  const certificate = readCertificate(der);
  if (certificate instanceof Error) throw certificate;
  return certificate;
}
