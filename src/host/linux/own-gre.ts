/**
 * GRE tunnels of our own, where the kernel has none: a TUN device for each, and a raw socket for each address that tunnels
 * start from. What the kernel sends by the device leaves as GRE, which the kernel routes, and hands to us to be protected.
 */
import type { TunnelEnds } from "../../config/router-policy.ts";
import { decapsulated } from "../../lab/gre-tunnel.ts";
import { buildGre, ETHER_TYPE } from "../../net/gre.ts";
import { type IpAddress, ipv4ToNumber } from "../../net/ip-address.ts";
import { parseIpv4Packet } from "../../net/ipv4-packet.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import type { Libc } from "./libc.ts";
import { NativeSocket, SOCKET_OCTETS } from "./native-socket.ts";
import { describeOsError, isOsError, type OsError } from "./os-error.ts";
import { PacketArena } from "./packet-arena.ts";
import { RECEIVE_OCTETS, ReceiveVector } from "./receive-vector.ts";
import { TUN_OCTETS, TunDevice } from "./tun-device.ts";

/** What a tunnel interface is to be. */
export interface TunnelWish {
  /** As the configuration calls it. */
  readonly name: string;
  /** As the kernel is to call it. */
  readonly device: string;
  readonly tunnel: TunnelEnds;
}

export class OwnGre {
  readonly #devices: ReadonlyMap<string, TunDevice>;
  readonly #sockets: ReadonlyMap<IpAddress, NativeSocket>;

  private constructor(
    devices: ReadonlyMap<string, TunDevice>,
    sockets: ReadonlyMap<IpAddress, NativeSocket>,
  ) {
    this.#devices = devices;
    this.#sockets = sockets;
  }

  /** Devices that are down yet, or one line says why there are none. */
  static open(libc: Libc, wishes: readonly TunnelWish[], onError: (error: OsError) => void): OwnGre | string {
    const sources = [...new Set(wishes.map(({ tunnel }) => tunnel.source))];
    const arena = new PacketArena(
      libc,
      sources.length * SOCKET_OCTETS + RECEIVE_OCTETS + wishes.length * TUN_OCTETS,
    );
    const devices = new Map<string, TunDevice>();
    const sockets = new Map<IpAddress, NativeSocket>();
    const gre = new OwnGre(devices, sockets);
    for (const local of sources) {
      const socket = NativeSocket.open(arena, { kind: "raw", protocol: PROTOCOL.GRE, local });
      if (isOsError(socket)) return gre.#refused(socket);
      sockets.set(local, socket);
    }
    for (const { name, device } of wishes) {
      const made = TunDevice.create(arena, device, { offload: false });
      if (isOsError(made)) return gre.#refused(made);
      devices.set(name, made);
    }
    gre.#start(new ReceiveVector(arena), wishes, onError);
    return gre;
  }

  close(): void {
    for (const each of [...this.#devices.values(), ...this.#sockets.values()]) each.close();
  }

  #refused(fault: OsError): string {
    this.close();
    return describeOsError(fault);
  }

  #start(vector: ReceiveVector, wishes: readonly TunnelWish[], onError: (error: OsError) => void): void {
    const tell = (error: OsError | undefined) => {
      if (error !== undefined) onError(error);
    };
    for (const { name, tunnel } of wishes) {
      const socket = this.#sockets.get(tunnel.source);
      const header = { protocolType: ETHER_TYPE.IPV4, key: tunnel.key, hasChecksum: tunnel.hasChecksum };
      const destination = ipv4ToNumber(tunnel.destination);
      this.#devices.get(name)?.listen(
        (packet) => {
          // The kernel also sends IPv6 by every interface that is up: router solicitations.
          if ((packet[0] ?? 0) >> 4 !== 4) return;
          tell(socket?.sendTo(buildGre(header, packet), destination, 0, { typeOfService: packet[1] ?? 0 }));
        },
        () => tell(socket?.flush()),
      );
    }
    for (const socket of this.#sockets.values())
      socket.listen(
        vector,
        (messages) => {
          for (const { bytes } of messages) {
            const outer = parseIpv4Packet(bytes);
            const found = outer && decapsulated(wishes, outer);
            if (found !== undefined) tell(this.#devices.get(found.interfaceName)?.write(found.packet.bytes));
          }
          for (const device of this.#devices.values()) tell(device.flush());
        },
        onError,
      );
  }
}
