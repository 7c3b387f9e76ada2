/** Crypto map entries by their id and by the peers they have: with thousands of them nothing may walk through all. */
import { MultiMap } from "../base/multi-map.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { Connection } from "./policy.ts";

export class ConnectionTable {
  readonly #byId = new Map<string, Connection>();
  readonly #byPeer = new MultiMap<IpAddress, Connection>();
  readonly #templates: readonly Connection[];

  constructor(connections: readonly Connection[]) {
    for (const connection of connections) {
      this.#byId.set(connection.id, connection);
      if (connection.isTemplate !== true)
        for (const peer of connection.peers) this.#byPeer.add(peer, connection);
    }
    this.#templates = connections.filter(({ isTemplate }) => isTemplate === true);
  }

  find(id: string): Connection | undefined {
    return this.#byId.get(id);
  }

  /** It is configured, not only let in by a dynamic map. */
  hasPeer(peer: IpAddress): boolean {
    return this.#byPeer.has(peer);
  }

  /** The peer's address, as the text that the configuration has of it. */
  textOf(peer: IpAddress): IpAddress {
    const [connection] = this.#byPeer.get(peer);
    return connection?.peers.find((each) => each === peer) ?? peer;
  }

  /** What a peer that begins may be meant by, in the order of the policy: its own entries, then those of dynamic maps. */
  between(localAddress: IpAddress, peer: IpAddress): readonly Connection[] {
    const templates = this.#templates.filter(
      (each) => each.localAddress === localAddress && (each.peers.length === 0 || each.peers.includes(peer)),
    );
    return [...this.configuredBetween(localAddress, peer), ...templates];
  }

  /** Entries by which we may begin with the peer. */
  configuredBetween(localAddress: IpAddress, peer: IpAddress): readonly Connection[] {
    return this.#byPeer.get(peer).filter((connection) => connection.localAddress === localAddress);
  }
}
