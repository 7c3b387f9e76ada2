/** Where a setting stands in the operator's configuration, so that an explanation can point at it. */
export interface Origin {
  /** Name of the file, or `terminal` for a line typed at a console. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The line as written, without indentation. */
  readonly text: string;
}

export function describeOrigin(origin: Origin): string {
  return `${origin.file}:${origin.line} "${origin.text}"`;
}
