/** Names of X.509 (RFC 5280 §4.1.2.4) as text. Whatever does not read as one is left to the caller to show otherwise. */
import { MalformedError } from "../base/errors.ts";
import { hex } from "../base/octets.ts";
import { Reader } from "../base/reader.ts";
import { quoted } from "./printable.ts";

/** `C=US, O=Example, CN=router`, in the order of the encoding, or undefined. */
export function distinguishedName(der: Uint8Array): string | undefined {
  try {
    const outer = new Reader(der);
    const name = element(outer, SEQUENCE);
    outer.end();
    const parts: string[] = [];
    while (name.remaining > 0) {
      const set = element(name, SET);
      while (set.remaining > 0) parts.push(attribute(element(set, SEQUENCE)));
    }
    return parts.join(", ");
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

function attribute(pair: Reader): string {
  const type = hex(element(pair, OBJECT_IDENTIFIER).rest("oid"));
  pair.u8("tag");
  const value = quoted(pair.bytes("string", length(pair))).slice(1, -1);
  pair.end();
  return `${SHORT_NAMES.get(type) ?? `OID ${type}`}=${value}`;
}

function element(reader: Reader, tag: number): Reader {
  const found = reader.u8("tag");
  if (found !== tag) reader.fail(`tag ${found} where ${tag} is due`);
  return reader.within("element", length(reader));
}

function length(reader: Reader): number {
  const first = reader.u8("length");
  if (first < 0x80) return first;
  if (first === 0x81) return reader.u8("length");
  return first === 0x82 ? reader.u16("length") : reader.fail("a length of more than two octets");
}

const SEQUENCE = 0x30;
const SET = 0x31;
const OBJECT_IDENTIFIER = 0x06;

/** By the contents of the object identifier in hexadecimal. */
const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ["550403", "CN"],
  ["550404", "SN"],
  ["550405", "serialNumber"],
  ["550406", "C"],
  ["550407", "L"],
  ["550408", "ST"],
  ["550409", "street"],
  ["55040a", "O"],
  ["55040b", "OU"],
  ["55040c", "title"],
  ["55042a", "GN"],
  ["0992268993f22c640119", "DC"],
  ["0992268993f22c640101", "UID"],
  ["2a864886f70d010901", "E"],
  ["2a864886f70d010902", "unstructuredName"],
  ["2a864886f70d010908", "unstructuredAddress"],
]);
