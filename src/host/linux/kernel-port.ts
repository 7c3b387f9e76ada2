/**
 * The kernel as a gateway's port: UDP sockets for IKE, raw IP for ESP and what passes in clear, two TUN devices. What the
 * kernel routes into the first is to be protected; what came in clear and may be dropped comes through the second.
 */
import type { GatewayEffect, GatewayInput } from "../../gateway/contract.ts";
import { NAT_PORT } from "../../gateway/udp-encapsulation.ts";
import { DESTINATION_UNREACHABLE } from "../../net/icmp.ts";
import { type Endpoint, type IpAddress, ipv4ToNumber } from "../../net/ip-address.ts";
import { IPV4_HEADER_LENGTH, isUncuttable } from "../../net/ipv4-packet.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import { beginsConnection, lowerAnnouncedMss } from "../../net/tcp-mss.ts";
import { UDP_HEADER_LENGTH } from "../../net/udp.ts";
import { packetsOfUdpTrain } from "../../net/udp-train.ts";
import { u16At, u32At } from "../../net/words.ts";
import type { PacketPort } from "./gateway-driver.ts";
import type { MatchedInterface } from "./interface-matching.ts";
import type { Libc } from "./libc.ts";
import { SCRATCH_OCTETS } from "./native-scratch.ts";
import { NativeSocket, SOCKET_OCTETS, type SocketKind, type SocketOptions } from "./native-socket.ts";
import { isOsError, type OsError } from "./os-error.ts";
import { PacketArena } from "./packet-arena.ts";
import { describeSocketProblem, IKE_PORTS } from "./prerequisites.ts";
import { RECEIVE_OCTETS, ReceiveVector } from "./receive-vector.ts";
import { OWN_MARK } from "./steering-plan.ts";
import { TUN_OCTETS, TunDevice } from "./tun-device.ts";

export interface KernelPortOptions {
  readonly libc: Libc;
  readonly interfaces: readonly MatchedInterface[];
  readonly onError: (error: OsError) => void;
  /** False: the kernel joins and cuts no packets for us, as where it cannot. */
  readonly offload?: boolean;
}

/** The name of the IOS interface that a whole IPv4 packet leaves or came by. */
export interface PacketInterfaces {
  readonly leavesBy: (packet: Uint8Array) => string;
  readonly cameBy: (packet: Uint8Array) => string;
  /** Octets: the largest TCP segment that the interfaces on the way of a connection allow (`ip tcp adjust-mss`). */
  readonly adjustedMss: (packet: Uint8Array) => number;
}

export class KernelPort implements PacketPort {
  readonly protectDevice: TunDevice;
  readonly checkDevice: TunDevice;
  /** Where the gateway is to build packets. */
  readonly arena: PacketArena;
  readonly #options: KernelPortOptions;
  readonly #udp: ReadonlyMap<string, NativeSocket>;
  /** Those on port 4500 by their address: what they can send needs no raw socket. */
  readonly #encapsulating: ReadonlyMap<number, NativeSocket>;
  readonly #esp: NativeSocket;
  readonly #ah: NativeSocket;
  /** Hears what routers say of our ESP packets, which the kernel keeps to itself otherwise. */
  readonly #icmp: NativeSocket;
  readonly #packets: NativeSocket;
  #adjustedMss: PacketInterfaces["adjustedMss"] = () => Number.POSITIVE_INFINITY;

