/** IPv4 sockets that Node does not offer: raw ones, and UDP ones whose packets come and go in batches. */
import { type Endpoint, type IpAddress, ipv4ToNumber } from "../../net/ip-address.ts";
import type { Watch } from "./libc.ts";
import type { Region } from "./native-memory.ts";
import { isOsError, type OsError, osError } from "./os-error.ts";
import type { PacketArena } from "./packet-arena.ts";
import { type ReceivedMessage, type ReceiveVector, UDP_GRO } from "./receive-vector.ts";
import { SEND_OCTETS, SendVector } from "./send-vector.ts";
import { AF_INET, putSocketAddress, SOCKADDR } from "./socket-address.ts";

export type SocketKind =
  /** Bound to one of our addresses: that is the local address of all it receives. */
  | { readonly kind: "udp"; readonly local: Endpoint }
  /**
   * Receives whole packets of an IP protocol to any of our addresses, or to `local`; of ICMP, those of a type. Sends their
   * payload, the kernel makes the header.
   */
  | {
      readonly kind: "raw";
      readonly protocol: number;
      readonly icmpType?: number;
      readonly local?: IpAddress;
    }
  /** Sends whole packets, and receives nothing. */
  | { readonly kind: "packets" };

export interface SocketOptions {
  /** Marks what it sends for policy routing; needs CAP_NET_ADMIN. */
  readonly mark?: number;
  /** Type of service of what it sends, unless a message says otherwise. */
  readonly typeOfService?: number;
  /** Datagrams of one length are joined and cut by the kernel, where it can. False: one by one. */
  readonly offload?: boolean;
  /** The kernel takes ESP in UDP out of what comes, for SAs of its own. */
  readonly takesEsp?: boolean;
}

/** How a message differs from what the socket usually sends. */
export interface Sending {
  readonly typeOfService?: number;
  /** Absent: the kernel may cut it into fragments. */
  readonly dontFragment?: boolean;
  /** Several messages, one after the other, of so many octets each; the last may be shorter. Absent: one. */
  readonly segmentLength?: number | undefined;
}

export class NativeSocket {
  readonly #arena: PacketArena;
  readonly #fd: number;
  readonly #what: string;
  readonly #memory: Region;
  readonly #sending: SendVector;
  #dontFragment = false;
  #watch: Watch | undefined;
  #isClosed = false;

  private constructor(arena: PacketArena, fd: number, what: string, isCutting: boolean) {
    this.#arena = arena;
    this.#fd = fd;
    this.#what = what;
    this.#memory = arena.memory.reserve(SOCKADDR);
    this.#sending = new SendVector(arena, { segmentation: isCutting });
  }

