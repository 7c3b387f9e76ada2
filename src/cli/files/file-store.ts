/** Where a router keeps its files: the configuration it starts with, and others by name. */

/** `startup-config`, or `flash:` and a name. */
export type FileName = string;

export interface FileStore {
  list(): readonly StoredFile[];
  /** The text; undefined where there is no such file. */
  read(name: FileName): string | undefined;
  /** Replaces it in one step. What went wrong, if anything. */
  write(name: FileName, text: string): string | undefined;
  remove(name: FileName): string | undefined;
}

export interface StoredFile {
  readonly name: FileName;
  /** Octets. */
  readonly size: number;
}

export const RUNNING: FileName = "running-config";
export const STARTUP: FileName = "startup-config";

/** A name as operators write it; undefined where it is none, or of a place that is not here. */
export function parseFileName(written: string): FileName | undefined {
  const text = written.toLowerCase();
  if (text === "system:running-config" || text === RUNNING) return RUNNING;
  if (text === "nvram:startup-config" || text === STARTUP) return STARTUP;
  const [, name] = /^(?:flash:\/?)?([\w][\w.-]{0,62})$/i.exec(written) ?? [];
  return name === undefined ? undefined : `${FLASH}${name}`;
}

export const FLASH = "flash:";

/** The name of a file in flash without its place. */
export function bareName(name: FileName): string {
  return name.startsWith(FLASH) ? name.slice(FLASH.length) : name;
}

/** Files that are gone with the router, for labs. */
export class MemoryFiles implements FileStore {
  readonly #files = new Map<FileName, string>();

  constructor(startup: string | undefined) {
    if (startup !== undefined) this.#files.set(STARTUP, startup);
  }

  list(): readonly StoredFile[] {
    return Array.from(this.#files, ([name, text]) => ({ name, size: new TextEncoder().encode(text).length }));
  }

  read(name: FileName): string | undefined {
    return this.#files.get(name);
  }

  write(name: FileName, text: string): undefined {
    this.#files.set(name, text);
  }

  remove(name: FileName): undefined {
    this.#files.delete(name);
  }
}
