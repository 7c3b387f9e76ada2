/**
 * Labels of a situation that asks for secrecy or integrity (RFC 2407 §4.6.1, figure 1). We support neither; they are
 * decoded so that the proposals behind them can be read and the refusal can name its reason.
 */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";
import { SITUATION } from "../numbers/domain.ts";

export interface SituationLabels {
  readonly domain: number;
  readonly secrecy: SensitivityLabel | undefined;
  readonly integrity: SensitivityLabel | undefined;
}

export interface SensitivityLabel {
  readonly level: Uint8Array;
  /** Length of the bitmap in bits. */
  readonly categoryBits: number;
  readonly categories: Uint8Array;
}

/** The labels that `situation` says are there, if any. */
export function decodeSituationLabels(reader: Reader, situation: number): SituationLabels | undefined {
  const hasSecrecy = (situation & SITUATION.SIT_SECRECY) !== 0;
  const hasIntegrity = (situation & SITUATION.SIT_INTEGRITY) !== 0;
  if (!hasSecrecy && !hasIntegrity) return undefined;
  return {
    domain: reader.u32("labeledDomain"),
    secrecy: hasSecrecy ? decodeLabel(reader, "secrecy") : undefined,
    integrity: hasIntegrity ? decodeLabel(reader, "integrity") : undefined,
  };
}

export function encodeSituationLabels(writer: Writer, labels: SituationLabels): void {
  writer.u32(labels.domain);
  for (const label of [labels.secrecy, labels.integrity]) {
    if (label === undefined) continue;
    encodePadded(writer, label.level, label.level.length);
    encodePadded(writer, label.categories, label.categoryBits);
  }
}

function decodeLabel(reader: Reader, name: string): SensitivityLabel {
  const levelLength = decodeLength(reader, `${name}Length`);
  const level = decodePadded(reader, `${name}Level`, levelLength);
  const categoryBits = decodeLength(reader, `${name}CategoryLength`);
  const categories = decodePadded(reader, `${name}Category`, Math.ceil(categoryBits / 8));
  return { level, categoryBits, categories };
}

function decodeLength(reader: Reader, name: string): number {
  const length = reader.u16(name);
  if (reader.u16(`${name}Reserved`) !== 0)
    reader.fail("not zero as is due", `${name}Reserved`, reader.offset - 2);
  return length;
}

function decodePadded(reader: Reader, name: string, length: number): Uint8Array {
  const value = reader.bytes(name, length);
  const padding = reader.bytes(`${name}Padding`, paddingOf(length));
  if (padding.some((octet) => octet !== 0))
    reader.fail("not zero as is due", `${name}Padding`, reader.offset - padding.length);
  return value;
}

function encodePadded(writer: Writer, value: Uint8Array, length: number): void {
  writer.u16(length);
  writer.u16(0);
  writer.bytes(value);
  writer.zeros(paddingOf(value.length));
}

/** Levels and bitmaps end on a 32-bit boundary. */
function paddingOf(length: number): number {
  return -length & 3;
}
