/** Files that are replaced in one step: whoever reads one, also after a crash in the middle, finds the old or the new. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** The steps, so that a test can let each of them fail. */
export interface Disk {
  /** For writing alone: emptied, or made with this mode. */
  open(path: string, mode: number): number;
  write(file: number, text: Uint8Array): number;
  sync(file: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Makes the name last, where the system can. */
  syncFolder(path: string): void;
}

export const NODE_DISK: Disk = {
  // A draft that was left over may have another mode: it is made anew.
  open: (path, mode) => {
    rmSync(path, { force: true });
    return openSync(path, "wx", mode);
  },
  write: (file, octets) => writeSync(file, octets),
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  syncFolder: (path) => {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
};

/** For its owner alone, as there are keys in it. What went wrong, if anything: the file is then as it was. */
export function writeAtomically(path: string, text: string, disk: Disk = NODE_DISK): string | undefined {
  const draft = `${path}.new`;
  try {
    const file = disk.open(draft, 0o600);
    try {
      const octets = new TextEncoder().encode(text);
      for (let at = 0; at < octets.length; ) at += disk.write(file, octets.subarray(at));
      disk.sync(file);
    } finally {
      disk.close(file);
    }
    disk.rename(draft, path);
    disk.syncFolder(dirname(path));
    return undefined;
  } catch (error) {
    try {
      disk.remove(draft);
    } catch {
      // What cannot be written can often not be removed either.
    }
    return reasonOf(error);
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
