/**
 * The files of a running gateway: its startup configuration is the file that it was started with, and `flash:` is the folder
 * `router.flash` beside it.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  bareName,
  type FileName,
  type FileStore,
  FLASH,
  STARTUP,
  type StoredFile,
} from "../cli/files/file-store.ts";
import { reasonOf, writeAtomically } from "./atomic-file.ts";

export class DirectoryFiles implements FileStore {
  readonly #startup: string;
  readonly #folder: string;

  /** `startup`: path of the configuration file. */
  constructor(startup: string) {
    this.#startup = startup;
    this.#folder = `${startup.replace(/\.[^./\\]*$/, "")}.flash`;
  }

  list(): readonly StoredFile[] {
    const names = [STARTUP, ...this.#inFolder().map((name) => `${FLASH}${name}`)];
    return names.flatMap((name) => {
      try {
        const found = statSync(this.#pathOf(name));
        return found.isFile() ? [{ name, size: found.size }] : [];
      } catch {
        return [];
      }
    });
  }

  read(name: FileName): string | undefined {
    try {
      return readFileSync(this.#pathOf(name), "utf8");
    } catch {
      return undefined;
    }
  }

  write(name: FileName, text: string): string | undefined {
    if (this.#startup === "-")
      return "the configuration came from standard input, and there is no file to write to";
    try {
      if (name !== STARTUP) mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      return reasonOf(error);
    }
    return writeAtomically(this.#pathOf(name), text);
  }

  remove(name: FileName): string | undefined {
    try {
      rmSync(this.#pathOf(name), { force: true });
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }

  #inFolder(): readonly string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      return [];
    }
  }

  /** Names of files have no separators in them, as they are read. */
  #pathOf(name: FileName): string {
    return name === STARTUP ? this.#startup : join(this.#folder, bareName(name));
  }
}
