/**
 * A message taken apart: every octet in one leaf, leaves in the parts they belong to. Made from the reads that a decoder
 * records, so that what was read before an error is there too.
 */
import type { ReadField } from "../base/reader.ts";

export interface DissectionNode {
  /** In the words of the RFCs: `SA`, `proposal 1`, `Encryption Algorithm`. */
  readonly name: string;
  /** From the start of the message. */
  readonly offset: number;
  readonly length: number;
  /** What it means, where that can be said in a line. */
  readonly value: string | undefined;
  /** What was found out about it: whether a hash verifies, for example. */
  readonly note: string | undefined;
  /** Hexadecimal, for leaves. */
  readonly octets: string | undefined;
  /** The parent's line says it already. */
  readonly isFraming: boolean;
  readonly children: readonly DissectionNode[];
}

/** A part before anything is known about its meaning: a leaf has a field, others have parts. */
export interface Part {
  /** Last segment of the path without index: `proposal`. */
  readonly name: string;
  /** The whole path: `SA.proposal[0]`. */
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly field: ReadField | undefined;
  readonly parts: readonly Part[];
}

/** Sorts recorded reads, in the order they were made, into the parts that their paths name. */
export function partsOf(fields: readonly ReadField[]): readonly Part[] {
  const root: MutablePart = part("", "", 0);
  for (const field of fields) {
    let parent = root;
    let path = "";
    const segments = field.path.split(".");
    for (const [i, segment] of segments.entries()) {
      path = i === 0 ? segment : `${path}.${segment}`;
      const last = parent.parts.at(-1);
      const isKnown = last !== undefined && last.path === path && last.field === undefined;
      const child: MutablePart = isKnown ? last : part(nameOfSegment(segment), path, field.offset);
      if (!isKnown) parent.parts.push(child);
      child.length = field.offset + field.length - child.offset;
      parent = child;
    }
    parent.field = field;
  }
  return root.parts;
}

/** The number a leaf called `name` was read as. */
export function numberIn(part: Part, name: string): number | undefined {
  const value = part.parts.find((child) => child.name === name)?.field?.value;
  return typeof value === "number" ? value : undefined;
}

/** The octets a leaf called `name` was read as. */
export function octetsIn(part: Part, name: string): Uint8Array | undefined {
  const value = part.parts.find((child) => child.name === name)?.field?.value;
  return value instanceof Uint8Array ? value : undefined;
}

interface MutablePart {
  readonly name: string;
  readonly path: string;
  readonly offset: number;
  length: number;
  field: ReadField | undefined;
  readonly parts: MutablePart[];
}

function part(name: string, path: string, offset: number): MutablePart {
  return { name, path, offset, length: 0, field: undefined, parts: [] };
}

function nameOfSegment(segment: string): string {
  const bracket = segment.indexOf("[");
  return bracket === -1 ? segment : segment.slice(0, bracket);
}