  private constructor(options: KernelPortOptions, arena: PacketArena, parts: Parts) {
    this.#options = options;
    this.arena = arena;
    this.#encapsulating = new Map(
      options.interfaces.flatMap(({ address }) => {
        const socket = parts.udp.get(endpointKey(address, NAT_PORT));
        return socket === undefined ? [] : [[ipv4ToNumber(address), socket]];
      }),
    );
    this.#udp = parts.udp;
    this.#esp = parts.esp;
    this.#ah = parts.ah;
    this.#icmp = parts.icmp;
    this.#packets = parts.packets;
    this.protectDevice = parts.protectDevice;
    this.checkDevice = parts.checkDevice;
  }

  /** Everything is opened, or nothing and one line says why. */
  static open(options: KernelPortOptions): KernelPort | string {
    const { libc, interfaces, offload = true } = options;
    const sockets = interfaces.length * IKE_PORTS.length + 4;
    const arena = new PacketArena(
      libc,
      sockets * SOCKET_OCTETS + RECEIVE_OCTETS + 2 * TUN_OCTETS + SCRATCH_OCTETS,
    );
    const opened: { close(): void }[] = [];
    const problems: string[] = [];
    const keep = <T extends { close(): void }>(result: T | OsError, local?: Endpoint): T | undefined => {
      if (isOsError(result)) problems.push(describeSocketProblem(result, local));
      else opened.push(result);
      return isOsError(result) ? undefined : result;
    };
    const socket = (kind: SocketKind, more: SocketOptions = {}) =>
      keep(
        NativeSocket.open(arena, kind, { ...more, offload, mark: OWN_MARK }),
        kind.kind === "udp" ? kind.local : undefined,
      );
    const udp = new Map<string, NativeSocket>();
    for (const { address } of interfaces)
      for (const port of IKE_PORTS) {
        const each = socket(
          { kind: "udp", local: { address, port } },
          { typeOfService: IKE_TYPE_OF_SERVICE },
        );
        if (each !== undefined) udp.set(endpointKey(address, port), each);
      }
    const esp = socket({ kind: "raw", protocol: PROTOCOL.ESP });
    const ah = socket({ kind: "raw", protocol: PROTOCOL.AH });
    const icmp = socket({ kind: "raw", protocol: PROTOCOL.ICMP, icmpType: DESTINATION_UNREACHABLE });
    const packets = socket({ kind: "packets" });
    const protectDevice = keep(TunDevice.create(arena, "skeyid%d", { offload }));
    const checkDevice = keep(TunDevice.create(arena, "skeyidin%d", { offload: false }));
    const [problem] = problems;
    if (problem === undefined && esp && ah && icmp && packets && protectDevice && checkDevice)
      return new KernelPort(options, arena, { udp, esp, ah, icmp, packets, protectDevice, checkDevice });
    for (const each of opened) each.close();
    return problem ?? "nothing could be opened";
  }

  /** Hands in what comes, from now on. */
  start(take: (input: GatewayInput) => void, { leavesBy, cameBy, adjustedMss }: PacketInterfaces): void {
    this.#adjustedMss = adjustedMss;
    const { interfaces, onError } = this.#options;
    const nameOf = new Map(interfaces.map(({ address, name }) => [ipv4ToNumber(address), name]));
    const vector = new ReceiveVector(this.arena);
    for (const { address } of interfaces)
      for (const port of IKE_PORTS) {
        const local = { address, port };
        this.#udp.get(endpointKey(address, port))?.listen(
          vector,
          (messages) => {
            for (const { remote, bytes, segmentLength, typeOfService } of messages) {
              take({ kind: "datagram", local, remote, bytes, segmentLength, typeOfService });
              this.#makeRoom();
            }
            this.flush();
          },
          onError,
        );
      }
    for (const [kind, socket] of [
      ["esp", this.#esp],
      ["ah", this.#ah],
    ] as const)
      socket.listen(
        vector,
        (messages) => {
          for (const { bytes } of messages) {
            const interfaceName = nameOf.get(u32At(bytes, 16));
            // Another program of this machine may use IPsec at other addresses.
            if (interfaceName === undefined) continue;
            take({ kind, interfaceName, bytes });
            this.#makeRoom();
          }
          this.flush();
        },
        onError,
      );
    this.#icmp.listen(
      vector,
      (messages) => {
        for (const { bytes } of messages) take({ kind: "icmp", bytes });
        this.flush();
      },
      onError,
    );
    const fromKernel = (
      device: TunDevice,
      kind: "outbound-packet" | "inbound-packet",
      interfaceOf: (packet: Uint8Array) => string,
    ) =>
      device.listen(
        (bytes, segmentLength) => {
          // The kernel also sends IPv6 by every interface that is up: router solicitations.
          if ((bytes[0] ?? 0) >> 4 !== 4 || bytes.length < IPV4_HEADER_LENGTH) return;
          const interfaceName = interfaceOf(bytes);
          if (device === this.protectDevice) this.#adjustMss(bytes);
          if (segmentLength > 0) take({ kind: "outbound-packet", interfaceName, bytes, segmentLength });
          else take({ kind, interfaceName, bytes });
          this.#makeRoom();
        },
        () => this.flush(),
      );
    fromKernel(this.protectDevice, "outbound-packet", leavesBy);
    fromKernel(this.checkDevice, "inbound-packet", cameBy);
  }

  sendDatagram({ local, remote, bytes }: Extract<GatewayEffect, { kind: "send-datagram" }>): void {
    const socket = this.#udp.get(endpointKey(local.address, local.port));
    this.#tell(socket?.send(bytes, remote));
  }

  /** ESP in UDP goes by the UDP socket, which can have many cut from one; the header that it makes is as good as ours. */
  transmit({ bytes, segmentLength }: Extract<GatewayEffect, { kind: "transmit" }>): void {
    const socket = isOwnEncapsulation(bytes) ? this.#encapsulating.get(u32At(bytes, 12)) : undefined;
    if (socket === undefined) {
      const packets = segmentLength === undefined ? [bytes] : packetsOfUdpTrain(bytes, segmentLength);
      for (const packet of packets) this.#sendPacket(packet);
      return;
    }
    const sending = { typeOfService: bytes[1] ?? 0, dontFragment: isUncuttable(bytes), segmentLength };
    this.#tell(
      socket.sendTo(
        bytes.subarray(IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH),
        u32At(bytes, 16),
        u16At(bytes, 22),
        sending,
      ),
    );
  }

  /** What was protected the kernel receives from the TUN. An error message of ours, from our address, it would not. */
  receive({ bytes, wasProtected, segmentLength }: Extract<GatewayEffect, { kind: "receive" }>): void {
    if (wasProtected) {
      this.#adjustMss(bytes);
      this.#tell(this.protectDevice.write(bytes, segmentLength));
    } else this.#sendPacket(bytes);
  }

  flush(): void {
    // IKE first: ESP that overtakes QM3 finds a peer who may not answer yet, and who negotiates again.
    for (const socket of this.#udp.values()) this.#tell(socket.flush());
    this.#tell(this.#packets.flush());
    this.#tell(this.protectDevice.flush());
    this.arena.reset();
  }

  close(): void {
    for (const each of [
      ...this.#udp.values(),
      this.#esp,
      this.#ah,
      this.#icmp,
      this.#packets,
      this.protectDevice,
      this.checkDevice,
    ])
      each.close();
  }

  #sendPacket(bytes: Uint8Array): void {
    this.#tell(this.#packets.sendTo(bytes, u32At(bytes, 16), 0));
  }

  #adjustMss(packet: Uint8Array): void {
    if (beginsConnection(packet)) lowerAnnouncedMss(packet, this.#adjustedMss(packet));
  }

  /** Sends what waits before there is no room to build in. */
  #makeRoom(): void {
    if (this.arena.isCrowded) this.flush();
  }

  #tell(error: OsError | undefined): void {
    if (error !== undefined) this.#options.onError(error);
  }
}

interface Parts {
  readonly udp: ReadonlyMap<string, NativeSocket>;
  readonly esp: NativeSocket;
  readonly ah: NativeSocket;
  readonly icmp: NativeSocket;
  readonly packets: NativeSocket;
  readonly protectDevice: TunDevice;
  readonly checkDevice: TunDevice;
}

/** A whole UDP packet from port 4500. */
function isOwnEncapsulation(packet: Uint8Array): boolean {
  const isWhole = (u16At(packet, 6) & FRAGMENT_BITS) === 0;
  return packet[0] === 0x45 && packet[9] === PROTOCOL.UDP && isWhole && u16At(packet, 20) === NAT_PORT;
}

function endpointKey(address: IpAddress, port: number): string {
  return `${address}:${port}`;
}

/** IOS marks IKE as internetwork control. */
const IKE_TYPE_OF_SERVICE = 0xc0;
/** More fragments, and the fragment offset. */
const FRAGMENT_BITS = 0x3fff;
