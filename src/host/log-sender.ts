/** Datagrams to syslog servers: sent and forgotten. Where they do not go out fast enough, the newest are left out. */
import { createSocket, type Socket } from "node:dgram";
import type { IpAddress } from "../net/ip-address.ts";

export class LogSender {
  /** By the address they come from; the empty one is the kernel's choice. */
  readonly #sockets = new Map<string, Socket>();
  #underWay = 0;

  send(
    octets: Uint8Array,
    to: { readonly address: IpAddress; readonly port: number },
    source?: IpAddress,
  ): void {
    if (this.#underWay >= UNDER_WAY_MAX) return;
    this.#underWay += 1;
    this.#socketFrom(source ?? "").send(octets, to.port, to.address, () => {
      this.#underWay -= 1;
    });
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  #socketFrom(source: string): Socket {
    const known = this.#sockets.get(source);
    if (known !== undefined) return known;
    const socket = createSocket("udp4");
    // Nobody is there, or the address is not this machine's: messages are lost, and that is all.
    socket.on("error", () => {
      this.#sockets.delete(source);
    });
    socket.unref();
    if (source !== "") socket.bind({ address: source });
    this.#sockets.set(source, socket);
    return socket;
  }
}

/** Datagrams handed to the kernel and not yet taken. */
const UNDER_WAY_MAX = 256;