  /** Takes `SOCKET_OCTETS` of the arena's reserve. */
  static open(arena: PacketArena, kind: SocketKind, options: SocketOptions = {}): NativeSocket | OsError {
    const { libc } = arena;
    const what = describeKind(kind);
    const [type, protocol] = TYPES[kind.kind](kind);
    const fd = libc.socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd < 0) return osError(what, libc.errno());
    const isCutting = kind.kind === "udp" && options.offload !== false;
    const socket = new NativeSocket(arena, fd, what, isCutting);
    const fault = socket.#prepare(kind, options);
    if (fault === undefined) return socket;
    socket.close();
    return fault;
  }

  /** Gives all that comes, a batch for each call. `onError` hears what the system refuses. */
  listen(
    vector: ReceiveVector,
    onBatch: (messages: readonly ReceivedMessage[]) => void,
    onError: (error: OsError) => void,
  ): void {
    this.#watch = this.#arena.libc.watch(this.#fd, () => {
      for (let round = 0; round < ROUNDS_MAX && !this.#isClosed; round++) {
        const received = vector.receive(this.#fd);
        if (isOsError(received)) return onError({ ...received, what: this.#what });
        if (received.messages.length > 0) onBatch(received.messages);
        if (received.isLast) return;
      }
    });
  }

  /** Takes a message to be sent; `flush` sends it, if not before. Its octets are used until then, if they are in the arena. */
  send(bytes: Uint8Array, remote: Endpoint, sending: Sending = {}): OsError | undefined {
    return this.sendTo(bytes, ipv4ToNumber(remote.address), remote.port, sending);
  }

  /** The same for packets, whose addresses are numbers. */
  sendTo(
    bytes: Uint8Array,
    address: number,
    port: number,
    { typeOfService, dontFragment, segmentLength = bytes.length }: Sending = {},
  ): OsError | undefined {
    if (bytes.length > PACKET_MAX) return osError(this.#what, EMSGSIZE);
    let refusal = this.#setDontFragment(dontFragment === true);
    if (this.#sending.add(bytes, address, port, typeOfService, segmentLength)) return refusal;
    refusal = this.flush() ?? refusal;
    const isTaken = this.#sending.add(bytes, address, port, typeOfService, segmentLength);
    return isTaken ? refusal : (refusal ?? osError(this.#what, ENOBUFS));
  }

  flush(): OsError | undefined {
    if (this.#isClosed) return undefined;
    if (this.#sending.isEmpty) return undefined;
    const refusal = this.#sending.send(this.#fd);
    return refusal === undefined ? undefined : { ...refusal, what: this.#what };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch?.close();
    this.#arena.libc.close(this.#fd);
  }

  /** For all that waits the same, so what waits goes first. */
  #setDontFragment(dontFragment: boolean): OsError | undefined {
    if (dontFragment === this.#dontFragment) return undefined;
    const refusal = this.flush();
    this.#dontFragment = dontFragment;
    // With the bit, and whatever the kernel has heard of the path: we keep that ourselves.
    this.#set(IPPROTO_IP, IP_MTU_DISCOVER, dontFragment ? IP_PMTUDISC_PROBE : IP_PMTUDISC_INTERFACE);
    return refusal;
  }

  #prepare(kind: SocketKind, { mark, typeOfService, offload, takesEsp }: SocketOptions): OsError | undefined {
    // With fewer rights the buffers stay what they are, which costs packets in bursts and nothing else.
    this.#set(SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_OCTETS);
    this.#set(SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_OCTETS);
    if (typeOfService !== undefined) this.#set(IPPROTO_IP, IP_TOS, typeOfService);
    if (mark !== undefined && this.#set(SOL_SOCKET, SO_MARK, mark) < 0)
      return osError(`${this.#what}, mark packets`, this.#arena.libc.errno());
    // It names the types that are not wanted.
    if (kind.kind === "raw" && kind.icmpType !== undefined)
      this.#set(SOL_RAW, ICMP_FILTER, ~(1 << kind.icmpType));
    // Packets may be cut, to the interface's MTU: what ICMP says of the path is for the data plane to believe or not.
    this.#set(IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_INTERFACE);
    this.#set(IPPROTO_IP, IP_TTL, TIME_TO_LIVE);
    if (kind.kind === "raw" && kind.local !== undefined) return this.#bind({ address: kind.local, port: 0 });
    if (kind.kind !== "udp") return undefined;
    this.#set(IPPROTO_IP, IP_RECVTOS, 1);
    // A kernel that cannot join datagrams gives them one by one.
    if (offload !== false) this.#set(SOL_UDP, UDP_GRO, 1);
    if (takesEsp === true && this.#set(SOL_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP) < 0)
      return osError(`${this.#what}, ESP in UDP`, this.#arena.libc.errno());
    return this.#bind(kind.local);
  }

  #bind(local: Endpoint): OsError | undefined {
    const region = this.#memory;
    putSocketAddress(region.view, 0, local);
    const isBound = this.#arena.libc.bind(this.#fd, region.address(0, SOCKADDR), SOCKADDR) === 0;
    return isBound ? undefined : osError(this.#what, this.#arena.libc.errno());
  }

  #set(level: number, option: number, value: number): number {
    this.#memory.view.setInt32(0, value, true);
    return this.#arena.libc.setsockopt(this.#fd, level, option, this.#memory.address(0, 4), 4);
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

/** What a socket takes of an arena's reserve. */
export const SOCKET_OCTETS = SEND_OCTETS + 64;
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
const SOL_UDP = 17;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
const UDP_ENCAP = 100;
const UDP_ENCAP_ESPINUDP = 2;
const IP_TOS = 1;
const IP_TTL = 2;
const IP_MTU_DISCOVER = 10;
const IP_RECVTOS = 13;
const IP_PMTUDISC_PROBE = 3;
const IP_PMTUDISC_INTERFACE = 4;
/** What IOS gives packets that it makes. */
const TIME_TO_LIVE = 255;
const EMSGSIZE = 90;
const ENOBUFS = 105;
