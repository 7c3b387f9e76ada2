/** IKE's sockets where the kernel has the SAs: what comes on port 4500 and is ESP it keeps, and no packet passes through us. */
import type { GatewayEffect, GatewayInput } from "../../../gateway/contract.ts";
import { NAT_PORT } from "../../../gateway/udp-encapsulation.ts";
import type { Endpoint } from "../../../net/ip-address.ts";
import type { PacketPort } from "../gateway-driver.ts";
import type { KernelPortOptions } from "../kernel-port.ts";
import { NativeSocket, SOCKET_OCTETS } from "../native-socket.ts";
import { isOsError } from "../os-error.ts";
import { PacketArena } from "../packet-arena.ts";
import { describeSocketProblem, IKE_PORTS } from "../prerequisites.ts";
import { RECEIVE_OCTETS, ReceiveVector } from "../receive-vector.ts";

interface BoundSocket {
  readonly local: Endpoint;
  readonly socket: NativeSocket;
}

export class XfrmPort implements PacketPort {
  readonly #options: KernelPortOptions;
  readonly #arena: PacketArena;
  readonly #sockets: readonly BoundSocket[];

  private constructor(options: KernelPortOptions, arena: PacketArena, sockets: readonly BoundSocket[]) {
    this.#options = options;
    this.#arena = arena;
    this.#sockets = sockets;
  }

  /** All sockets are opened, or none and one line says why. */
  static open(options: KernelPortOptions): XfrmPort | string {
    const ends = options.interfaces.flatMap(({ address }) => IKE_PORTS.map((port) => ({ address, port })));
    const arena = new PacketArena(options.libc, ends.length * SOCKET_OCTETS + RECEIVE_OCTETS);
    const sockets: BoundSocket[] = [];
    for (const local of ends) {
      const kind = { kind: "udp", local } as const;
      const more = { typeOfService: IKE_TYPE_OF_SERVICE, offload: false, takesEsp: local.port === NAT_PORT };
      const socket = NativeSocket.open(arena, kind, more);
      if (!isOsError(socket)) sockets.push({ local, socket });
      else {
        for (const each of sockets) each.socket.close();
        return describeSocketProblem(socket, local);
      }
    }
    return new XfrmPort(options, arena, sockets);
  }

  /** Hands in what comes, from now on. */
  start(take: (input: GatewayInput) => void): void {
    const vector = new ReceiveVector(this.#arena);
    for (const { local, socket } of this.#sockets)
      socket.listen(
        vector,
        (messages) => {
          for (const message of messages) take({ kind: "datagram", local, ...message });
          this.flush();
        },
        this.#options.onError,
      );
  }

  sendDatagram({ local, remote, bytes }: Extract<GatewayEffect, { kind: "send-datagram" }>): void {
    const bound = this.#sockets.find(
      (each) => each.local.address === local.address && each.local.port === local.port,
    );
    const refusal = bound?.socket.send(bytes, remote);
    if (refusal !== undefined) this.#options.onError(refusal);
  }

  /** No packet is handed in, so none comes out. */
  transmit(): void {}

  receive(): void {}

  flush(): void {
    for (const { socket } of this.#sockets) {
      const refusal = socket.flush();
      if (refusal !== undefined) this.#options.onError(refusal);
    }
    this.#arena.reset();
  }

  close(): void {
    for (const { socket } of this.#sockets) socket.close();
  }
}

/** IOS marks IKE as internetwork control. */
const IKE_TYPE_OF_SERVICE = 0xc0;
