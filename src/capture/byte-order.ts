/** Numbers in the byte order of whoever wrote a file, through named reads. */
import type { Reader } from "../base/reader.ts";

export type ByteOrder = "big" | "little";

export function u16(reader: Reader, name: string, order: ByteOrder): number {
  const value = reader.u16(name);
  return order === "big" ? value : ((value & 0xff) << 8) | (value >>> 8);
}

export function u32(reader: Reader, name: string, order: ByteOrder): number {
  const value = reader.u32(name);
  if (order === "big") return value;
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
