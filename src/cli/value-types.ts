/** How values are written in IOS: numbers, addresses, masks, names, text to the end of the line. */
import { type IpAddress, ipv4ToNumber, parseIpv4 } from "../net/ip-address.ts";
import type { ValueType } from "./grammar.ts";

export function integer(min: number, max: number): ValueType<number> {
  return {
    placeholder: `<${min}-${max}>`,
    extent: "word",
    isSecret: false,
    domain: { kind: "integer", min, max },
    samples: [],
    parse: (text) => {
      if (!/^\d{1,10}$/.test(text)) return undefined;
      const value = Number(text);
      return value >= min && value <= max ? value : undefined;
    },
    print: String,
  };
}

export const ADDRESS: ValueType<IpAddress> = {
  placeholder: "A.B.C.D",
  extent: "word",
  isSecret: false,
  domain: { kind: "address" },
  samples: [],
  parse: parseIpv4,
  print: (address) => address,
};

/** A subnet mask: ones, then zeros. */
export const MASK: ValueType<IpAddress> = {
  ...ADDRESS,
  domain: { kind: "mask" },
  parse: (text) => {
    const mask = parseIpv4(text);
    if (mask === undefined) return undefined;
    const hostBits = ~ipv4ToNumber(mask) >>> 0;
    return (hostBits & (hostBits + 1)) === 0 ? mask : undefined;
  },
};

/** One word; IOS keeps its case. */
export const NAME: ValueType<string> = {
  placeholder: "WORD",
  extent: "word",
  isSecret: false,
  domain: { kind: "name" },
  samples: [],
  parse: (text) => text,
  print: (text) => text,
};

/** One word that must not be seen. */
export const SECRET_WORD: ValueType<string> = { ...NAME, isSecret: true };

/** A host by name: anything that is not an address, nor looks like a mistyped one. */
export const HOST_NAME: ValueType<string> = {
  ...NAME,
  placeholder: "Hostname",
  domain: { kind: "host-name" },
  parse: (text) => (/^[\d.]+$/.test(text) ? undefined : text),
};

/** Everything to the end of the line, at least a character. */
export const LINE: ValueType<string> = {
  ...NAME,
  placeholder: "LINE",
  extent: "line",
  domain: { kind: "line" },
};

/** As much, and it must not be seen. */
export const SECRET_LINE: ValueType<string> = { ...LINE, isSecret: true };

/** A name that begins with a letter, as named access lists do. */
export const ACCESS_LIST_NAME: ValueType<string> = {
  ...NAME,
  domain: { kind: "access-list-name" },
  parse: (text) => (/^[A-Za-z]/.test(text) ? text : undefined),
};

/** At most sixteen bits: `0xABCD`, `ABCD`. */
export const HEXADECIMAL: ValueType<number> = {
  placeholder: "<0-FFFF>",
  extent: "word",
  isSecret: false,
  domain: { kind: "integer", min: 0, max: 0xffff },
  samples: [],
  parse: (text) =>
    /^(?:0x)?[\da-f]{1,4}$/i.test(text) ? Number.parseInt(text.replace(/^0x/i, ""), 16) : undefined,
  print: (value) => `0x${value.toString(16).toUpperCase().padStart(4, "0")}`,
};

/** The number of a certificate, as many digits as it has. */
export const SERIAL_NUMBER: ValueType<string> = {
  ...NAME,
  placeholder: "Hex-data",
  parse: (text) => (/^[\da-f]{1,128}$/i.test(text) ? text.toUpperCase() : undefined),
};

/** A key in whole octets. IOS takes any number of them and cuts it to what is needed. */
export const HEXADECIMAL_KEY: ValueType<string> = {
  ...NAME,
  placeholder: "Hex-data",
  isSecret: true,
  // Of the lines that tests make: eight digits.
  domain: { kind: "integer", min: 10_000_000, max: 99_999_999 },
  parse: (text) => (/^(?:[\da-f]{2}){1,128}$/i.test(text) ? text.toLowerCase() : undefined),
};
