/**
 * The security policy database of one interface (RFC 2401 §4.4.1) as crypto maps order it: entries ascending, in each the
 * lines of its access list; the first permit protects, a deny sends the packet on to the next entry.
 *
 * Lines are grouped by their pair of wildcards and found in each group by the address bits that count, so a look-up costs
 * as many steps as there are different wildcard pairs, not as there are lines.
 */
import type { AccessRule } from "../net/selector.ts";
import { AddressIndex } from "./address-index.ts";
import {
  type CompiledSelector,
  flowMatches,
  flowMatchesDeny,
  type PacketFlow,
  selectsPorts,
} from "./packet-flow.ts";

/** One line of an entry's access list; `target` is what a permit leads to. */
export interface SpdLine<T> {
  readonly action: AccessRule["action"];
  readonly selector: CompiledSelector;
  readonly target: T;
}

interface IndexedLine<T> {
  /** Place among all lines of the interface. */
  readonly order: number;
  readonly entry: number;
  readonly isPermit: boolean;
  /** It asks for addresses alone, which the look-up has compared already. */
  readonly isPlain: boolean;
  readonly selector: CompiledSelector;
  readonly target: T;
  /** The next line with the same addresses. */
  next: IndexedLine<T> | undefined;
}

/** The lines of one pair of wildcards, by the bits of source and destination that count. */
interface LineGroup<T> {
  readonly sourceCare: number;
  readonly destinationCare: number;
  readonly lines: AddressIndex<IndexedLine<T>>;
}

export class Spd<T> {
  readonly #groups: readonly LineGroup<T>[];

  /** The lines of each entry, both in order. */
  constructor(entries: readonly (readonly SpdLine<T>[])[]) {
    const groups = new Map<string, Map<string, IndexedLine<T>>>();
    let order = 0;
    for (const [entry, lines] of entries.entries())
      for (const { action, selector, target } of lines) {
        const isPlain = selector.protocol === 0 && !selectsPorts(selector);
        const isPermit = action === "permit";
        addTo(groups, { order: order++, entry, isPermit, isPlain, selector, target, next: undefined });
      }
    this.#groups = [...groups.values()].map(indexed);
  }

  /** What the flow of a leaving packet leads to; undefined lets it pass in clear. For a packet that came in: the flow of what answers it. */
  lookUp(flow: PacketFlow): T | undefined {
    // Most packets match one line or none.
    let only: IndexedLine<T> | undefined;
    let several: IndexedLine<T>[] | undefined;
    for (const group of this.#groups)
      for (let line = firstWith(group, flow); line !== undefined; line = line.next) {
        if (!line.isPlain && !matches(line, flow)) continue;
        if (only === undefined) only = line;
        else if (several === undefined) several = [only, line];
        else several.push(line);
      }
    if (several !== undefined) return decided(several);
    return only?.isPermit === true ? only.target : undefined;
  }

  /** What the flow leads to may hang on its ports, which fragments do not show. */
  dependsOnPorts(flow: PacketFlow): boolean {
    for (const group of this.#groups)
      for (let line = firstWith(group, flow); line !== undefined; line = line.next) {
        const { selector } = line;
        if (selectsPorts(selector) && (selector.protocol === 0 || selector.protocol === flow.protocol))
          return true;
      }
    return false;
  }
}

/** The first of the group's lines with the flow's addresses. */
function firstWith<T>(
  { sourceCare, destinationCare, lines }: LineGroup<T>,
  flow: PacketFlow,
): IndexedLine<T> | undefined {
  return lines.get(flow.source & sourceCare, flow.destination & destinationCare);
}

function matches<T>({ isPermit, selector }: IndexedLine<T>, flow: PacketFlow): boolean {
  return isPermit ? flowMatches(selector, flow) : flowMatchesDeny(selector, flow);
}

/** The first permit, in order, of an entry that has not denied before. */
function decided<T>(matching: IndexedLine<T>[]): T | undefined {
  matching.sort((a, b) => a.order - b.order);
  let denyingEntry = -1;
  for (const line of matching) {
    if (line.entry === denyingEntry) continue;
    if (line.isPermit) return line.target;
    denyingEntry = line.entry;
  }
  return undefined;
}

/** Groups by their wildcards, and in each the first line with the same addresses. */
function addTo<T>(groups: Map<string, Map<string, IndexedLine<T>>>, line: IndexedLine<T>): void {
  const { localCare, localBits, remoteCare, remoteBits } = line.selector;
  const wildcards = `${localCare} ${remoteCare}`;
  const group = groups.get(wildcards) ?? new Map<string, IndexedLine<T>>();
  groups.set(wildcards, group);
  const addresses = `${localBits} ${remoteBits}`;
  let last = group.get(addresses);
  if (last === undefined) group.set(addresses, line);
  else {
    while (last.next !== undefined) last = last.next;
    last.next = line;
  }
}

function indexed<T>(group: ReadonlyMap<string, IndexedLine<T>>): LineGroup<T> {
  const lines = [...group.values()];
  const [first] = lines;
  return {
    sourceCare: first?.selector.localCare ?? 0,
    destinationCare: first?.selector.remoteCare ?? 0,
    lines: new AddressIndex(lines.map((line) => [line.selector.localBits, line.selector.remoteBits, line])),
  };
}
