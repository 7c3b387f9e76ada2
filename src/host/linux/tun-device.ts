/** A TUN device: an interface of the kernel whose packets come to us, and whose received packets we make. */
import type { Libc, Watch } from "./libc.ts";
import { NativeMemory, type Region } from "./native-memory.ts";
import { type OsError, osError } from "./os-error.ts";

export class TunDevice {
  /** As the kernel named it. */
  readonly name: string;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #incoming: Region;
  readonly #outgoing: Region;
  #watch: Watch | undefined;
  #isClosed = false;

  private constructor(libc: Libc, fd: number, name: string, memory: NativeMemory) {
    this.#libc = libc;
    this.#fd = fd;
    this.name = name;
    this.#incoming = memory.reserve(PACKET_MAX);
    this.#outgoing = memory.reserve(PACKET_MAX);
  }

  /** A new device that is gone when we are. In `pattern`, `%d` becomes the first free number. */
  static create(libc: Libc, pattern: string): TunDevice | OsError {
    const fd = libc.open(TUN_PATH, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd < 0) return osError(TUN_PATH, libc.errno());
    const memory = new NativeMemory(libc, 2 * PACKET_MAX + 1024);
    const request = memory.reserve(IFREQ);
    request.bytes.set(new TextEncoder().encode(pattern).subarray(0, NAME_MAX - 1));
    request.view.setUint16(NAME_MAX, IFF_TUN | IFF_NO_PI, true);
    if (libc.ioctl(fd, TUNSETIFF, request.address(0, IFREQ)) < 0) {
      const fault = osError(`make the TUN device ${pattern}`, libc.errno());
      libc.close(fd);
      return fault;
    }
    const name = request.bytes.subarray(0, NAME_MAX);
    const end = name.indexOf(0);
    const text = new TextDecoder().decode(name.subarray(0, end < 0 ? NAME_MAX : end));
    return new TunDevice(libc, fd, text, memory);
  }

  /** There is a TUN driver and we may open it. */
  static probe(libc: Libc): OsError | undefined {
    const fd = libc.open(TUN_PATH, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd < 0) return osError(TUN_PATH, libc.errno());
    libc.close(fd);
    return undefined;
  }

  /** Gives every packet that the kernel sends by the device, in a copy of its own; `onBatchEnd` after each batch. */
  listen(onPacket: (packet: Uint8Array) => void, onBatchEnd: () => void): void {
    this.#watch = this.#libc.watch(this.#fd, () => {
      let count = 0;
      for (; count < BATCH && !this.#isClosed; count++) {
        const length = this.#libc.read(this.#fd, this.#incoming.address(0, PACKET_MAX), PACKET_MAX);
        if (length <= 0) break;
        onPacket(this.#incoming.bytes.slice(0, length));
      }
      if (count > 0) onBatchEnd();
    });
  }

  /** The kernel receives a packet by the device. */
  write(packet: Uint8Array): OsError | undefined {
    if (this.#isClosed) return undefined;
    if (packet.length > PACKET_MAX) return osError(this.name, EMSGSIZE);
    this.#outgoing.bytes.set(packet);
    const written = this.#libc.write(this.#fd, this.#outgoing.address(0, packet.length), packet.length);
    return written < 0 ? osError(`${this.name}: write`, this.#libc.errno()) : undefined;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch?.close();
    this.#libc.close(this.#fd);
  }
}

export const TUN_PATH = "/dev/net/tun";

/** Packets before other descriptors have their turn. */
const BATCH = 256;
const PACKET_MAX = 65_535;
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
/** Or the programs that we start would keep the device alive. */
const O_CLOEXEC = 0o2000000;
/** Octets of `struct ifreq`, and of the name at its start. */
const IFREQ = 40;
const NAME_MAX = 16;
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const EMSGSIZE = 90;
