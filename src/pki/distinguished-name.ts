/** Distinguished names (RFC 5280 §4.1.2.4): reading, comparing (§7.1), and as people write them. */
import { hex } from "../base/octets.ts";
import { type DerElement, DerReader, TAG } from "./der-reader.ts";
import { NAME_ATTRIBUTES } from "./object-identifiers.ts";

export interface DistinguishedName {
  /** As it was encoded. */
  readonly der: Uint8Array;
  /** Relative names in their order; each has one attribute or, rarely, several. */
  readonly parts: readonly (readonly NameAttribute[])[];
}

export interface NameAttribute {
  /** Object identifier. */
  readonly type: string;
  /** In ASCII: what else there is, is written `\xe9`. */
  readonly text: string;
  /** Equal for values that mean the same. */
  readonly comparable: string;
}

/** The octets of a whole name. Throws MalformedError. */
export function readDistinguishedName(der: Uint8Array): DistinguishedName {
  const outer = new DerReader(der, "name");
  const name = nextDistinguishedName(outer, "name");
  outer.end();
  return name;
}

/** The name that comes next. Throws MalformedError. */
export function nextDistinguishedName(reader: DerReader, what: string): DistinguishedName {
  const { octets, content } = reader.element(what, TAG.SEQUENCE);
  const inside = new DerReader(content, what);
  const parts: NameAttribute[][] = [];
  while (!inside.isAtEnd) {
    const set = inside.within("relative name", TAG.SET);
    const attributes: NameAttribute[] = [];
    while (!set.isAtEnd) attributes.push(readAttribute(set.within("attribute")));
    if (attributes.length === 0) set.fail("no attribute in it", "relative name");
    parts.push(attributes);
  }
  return { der: octets, parts };
}

function readAttribute(reader: DerReader): NameAttribute {
  const type = reader.objectIdentifier("type");
  const value = reader.any("value");
  reader.end();
  return { type, text: printable(value.content), comparable: comparableValue(value) };
}

/** Whether two names are of the same: octet by octet, or apart from case and white space of their texts. */
export function sameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return comparableName(a) === comparableName(b);
}

/** Equal for names that are of the same. */
export function comparableName({ parts }: DistinguishedName): string {
  return parts
    .map((attributes) =>
      attributes
        .map(({ type, comparable }) => `${type}=${comparable}`)
        .toSorted()
        .join("+"),
    )
    .join(",");
}

/** `C=US, O=Example, CN=router`, in the order of the encoding. */
export function nameText({ parts }: DistinguishedName): string {
  return parts
    .map((attributes) =>
      attributes.map(({ type, text }) => `${NAME_ATTRIBUTES.get(type) ?? `OID ${type}`}=${text}`).join("+"),
    )
    .join(", ");
}

/** The texts of all attributes of one type, as they compare. */
export function attributesOf({ parts }: DistinguishedName, type: string): readonly NameAttribute[] {
  return parts.flat().filter((attribute) => attribute.type === type);
}

export function isEmptyName({ parts }: DistinguishedName): boolean {
  return parts.length === 0;
}

/** The same text may be encoded as any of several string types. Quoted, so that no value reads as two. */
function comparableValue({ tag, content }: DerElement): string {
  const text = textOf(tag, content);
  return text === undefined
    ? `#${tag}:${hex(content)}`
    : JSON.stringify(text.trim().replace(/\s+/g, " ").toLowerCase());
}

function textOf(tag: number, content: Uint8Array): string | undefined {
  switch (tag) {
    case TAG.UTF8_STRING:
      return new TextDecoder().decode(content);
    case TAG.PRINTABLE_STRING:
    case TAG.IA5_STRING:
    case TAG.T61_STRING:
      return String.fromCharCode(...content);
    case TAG.BMP_STRING: {
      let text = "";
      for (let i = 0; i + 1 < content.length; i += 2)
        text += String.fromCharCode((content[i] ?? 0) * 256 + (content[i + 1] ?? 0));
      return text;
    }
    default:
      return undefined;
  }
}

/** What somebody else chose must not harm a terminal or a log, nor look like more attributes than there are. */
function printable(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    const character = String.fromCharCode(octet);
    if (octet < 0x20 || octet > 0x7e) text += `\\x${octet.toString(16).padStart(2, "0")}`;
    else text += '"\\,+'.includes(character) ? `\\${character}` : character;
  }
  return text;
}
