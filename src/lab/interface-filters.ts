/** The access lists on a router's interfaces, and how often each of their lines has matched. */
import type { InterfaceConfiguration } from "../config/router-policy.ts";
import { type AccessList, type Verdict, verdict } from "../net/access-list.ts";
import type { Ipv4Packet } from "../net/ipv4-packet.ts";
import type { AccessListLog } from "./access-list-log.ts";

export type Direction = keyof InterfaceConfiguration["accessGroups"];

export class InterfaceFilters {
  readonly #log: AccessListLog;
  #groups: ReadonlyMap<string, InterfaceConfiguration["accessGroups"]> = new Map();
  /** By what a line was made from. */
  readonly #matches = new WeakMap<object, number>();

  constructor(log: AccessListLog) {
    this.#log = log;
  }

  reconfigure(interfaces: readonly InterfaceConfiguration[]): void {
    this.#groups = new Map(interfaces.map(({ name, accessGroups }) => [name, accessGroups]));
  }

  /** The packet may pass the interface; counted for the line that says so, and logged. */
  admits(interfaceName: string, direction: Direction, packet: Ipv4Packet, arrivedBy: string): boolean {
    const list = this.#groups.get(interfaceName)?.[direction];
    if (list === undefined) return true;
    const { permitted, line } = this.#verdict(list, packet);
    if (line !== undefined) this.#log.take(list, line, packet, arrivedBy);
    return permitted;
  }

  /** The list permits the packet; counted. */
  permits(list: AccessList, packet: Ipv4Packet): boolean {
    return this.#verdict(list, packet).permitted;
  }

  #verdict(list: AccessList, packet: Ipv4Packet): Verdict {
    const found = verdict(list, packet);
    const source = found.line?.source;
    if (source !== undefined) this.#matches.set(source, this.matchesOf(source) + 1);
    return found;
  }

  matchesOf(source: object): number {
    return this.#matches.get(source) ?? 0;
  }

  clear(source: object): void {
    this.#matches.delete(source);
  }
}
