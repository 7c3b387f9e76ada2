/** What a lab leaves behind: a capture of the links between routers, and the keys with which Wireshark reads it. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { formatEspSa, formatIsakmpKey, formatSkeyidComment } from "../capture/key-file.ts";
import { PcapWriter } from "../capture/pcap-writer.ts";
import type { ExportedKeys } from "../gateway/contract.ts";
import type { TappedPacket } from "../lab/link.ts";
import { RecordFile } from "./record-file.ts";

/** Both are written as things happen, so that what an interrupted lab leaves is complete up to then. */
export class LabRecording {
  readonly #capture: RecordFile | undefined;
  readonly #isakmpKeys: RecordFile | undefined;
  readonly #espKeys: RecordFile | undefined;
  readonly #epochMilliseconds: number;
  /** All keys in one file, as `skeyid explain` reads them; undefined if there are none, or two files. */
  readonly keysFile: string | undefined;
  /** Both ends of an SA hold the same keys. */
  readonly #written = new Set<string>();

  /**
   * Opens what is asked for; throws what the file system throws. `epochMilliseconds` is when the lab's time was 0. Where
   * `keys` is a folder, two files are made in it, by the names that Wireshark looks for in a profile's folder. `tell` hears
   * when what happens later cannot be written.
   */
  constructor(
    capture: string | undefined,
    keys: string | undefined,
    epochMilliseconds: number,
    tell: (sentence: string) => void,
  ) {
    this.#epochMilliseconds = epochMilliseconds;
    if (capture !== undefined) {
      this.#capture = new RecordFile(capture, PUBLIC, tell);
      this.#capture.begin(PcapWriter.header());
    }
    if (keys === undefined) return;
    const keyFile = (path: string): RecordFile => new RecordFile(path, PRIVATE, tell);
    if (isFolder(keys)) {
      this.#isakmpKeys = keyFile(join(keys, "ikev1_decryption_table"));
      this.#espKeys = keyFile(join(keys, "esp_sa"));
    } else {
      this.#isakmpKeys = keyFile(keys);
      this.#espKeys = this.#isakmpKeys;
      this.keysFile = keys;
    }
  }

  /** As it left its sender: what the wire did to it afterwards is not seen. */
  packet({ at, bytes, fate }: TappedPacket): void {
    if (this.#capture === undefined || fate === "nobody there") return;
    this.#capture.append(PcapWriter.packet((this.#epochMilliseconds + at) * 1000, bytes));
  }

  keys(keys: ExportedKeys): void {
    if (keys.kind === "esp") this.#line(this.#espKeys, formatEspSa(keys));
    else {
      this.#line(this.#isakmpKeys, formatIsakmpKey(keys));
      this.#line(this.#isakmpKeys, formatSkeyidComment(keys));
    }
  }

  close(): void {
    for (const file of new Set([this.#capture, this.#isakmpKeys, this.#espKeys])) file?.close();
  }

  #line(file: RecordFile | undefined, line: string): void {
    if (file === undefined || this.#written.has(line)) return;
    this.#written.add(line);
    file.append(`${line}\n`);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Less what the umask takes. */
const PUBLIC = 0o666;
/** Nobody but its owner reads a file of keys. */
const PRIVATE = 0o600;
