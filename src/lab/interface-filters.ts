/** The access lists on a router's interfaces, and how often each of their lines has matched. */
import type { InterfaceConfiguration } from "../config/router-policy.ts";
import { type AccessList, verdict } from "../net/access-list.ts";
import type { Ipv4Packet } from "../net/ipv4-packet.ts";

export type Direction = keyof InterfaceConfiguration["accessGroups"];

export class InterfaceFilters {
  #groups: ReadonlyMap<string, InterfaceConfiguration["accessGroups"]> = new Map();
  /** By what a line was made from. */
  readonly #matches = new WeakMap<object, number>();

  reconfigure(interfaces: readonly InterfaceConfiguration[]): void {
    this.#groups = new Map(interfaces.map(({ name, accessGroups }) => [name, accessGroups]));
  }

  /** The packet may pass the interface; counted for the line that says so. */
  admits(interfaceName: string, direction: Direction, packet: Ipv4Packet): boolean {
    const list = this.#groups.get(interfaceName)?.[direction];
    return list === undefined || this.permits(list, packet);
  }

  /** The list permits the packet; counted. */
  permits(list: AccessList, packet: Ipv4Packet): boolean {
    const { permitted, line } = verdict(list, packet);
    if (line !== undefined) this.#matches.set(line.source, this.matchesOf(line.source) + 1);
    return permitted;
  }

  matchesOf(source: object): number {
    return this.#matches.get(source) ?? 0;
  }

  clear(source: object): void {
    this.#matches.delete(source);
  }
}
