/**
 * libc's functions, called through koffi: the only place that imports it. Addresses are numbers that
 * `native-memory.ts` makes; nobody else may. A function returns what C does, below 0 for an error, and `errno` tells which.
 */
import { endianness } from "node:os";

type Address = number;

export interface Libc {
  open(path: string, flags: number, mode: number): number;
  close(fd: number): number;
  ioctl(fd: number, request: number, argument: Address): number;
  read(fd: number, buffer: Address, length: number): number;
  write(fd: number, buffer: Address, length: number): number;
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Address, length: number): number;
  setsockopt(fd: number, level: number, option: number, value: Address, length: number): number;
  recvmmsg(fd: number, vector: Address, count: number, flags: number, timeout: Address): number;
  sendmmsg(fd: number, vector: Address, count: number, flags: number): number;
  /** Of the last call, if that failed. */
  errno(): number;
  /** Where a block of memory is. It stays there as long as it is referenced. */
  addressOf(memory: ArrayBuffer): Address;
  /** Calls `onReadable` whenever there is something to read, until closed. Keeps the process alive. */
  watch(fd: number, onReadable: () => void): Watch;
}

export interface Watch {
  close(): void;
}

/** One reason, for the operator. */
export interface LibcUnavailable {
  readonly kind: "unavailable";
  readonly reason: string;
}

let loaded: Promise<Libc | LibcUnavailable> | undefined;

/** libc, or why there is none; loaded once. */
export function loadLibc(): Promise<Libc | LibcUnavailable> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Libc | LibcUnavailable> {
  if (process.platform !== "linux") return unavailable(`this is ${process.platform}, not Linux`);
  // The layouts of structures in this folder are those of 64-bit little-endian machines.
  if (endianness() !== "LE" || !["x64", "arm64", "riscv64", "loong64"].includes(process.arch))
    return unavailable(`the processor is ${process.arch}`);
  try {
    return bindLibc((await import("koffi")).default);
  } catch (error) {
    return unavailable(`koffi does not load: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Koffi = typeof import("koffi").default;

function bindLibc(koffi: Koffi): Libc {
  const library = koffi.load(null);
  const { node } = koffi;
  const pointer = "uintptr_t";
  const declare = (name: string, result: string, ...parameters: string[]) =>
    library.func(name, result, parameters);
  return {
    open: declare("open", "int", "str", "int", "int"),
    close: declare("close", "int", "int"),
    ioctl: declare("ioctl", "int", "int", "ulong", pointer),
    read: declare("read", "int64_t", "int", pointer, "size_t"),
    write: declare("write", "int64_t", "int", pointer, "size_t"),
    socket: declare("socket", "int", "int", "int", "int"),
    bind: declare("bind", "int", "int", pointer, "uint"),
    setsockopt: declare("setsockopt", "int", "int", "int", "int", pointer, "uint"),
    recvmmsg: declare("recvmmsg", "int", "int", pointer, "uint", "int", pointer),
    sendmmsg: declare("sendmmsg", "int", "int", pointer, "uint", "int"),
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

function unavailable(reason: string): LibcUnavailable {
  return { kind: "unavailable", reason };
}
