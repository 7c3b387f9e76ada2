/** IPv4 sockets that Node does not offer: raw ones, and UDP ones whose packets come and go in batches. */
import type { Endpoint } from "../../net/ip-address.ts";
import type { Libc, Watch } from "./libc.ts";
import { AF_INET, putSocketAddress, ReceiveVector, SendVector, SOCKADDR } from "./message-vector.ts";
import { NativeMemory } from "./native-memory.ts";
import { isOsError, type OsError, osError } from "./os-error.ts";

export type SocketKind =
  /** Bound to one of our addresses: that is the local address of all it receives. */
  | { readonly kind: "udp"; readonly local: Endpoint }
  /** Receives whole packets of an IP protocol to any of our addresses. */
  | { readonly kind: "raw"; readonly protocol: number }
  /** Sends whole packets, and receives nothing. */
  | { readonly kind: "packets" };

export interface SocketOptions {
  /** Marks what it sends for policy routing; needs CAP_NET_ADMIN. */
  readonly mark?: number;
  /** Type of service of what it sends. */
  readonly typeOfService?: number;
}

export class NativeSocket {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #what: string;
  readonly #memory: NativeMemory;
  #sending: SendVector | undefined;
  #watch: Watch | undefined;
  #isClosed = false;

  private constructor(libc: Libc, fd: number, what: string) {
    this.#libc = libc;
    this.#fd = fd;
    this.#what = what;
    this.#memory = new NativeMemory(libc, 4096);
  }

  static open(libc: Libc, kind: SocketKind, options: SocketOptions = {}): NativeSocket | OsError {
    const what = describeKind(kind);
    const [type, protocol] = TYPES[kind.kind](kind);
    const fd = libc.socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd < 0) return osError(what, libc.errno());
    const socket = new NativeSocket(libc, fd, what);
    const fault = socket.#prepare(kind, options);
    if (fault === undefined) return socket;
    socket.close();
    return fault;
  }

  /** Gives all that comes, a batch for each call. `onError` hears what the system refuses. */
  listen(
    onBatch: (messages: readonly { remote: Endpoint; bytes: Uint8Array }[]) => void,
    onError: (error: OsError) => void,
  ): void {
    const vector = new ReceiveVector(this.#libc, BATCH, PACKET_MAX);
    this.#watch = this.#libc.watch(this.#fd, () => {
      for (let round = 0; round < ROUNDS_MAX && !this.#isClosed; round++) {
        const messages = vector.receive(this.#fd);
        if (isOsError(messages)) return onError({ ...messages, what: this.#what });
        if (messages.length > 0) onBatch(messages);
        if (messages.length < BATCH) return;
      }
    });
  }

  /** Takes a message to be sent; `flush` sends it, if not before. */
  send(bytes: Uint8Array, remote: Endpoint): OsError | undefined {
    this.#sending ??= new SendVector(this.#libc, BATCH, PACKET_MAX);
    const refusal = this.#sending.hasRoom ? undefined : this.flush();
    if (!this.#sending.add(bytes, remote)) return osError(this.#what, EMSGSIZE);
    return refusal;
  }

  flush(): OsError | undefined {
    if (this.#isClosed) return undefined;
    const refusal = this.#sending?.send(this.#fd);
    return refusal === undefined ? undefined : { ...refusal, what: this.#what };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch?.close();
    this.#libc.close(this.#fd);
  }

  #prepare(kind: SocketKind, { mark, typeOfService }: SocketOptions): OsError | undefined {
    // With fewer rights the buffers stay what they are, which costs packets in bursts and nothing else.
    this.#set(SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_OCTETS);
    this.#set(SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_OCTETS);
    if (typeOfService !== undefined) this.#set(IPPROTO_IP, IP_TOS, typeOfService);
    if (mark !== undefined && this.#set(SOL_SOCKET, SO_MARK, mark) < 0)
      return osError(`${this.#what}, mark packets`, this.#libc.errno());
    if (kind.kind !== "udp") return undefined;
    // IKE's longest messages may be cut into fragments.
    this.#set(IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    const region = this.#memory.reserve(SOCKADDR);
    putSocketAddress(region.view, 0, kind.local);
    const isBound = this.#libc.bind(this.#fd, region.address(0, SOCKADDR), SOCKADDR) === 0;
    return isBound ? undefined : osError(this.#what, this.#libc.errno());
  }

  #set(level: number, option: number, value: number): number {
    const region = this.#memory.reserve(4);
    region.view.setInt32(0, value, true);
    return this.#libc.setsockopt(this.#fd, level, option, region.address(0, 4), 4);
  }
}

const TYPES: { readonly [K in SocketKind["kind"]]: (kind: SocketKind) => readonly [number, number] } = {
  udp: () => [SOCK_DGRAM, 17],
  raw: (kind) => [SOCK_RAW, kind.kind === "raw" ? kind.protocol : 0],
  packets: () => [SOCK_RAW, IPPROTO_RAW],
};

function describeKind(kind: SocketKind): string {
  if (kind.kind === "udp") return `UDP ${kind.local.address}:${kind.local.port}`;
  return kind.kind === "raw" ? `IP protocol ${kind.protocol}` : "raw IP";
}

/** Messages in one system call. */
const BATCH = 32;
/** Then other descriptors have their turn. */
const ROUNDS_MAX = 8;
/** Octets: the longest IPv4 packet. */
const PACKET_MAX = 65_535;
/** The default of 212 kB loses packets in bursts. */
const BUFFER_OCTETS = 4 << 20;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
/** Or the programs that we start would hold it open. */
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_IP = 0;
const IPPROTO_RAW = 255;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SO_MARK = 36;
const IP_TOS = 1;
const IP_MTU_DISCOVER = 10;
const IP_PMTUDISC_DONT = 0;
const EMSGSIZE = 90;
