/** Crypto map entries by their id and by the peers they have: with thousands of them nothing may walk through all. */
import type { IpAddress } from "../net/ip-address.ts";
import type { Connection } from "./policy.ts";

export class ConnectionTable {
  readonly #byId = new Map<string, Connection>();
  readonly #byPeer = new Map<IpAddress, readonly Connection[]>();

  constructor(connections: readonly Connection[]) {
    for (const connection of connections) {
      this.#byId.set(connection.id, connection);
      for (const peer of connection.peers)
        this.#byPeer.set(peer, (this.#byPeer.get(peer) ?? []).concat(connection));
    }
  }

  find(id: string): Connection | undefined {
    return this.#byId.get(id);
  }

  hasPeer(peer: IpAddress): boolean {
    return this.#byPeer.has(peer);
  }

  /** In the order of the policy. */
  between(localAddress: IpAddress, peer: IpAddress): readonly Connection[] {
    return (this.#byPeer.get(peer) ?? []).filter((connection) => connection.localAddress === localAddress);
  }
}
