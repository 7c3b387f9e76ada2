/**
 * libc's functions. Addresses are numbers that `native-memory.ts` makes; nobody else may. A function returns what C does,
 * below 0 for an error, and `errno` tells which.
 */
import {
  type Address,
  loadNativeLibrary,
  type NativeLibrary,
  type NativeUnavailable,
  type Watch,
} from "./native-library.ts";

export type { Watch } from "./native-library.ts";

export interface Libc {
  open(path: string, flags: number, mode: number): number;
  close(fd: number): number;
  ioctl(fd: number, request: number, argument: Address): number;
  read(fd: number, buffer: Address, length: number): number;
  write(fd: number, buffer: Address, length: number): number;
  writev(fd: number, vector: Address, count: number): number;
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

let bound: Libc | undefined;

/** libc, or why there is none. */
export async function loadLibc(): Promise<Libc | NativeUnavailable> {
  const library = await loadNativeLibrary();
  if (library.kind === "unavailable") return library;
  bound ??= bindLibc(library);
  return bound;
}

function bindLibc({ declare, errno, addressOf, watch }: NativeLibrary): Libc {
  const pointer = "uintptr_t";
  return {
    open: declare("open", "int", "str", "int", "int"),
    close: declare("close", "int", "int"),
    ioctl: declare("ioctl", "int", "int", "ulong", pointer),
    read: declare("read", "int64_t", "int", pointer, "size_t"),
    write: declare("write", "int64_t", "int", pointer, "size_t"),
    writev: declare("writev", "int64_t", "int", pointer, "int"),
    socket: declare("socket", "int", "int", "int", "int"),
    bind: declare("bind", "int", "int", pointer, "uint"),
    setsockopt: declare("setsockopt", "int", "int", "int", "int", pointer, "uint"),
    recvmmsg: declare("recvmmsg", "int", "int", pointer, "uint", "int", pointer),
    sendmmsg: declare("sendmmsg", "int", "int", pointer, "uint", "int"),
    errno,
    addressOf,
    watch,
  };
}
