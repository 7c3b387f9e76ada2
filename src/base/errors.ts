/** Errors by culprit: what a peer or a file sent, what a caller did, what we did. Operators' mistakes are values, not errors. */

/** Bytes that do not follow their format. Thrown by `Reader` alone and caught once, at the boundary. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
  /** What is wrong, without the place: `needs 5 bytes, 1 left`. */
  readonly reason: string;
  /** Dotted name of the field: `SA.proposal[0].spiSize`. */
  readonly path: string;
  /** Octets from the start of the outermost input. */
  readonly offset: number;

  constructor(reason: string, path: string, offset: number) {
    super(`${reason} at ${path} (offset ${offset})`);
    this.reason = reason;
    this.path = path;
    this.offset = offset;
  }
}

/** The caller used our interface wrongly. */
export class MisuseError extends Error {
  override readonly name = "MisuseError";
}

/** Our own mistake: a state that cannot be. */
export class BugError extends Error {
  override readonly name = "BugError";
}

/** Ends an exhaustive switch: does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new BugError(`unexpected value ${JSON.stringify(value)}`);
}

/** Runs a decoder on a peer's octets: what it refuses is a value. */
export function tolerant<T>(decode: () => T): T | MalformedError {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedError) return error;
    throw error;
  }
}
