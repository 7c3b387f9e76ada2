/**
 * A file that records are appended to, each whole or not at all. A disk that is full for a while costs records and nothing
 * else: whoever records goes on, the file stays readable, and what became of it is told.
 */
import { closeSync, constants, ftruncateSync, openSync, writeSync } from "node:fs";
import { utf8 } from "../base/octets.ts";

/** What is asked of the disk; each may throw what the file system throws. */
export interface Disk {
  open(path: string, mode: number): number;
  /** Answers how much was written, which may be less than all. */
  write(file: number, octets: Uint8Array): number;
  truncate(file: number, length: number): void;
  close(file: number): void;
}

export class RecordFile {
  readonly #path: string;
  readonly #tell: (sentence: string) => void;
  readonly #disk: Disk;
  readonly #file: number;
  /** Octets of the whole records. */
  #length = 0;
  #isIncomplete = false;

  /** Throws what the file system throws. `tell` hears when records are lost, and when no more are. */
  constructor(path: string, mode: number, tell: (sentence: string) => void, disk: Disk = NODE_DISK) {
    this.#path = path;
    this.#tell = tell;
    this.#disk = disk;
    this.#file = disk.open(path, mode);
  }

  /** A first record, without which there is no point in beginning: throws what the file system throws. */
  begin(record: Uint8Array): void {
    this.#write(record);
  }

  append(record: Uint8Array | string): void {
    try {
      this.#write(typeof record === "string" ? utf8(record) : record);
    } catch (error) {
      this.#takeBack();
      if (!this.#isIncomplete) this.#tell(`nothing is written to ${this.#path}: ${reasonOf(error)}`);
      this.#isIncomplete = true;
      return;
    }
    if (this.#isIncomplete) this.#tell(`${this.#path} is written to again; some records are missing`);
    this.#isIncomplete = false;
  }

  close(): void {
    this.#disk.close(this.#file);
  }

  #write(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; ) at += this.#disk.write(this.#file, octets.subarray(at));
    this.#length += octets.length;
  }

  /** Half a record would make all that follow unreadable. */
  #takeBack(): void {
    try {
      this.#disk.truncate(this.#file, this.#length);
    } catch {
      // A pipe or a device: what is written is gone.
    }
  }
}

const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = constants;
const NODE_DISK: Disk = {
  // At the end, wherever that is after a record was taken back.
  open: (path, mode) => openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, mode),
  write: (file, octets) => writeSync(file, octets),
  truncate: ftruncateSync,
  close: closeSync,
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && error.code === "ENOSPC" ? "the disk is full" : error.message;
}
