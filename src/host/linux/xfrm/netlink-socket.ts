/** A netlink socket to Linux's IPsec: requests, which the kernel answers at once, or what it tells of itself. */
import { BugError } from "../../../base/errors.ts";
import type { Libc, Watch } from "../libc.ts";
import { NativeMemory, type Region } from "../native-memory.ts";
import { isOsError, type OsError, osError } from "../os-error.ts";
import {
  decodeMessages,
  encodeMessage,
  NETLINK_FLAGS,
  NETLINK_TYPES,
  type NetlinkMessage,
} from "./netlink-message.ts";
import { viewOf } from "./xfrm-layout.ts";
import type { XfrmRequest } from "./xfrm-requests.ts";

export class NetlinkSocket {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #memory: Region;
  #sequence = 0;
  #watch: Watch | undefined;
  #isClosed = false;

  private constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = fd;
    this.#memory = new NativeMemory(libc, new ArrayBuffer(BUFFER_OCTETS)).reserve(BUFFER_OCTETS);
  }

  /** `groups` are the kinds of news that it hears, a bit each; a socket for requests has none. */
  static open(libc: Libc, groups = 0): NetlinkSocket | OsError {
    const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_XFRM);
    if (fd < 0) return osError(WHAT, libc.errno());
    const socket = new NetlinkSocket(libc, fd);
    const { view } = socket.#memory;
    view.setUint16(0, AF_NETLINK, true);
    view.setUint32(8, groups, true);
    if (libc.bind(fd, socket.#memory.address(0, SOCKADDR), SOCKADDR) === 0) return socket;
    const fault = osError(WHAT, libc.errno());
    socket.close();
    return fault;
  }

  /** Does what is asked; gives what the kernel refuses. */
  do(request: XfrmRequest, what: string): OsError | undefined {
    const answers = this.#ask(request, NETLINK_FLAGS.acknowledge, what);
    return isOsError(answers) ? answers : undefined;
  }

  /** The one that is asked for, or that there is none. */
  get(request: XfrmRequest, what: string): NetlinkMessage | OsError {
    const answers = this.#ask(request, 0, what);
    return isOsError(answers) ? answers : (answers[0] ?? osError(what, ENOENT));
  }

  /** All that there are. */
  dump(request: XfrmRequest, what: string): readonly NetlinkMessage[] | OsError {
    return this.#ask(request, NETLINK_FLAGS.dump, what);
  }

  /** Gives what the kernel tells. `onError` hears what it could not. */
  listen(onMessage: (message: NetlinkMessage) => void, onError: (error: OsError) => void): void {
    this.#watch = this.#libc.watch(this.#fd, () => {
      while (!this.#isClosed) {
        const messages = this.#read();
        if (messages === undefined) return;
        if (isOsError(messages)) return onError(messages);
        for (const message of messages) onMessage(message);
      }
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch?.close();
    this.#libc.close(this.#fd);
  }

  /** The kernel has answered when the request is written. */
  #ask({ type, body }: XfrmRequest, flags: number, what: string): readonly NetlinkMessage[] | OsError {
    const sequence = ++this.#sequence;
    const bytes = encodeMessage({ type, flags: NETLINK_FLAGS.request | flags, sequence, body });
    if (bytes.length > BUFFER_OCTETS) throw new BugError(`a netlink message of ${bytes.length} octets`);
    this.#memory.bytes.set(bytes);
    const written = this.#libc.write(this.#fd, this.#memory.address(0, bytes.length), bytes.length);
    // It may have held keys.
    this.#memory.bytes.fill(0, 0, bytes.length);
    bytes.fill(0);
    if (written < 0) return osError(what, this.#libc.errno());
    const answers: NetlinkMessage[] = [];
    for (;;) {
      const messages = this.#read();
      if (messages === undefined) return osError(what, ENODATA);
      if (isOsError(messages)) return { ...messages, what };
      for (const message of messages) {
        if (message.sequence !== sequence) continue;
        if (message.type === NETLINK_TYPES.done) return answers;
        if (message.type === NETLINK_TYPES.error) {
          const errno = -viewOf(message.body).getInt32(0, true);
          return errno === 0 ? answers : osError(what, errno);
        }
        answers.push({ ...message, body: message.body.slice() });
        if (flags === 0) return answers;
      }
    }
  }

  /** Undefined where there is nothing. The octets are good until the next read. */
  #read(): readonly NetlinkMessage[] | OsError | undefined {
    const length = this.#libc.read(this.#fd, this.#memory.address(0, BUFFER_OCTETS), BUFFER_OCTETS);
    if (length >= 0) return decodeMessages(this.#memory.bytes.subarray(0, length));
    const errno = this.#libc.errno();
    return errno === EAGAIN ? undefined : osError(WHAT, errno);
  }
}

const WHAT = "netlink to the kernel's IPsec";
/** The kernel writes no more at once. */
const BUFFER_OCTETS = 65_536;
/** `struct sockaddr_nl`. */
const SOCKADDR = 12;
const AF_NETLINK = 16;
const NETLINK_XFRM = 6;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const ENOENT = 2;
const EAGAIN = 11;
const ENODATA = 61;
