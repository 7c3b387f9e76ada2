/**
 * The flows of temporary crypto map entries on one interface, which come and go with their SAs: found by addresses as in
 * `Spd`, but each can be added and removed alone. The narrowest decides, so that a peer that asks for much gets nothing of
 * what others have; of equals the newest, for a peer that has come back with another address.
 */
import { type CompiledSelector, flowMatches, type PacketFlow, selectsPorts } from "./packet-flow.ts";

interface Line<T> {
  readonly selector: CompiledSelector;
  readonly target: T;
}

/** The lines of one pair of wildcards, by the bits of source and destination that count; of each the newest first. */
interface LineGroup<T> {
  readonly sourceCare: number;
  readonly destinationCare: number;
  readonly lines: Map<number, Map<number, readonly Line<T>[]>>;
}

export class TemporaryLines<T> {
  /** The narrowest first. */
  #groups: readonly LineGroup<T>[] = [];

  add(selector: CompiledSelector, target: T): void {
    const { lines } = this.#groupFor(selector);
    const { localBits, remoteBits } = selector;
    const bySource = lines.get(localBits) ?? new Map<number, readonly Line<T>[]>();
    lines.set(localBits, bySource);
    bySource.set(remoteBits, [{ selector, target }, ...(bySource.get(remoteBits) ?? [])]);
  }

  /** `selector` is the one it was added with. */
  remove({ localCare, localBits, remoteCare, remoteBits }: CompiledSelector, target: T): void {
    const group = this.#groups.find((each) => isOf(each, localCare, remoteCare));
    const bySource = group?.lines.get(localBits);
    if (group === undefined || bySource === undefined) return;
    const left = (bySource.get(remoteBits) ?? []).filter((line) => line.target !== target);
    if (left.length > 0) bySource.set(remoteBits, left);
    else bySource.delete(remoteBits);
    if (bySource.size === 0) group.lines.delete(localBits);
    if (group.lines.size === 0) this.#groups = this.#groups.filter((each) => each !== group);
  }

  /** What was added for just these addresses, the newest first. */
  withAddressesOf({ localCare, localBits, remoteCare, remoteBits }: CompiledSelector): readonly T[] {
    const group = this.#groups.find((each) => isOf(each, localCare, remoteCare));
    return (group?.lines.get(localBits)?.get(remoteBits) ?? NONE).map(({ target }) => target);
  }

  /** What the flow of a leaving packet leads to. For a packet that came in: the flow of what answers it. */
  lookUp(flow: PacketFlow): T | undefined {
    for (const group of this.#groups)
      for (const line of linesWith(group, flow)) if (flowMatches(line.selector, flow)) return line.target;
    return undefined;
  }

  /** What the flow leads to may hang on its ports, which fragments do not show. */
  dependsOnPorts(flow: PacketFlow): boolean {
    return this.#groups.some((group) =>
      linesWith(group, flow).some(
        ({ selector }) =>
          selectsPorts(selector) && (selector.protocol === 0 || selector.protocol === flow.protocol),
      ),
    );
  }

  #groupFor({ localCare, remoteCare }: CompiledSelector): LineGroup<T> {
    const known = this.#groups.find((each) => isOf(each, localCare, remoteCare));
    if (known !== undefined) return known;
    const group: LineGroup<T> = { sourceCare: localCare, destinationCare: remoteCare, lines: new Map() };
    this.#groups = [...this.#groups, group].toSorted((a, b) => narrowness(b) - narrowness(a));
    return group;
  }
}

function isOf(group: LineGroup<unknown>, sourceCare: number, destinationCare: number): boolean {
  return group.sourceCare === sourceCare && group.destinationCare === destinationCare;
}

function linesWith<T>(
  { sourceCare, destinationCare, lines }: LineGroup<T>,
  flow: PacketFlow,
): readonly Line<T>[] {
  return lines.get(flow.source & sourceCare)?.get(flow.destination & destinationCare) ?? NONE;
}

/** How many bits of both addresses count. */
function narrowness({ sourceCare, destinationCare }: LineGroup<unknown>): number {
  return bitsOf(sourceCare) + bitsOf(destinationCare);
}

function bitsOf(word: number): number {
  let count = 0;
  for (let left = word >>> 0; left !== 0; left = (left & (left - 1)) >>> 0) count++;
  return count;
}

const NONE: readonly never[] = [];
