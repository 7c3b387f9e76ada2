/**
 * Reading the Distinguished Encoding Rules (X.690): elements of known tags, one after the other. What has no definite and
 * shortest length is refused; so is what comes behind the end. Throws MalformedError, as `Reader` does.
 */
import { DAY_MILLISECONDS, daysSince1970, isDate } from "../base/calendar.ts";
import { Reader } from "../base/reader.ts";

export const TAG = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OBJECT_IDENTIFIER: 0x06,
  UTF8_STRING: 0x0c,
  PRINTABLE_STRING: 0x13,
  T61_STRING: 0x14,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  BMP_STRING: 0x1e,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly octets: Uint8Array;
}

export class DerReader {
  readonly #octets: Uint8Array;
  readonly #reader: Reader;

  constructor(octets: Uint8Array, name: string) {
    this.#octets = octets;
    this.#reader = new Reader(octets, { name });
  }

  get isAtEnd(): boolean {
    return this.#reader.remaining === 0;
  }

  /** Of the next element; undefined at the end. */
  get nextTag(): number | undefined {
    return this.#octets[this.#reader.offset];
  }

  /** The next element, whatever it is. */
  any(name: string): DerElement {
    const start = this.#reader.offset;
    const tag = this.#reader.u8(name);
    if ((tag & 0x1f) === 0x1f) this.#reader.fail("a tag of several octets", name, start);
    const content = this.#reader.bytes(name, this.#length(name));
    return { tag, content, octets: this.#octets.subarray(start, this.#reader.offset) };
  }

  element(name: string, tag: number): DerElement {
    const start = this.#reader.offset;
    const found = this.any(name);
    if (found.tag !== tag) this.#reader.fail(`tag ${found.tag}, ${tag} expected`, name, start);
    return found;
  }

  optional(name: string, tag: number): DerElement | undefined {
    return this.nextTag === tag ? this.any(name) : undefined;
  }

  /** What is inside the next element. */
  within(name: string, tag: number = TAG.SEQUENCE): DerReader {
    return new DerReader(this.element(name, tag).content, name);
  }

  /** Demands that nothing is left. */
  end(): void {
    this.#reader.end();
  }

  fail(reason: string, name: string): never {
    return this.#reader.fail(reason, name);
  }

  /** A number that is not negative, big-endian, without zeros before it; 0 is one octet. */
  unsigned(name: string): Uint8Array {
    const { content } = this.element(name, TAG.INTEGER);
    const [first = 0x80, second = 0x80] = content;
    if (content.length === 0 || first >= 0x80) this.fail("no number, or a negative one", name);
    if (content.length === 1 || first !== 0) return content;
    if (second < 0x80) this.fail("a number with a zero too many", name);
    return content.subarray(1);
  }

  /** A number below 2^32. */
  small(name: string): number {
    const octets = this.unsigned(name);
    if (octets.length > 4) this.fail("a number of more than 32 bits", name);
    return octets.reduce((value, octet) => value * 256 + octet, 0);
  }

  /** DER writes a value that is the default by leaving it out; many write it all the same. */
  booleanOr(name: string, absent: boolean): boolean {
    const found = this.optional(name, TAG.BOOLEAN);
    if (found === undefined) return absent;
    if (found.content.length !== 1) this.fail("a truth value of more or less than one octet", name);
    return found.content[0] !== 0;
  }

  /** `1.2.840.113549`. */
  objectIdentifier(name: string): string {
    const { content } = this.element(name, TAG.OBJECT_IDENTIFIER);
    const arcs: number[] = [];
    let value = 0;
    for (const octet of content) {
      if (value === 0 && octet === 0x80) this.fail("an object identifier with a zero too many", name);
      value = value * 128 + (octet & 0x7f);
      if (value > Number.MAX_SAFE_INTEGER / 128) this.fail("an object identifier of huge numbers", name);
      if (octet >= 0x80) continue;
      if (arcs.length === 0) {
        const top = Math.min(2, Math.floor(value / 40));
        arcs.push(top, value - top * 40);
      } else arcs.push(value);
      value = 0;
    }
    if (arcs.length === 0 || (content.at(-1) ?? 0x80) >= 0x80)
      this.fail("an object identifier that does not end", name);
    return arcs.join(".");
  }

  /** The bits, first bit highest; unused bits at the end are there and zero. */
  bits(name: string): { readonly octets: Uint8Array; readonly unused: number } {
    const { content } = this.element(name, TAG.BIT_STRING);
    const [unused = 8] = content;
    const octets = content.subarray(1);
    if (unused > 7 || (unused > 0 && octets.length === 0))
      this.fail("a bit string of less than no bits", name);
    return { octets, unused };
  }

  /** A bit string of whole octets. */
  bitOctets(name: string): Uint8Array {
    const { octets, unused } = this.bits(name);
    if (unused !== 0) this.fail("a bit string that ends within an octet", name);
    return octets;
  }

  /** Milliseconds since 1970 of a UTCTime or a GeneralizedTime, in the only forms that certificates have (RFC 5280 §4.1.2.5). */
  time(name: string): number {
    const { tag, content } = this.any(name);
    if (tag !== TAG.UTC_TIME && tag !== TAG.GENERALIZED_TIME) this.fail(`tag ${tag} is no time`, name);
    const text = String.fromCharCode(...content.subarray(0, 20));
    const isLong = tag === TAG.GENERALIZED_TIME;
    if (!(isLong ? /^\d{14}Z$/ : /^\d{12}Z$/).test(text)) this.fail("a time of another form", name);
    const [, years = "", rest = ""] = /^(\d\d|\d{4})(\d{10})Z$/.exec(text) ?? [];
    const [month = 0, day = 0, hour = 24, minute = 60, second = 60] = (rest.match(/\d\d/g) ?? []).map(Number);
    const year = isLong ? Number(years) : Number(years) + (Number(years) < 50 ? 2000 : 1900);
    if (!isDate({ year, month, day }) || hour > 23 || minute > 59 || second > 59)
      this.fail("a time that is none", name);
    const seconds = (hour * 60 + minute) * 60 + second;
    return daysSince1970({ year, month, day }) * DAY_MILLISECONDS + seconds * 1000;
  }

  #length(name: string): number {
    const first = this.#reader.u8(name);
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 3) this.fail("a length that is indefinite or huge", name);
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.#reader.u8(name);
    if (length < 0x80 || length < 256 ** (count - 1)) this.fail("a length that could be shorter", name);
    return length;
  }
}
