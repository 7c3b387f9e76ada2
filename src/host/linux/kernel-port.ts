/**
 * The kernel as a gateway's port: UDP sockets for IKE, raw IP for ESP and what passes in clear, two TUN devices. What the
 * kernel routes into the first is to be protected; what came in clear and may be dropped comes through the second.
 */
import type { GatewayEffect, GatewayInput } from "../../gateway/contract.ts";
import { type Endpoint, type IpAddress, ipv4FromNumber } from "../../net/ip-address.ts";
import { IPV4_HEADER_LENGTH } from "../../net/ipv4-packet.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import { u32At } from "../../net/words.ts";
import type { PacketPort } from "./gateway-driver.ts";
import type { MatchedInterface } from "./interface-matching.ts";
import type { Libc } from "./libc.ts";
import { NativeSocket, type SocketKind, type SocketOptions } from "./native-socket.ts";
import { isOsError, type OsError } from "./os-error.ts";
import { describeSocketProblem, IKE_PORTS } from "./prerequisites.ts";
import { OWN_MARK } from "./steering-plan.ts";
import { TunDevice } from "./tun-device.ts";

export interface KernelPortOptions {
  readonly libc: Libc;
  readonly interfaces: readonly MatchedInterface[];
  readonly onError: (error: OsError) => void;
}

/** The name of the IOS interface that a whole IPv4 packet leaves or came by. */
export interface PacketInterfaces {
  readonly leavesBy: (packet: Uint8Array) => string;
  readonly cameBy: (packet: Uint8Array) => string;
}

export class KernelPort implements PacketPort {
  readonly protectDevice: TunDevice;
  readonly checkDevice: TunDevice;
  readonly #options: KernelPortOptions;
  readonly #udp: ReadonlyMap<string, NativeSocket>;
  readonly #esp: NativeSocket;
  readonly #packets: NativeSocket;

  private constructor(options: KernelPortOptions, parts: Parts) {
    this.#options = options;
    this.#udp = parts.udp;
    this.#esp = parts.esp;
    this.#packets = parts.packets;
    this.protectDevice = parts.protectDevice;
    this.checkDevice = parts.checkDevice;
  }

  /** Everything is opened, or nothing and one line says why. */
  static open(options: KernelPortOptions): KernelPort | string {
    const { libc, interfaces } = options;
    const opened: { close(): void }[] = [];
    const problems: string[] = [];
    const keep = <T extends { close(): void }>(result: T | OsError, local?: Endpoint): T | undefined => {
      if (isOsError(result)) problems.push(describeSocketProblem(result, local));
      else opened.push(result);
      return isOsError(result) ? undefined : result;
    };
    const socket = (kind: SocketKind, more: SocketOptions = {}) =>
      keep(
        NativeSocket.open(libc, kind, { ...more, mark: OWN_MARK }),
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
    const packets = socket({ kind: "packets" });
    const protectDevice = keep(TunDevice.create(libc, "skeyid%d"));
    const checkDevice = keep(TunDevice.create(libc, "skeyidin%d"));
    const [problem] = problems;
    if (problem === undefined && esp && packets && protectDevice && checkDevice)
      return new KernelPort(options, { udp, esp, packets, protectDevice, checkDevice });
    for (const each of opened) each.close();
    return problem ?? "nothing could be opened";
  }

  /** Hands in what comes, from now on. */
  start(take: (input: GatewayInput) => void, { leavesBy, cameBy }: PacketInterfaces): void {
    const { interfaces, onError } = this.#options;
    const nameOf = new Map(interfaces.map(({ address, name }) => [address, name]));
    for (const { address } of interfaces)
      for (const port of IKE_PORTS)
        this.#udp.get(endpointKey(address, port))?.listen((messages) => {
          for (const { remote, bytes } of messages)
            take({ kind: "datagram", local: { address, port }, remote, bytes });
          this.flush();
        }, onError);
    this.#esp.listen((messages) => {
      for (const { bytes } of messages) {
        const interfaceName = nameOf.get(ipv4FromNumber(u32At(bytes, 16)));
        // Another program of this machine may use ESP at other addresses.
        if (interfaceName !== undefined) take({ kind: "esp", interfaceName, bytes });
      }
      this.flush();
    }, onError);
    const fromKernel = (kind: "outbound-packet" | "inbound-packet", interfaceOf: (p: Uint8Array) => string) =>
      [
        (bytes: Uint8Array) => {
          // The kernel also sends IPv6 by every interface that is up: router solicitations.
          if ((bytes[0] ?? 0) >> 4 === 4 && bytes.length >= IPV4_HEADER_LENGTH)
            take({ kind, interfaceName: interfaceOf(bytes), bytes });
        },
        () => this.flush(),
      ] as const;
    this.protectDevice.listen(...fromKernel("outbound-packet", leavesBy));
    this.checkDevice.listen(...fromKernel("inbound-packet", cameBy));
  }

  sendDatagram({ local, remote, bytes }: Extract<GatewayEffect, { kind: "send-datagram" }>): void {
    const socket = this.#udp.get(endpointKey(local.address, local.port));
    this.#tell(socket?.send(bytes, remote));
  }

  transmit({ bytes }: Extract<GatewayEffect, { kind: "transmit" }>): void {
    this.#sendPacket(bytes);
  }

  /** What was protected the kernel receives from the TUN. An error message of ours, from our address, it would not. */
  receive({ bytes, wasProtected }: Extract<GatewayEffect, { kind: "receive" }>): void {
    if (wasProtected) this.#tell(this.protectDevice.write(bytes));
    else this.#sendPacket(bytes);
  }

  flush(): void {
    this.#tell(this.#packets.flush());
    for (const socket of this.#udp.values()) this.#tell(socket.flush());
  }

  close(): void {
    for (const each of [
      ...this.#udp.values(),
      this.#esp,
      this.#packets,
      this.protectDevice,
      this.checkDevice,
    ])
      each.close();
  }

  #sendPacket(bytes: Uint8Array): void {
    this.#tell(this.#packets.send(bytes, { address: ipv4FromNumber(u32At(bytes, 16)), port: 0 }));
  }

  #tell(error: OsError | undefined): void {
    if (error !== undefined) this.#options.onError(error);
  }
}

interface Parts {
  readonly udp: ReadonlyMap<string, NativeSocket>;
  readonly esp: NativeSocket;
  readonly packets: NativeSocket;
  readonly protectDevice: TunDevice;
  readonly checkDevice: TunDevice;
}

function endpointKey(address: IpAddress, port: number): string {
  return `${address}:${port}`;
}

/** IOS marks IKE as internetwork control. */
const IKE_TYPE_OF_SERVICE = 0xc0;
