/**
 * The functions that this process has in C: those of libc, and those of the OpenSSL in the node executable. The only place
 * that imports koffi.
 */
import { endianness } from "node:os";

export type Address = number;

export interface NativeLibrary {
  readonly kind: "native";
  /** A function of this process by its name and C's names of its types. Throws where there is none of that name. */
  readonly declare: (name: string, result: string, ...parameters: string[]) => CFunction;
  /** Of the last call, if that failed. */
  readonly errno: () => number;
  /** Where a block of memory is. It stays there as long as it is referenced. */
  readonly addressOf: (memory: ArrayBuffer) => Address;
  /** Calls `onReadable` whenever there is something to read, until closed. Keeps the process alive. */
  readonly watch: (fd: number, onReadable: () => void) => Watch;
}

/** What it takes and gives is for whoever declares it to know. */
export type CFunction = ReturnType<ReturnType<Koffi["load"]>["func"]>;

export interface Watch {
  close(): void;
}

/** One reason, for the operator. */
export interface NativeUnavailable {
  readonly kind: "unavailable";
  readonly reason: string;
}

let loaded: Promise<NativeLibrary | NativeUnavailable> | undefined;

/** Loaded once. */
export function loadNativeLibrary(): Promise<NativeLibrary | NativeUnavailable> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<NativeLibrary | NativeUnavailable> {
  if (process.platform !== "linux") return unavailable(`this is ${process.platform}, not Linux`);
  // The layouts of structures in this folder are those of 64-bit little-endian machines.
  if (endianness() !== "LE" || !["x64", "arm64", "riscv64", "loong64"].includes(process.arch))
    return unavailable(`the processor is ${process.arch}`);
  try {
    return bind((await import("koffi")).default);
  } catch (error) {
    return unavailable(`koffi does not load: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Koffi = typeof import("koffi").default;

function bind(koffi: Koffi): NativeLibrary {
  const library = koffi.load(null);
  const { node } = koffi;
  return {
    kind: "native",
    declare: (name, result, ...parameters) => library.func(name, result, parameters),
    errno: () => koffi.errno(),
    addressOf: (memory) => Number(koffi.address(new Uint8Array(memory))),
    watch(fd, onReadable) {
      const handle = node.poll(fd, { readable: true }, () => onReadable());
      watched.add(handle);
      return {
        close() {
          handle.close();
          watched.delete(handle);
        },
      };
    },
  };
}

/** koffi's handles end when they are collected, so somebody has to hold them. */
const watched = new Set<unknown>();

function unavailable(reason: string): NativeUnavailable {
  return { kind: "unavailable", reason };
}
