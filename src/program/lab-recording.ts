/** What a lab leaves behind: a capture of the links between routers, and the keys with which Wireshark reads it. */
import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { formatEspSa, formatIsakmpKey, formatSkeyidComment } from "../capture/key-file.ts";
import { PcapWriter } from "../capture/pcap-writer.ts";
import type { ExportedKeys } from "../gateway/contract.ts";
import type { TappedPacket } from "../lab/link.ts";

/** Both are written as things happen, so that what an interrupted lab leaves is complete up to then. */
export class LabRecording {
  readonly #capture: number | undefined;
  readonly #isakmpKeys: number | undefined;
  readonly #espKeys: number | undefined;
  readonly #epochMilliseconds: number;
  /** All keys in one file, as `skeyid explain` reads them; undefined if there are none, or two files. */
  readonly keysFile: string | undefined;
  /** Both ends of an SA hold the same keys. */
  readonly #written = new Set<string>();

  /**
   * Opens what is asked for; throws what the file system throws. `epochMilliseconds` is when the lab's time was 0. Where
   * `keys` is a folder, two files are made in it, by the names that Wireshark looks for in a profile's folder.
   */
  constructor(capture: string | undefined, keys: string | undefined, epochMilliseconds: number) {
    this.#epochMilliseconds = epochMilliseconds;
    if (capture !== undefined) {
      this.#capture = openSync(capture, "w");
      writeSync(this.#capture, PcapWriter.header());
    }
    if (keys === undefined) return;
    if (isFolder(keys)) {
      this.#isakmpKeys = openSync(join(keys, "ikev1_decryption_table"), "w", PRIVATE);
      this.#espKeys = openSync(join(keys, "esp_sa"), "w", PRIVATE);
    } else {
      this.#isakmpKeys = openSync(keys, "w", PRIVATE);
      this.#espKeys = this.#isakmpKeys;
      this.keysFile = keys;
    }
  }

  /** As it left its sender: what the wire did to it afterwards is not seen. */
  packet({ at, bytes, fate }: TappedPacket): void {
    if (this.#capture === undefined || fate === "nobody there") return;
    writeSync(this.#capture, PcapWriter.packet((this.#epochMilliseconds + at) * 1000, bytes));
  }

  keys(keys: ExportedKeys): void {
    if (keys.kind === "esp") this.#line(this.#espKeys, formatEspSa(keys));
    else {
      this.#line(this.#isakmpKeys, formatIsakmpKey(keys));
      this.#line(this.#isakmpKeys, formatSkeyidComment(keys));
    }
  }

  close(): void {
    for (const file of new Set([this.#capture, this.#isakmpKeys, this.#espKeys]))
      if (file !== undefined) closeSync(file);
  }

  #line(file: number | undefined, line: string): void {
    if (file === undefined || this.#written.has(line)) return;
    this.#written.add(line);
    writeSync(file, `${line}\n`);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Nobody but its owner reads a file of keys. */
const PRIVATE = 0o600;
