/**
 * The security policy database of one interface (RFC 2401 §4.4.1) as crypto maps order it: entries ascending, in each the
 * lines of its access list; the first permit protects, a deny sends the packet on to the next entry.
 *
 * Lines are grouped by their pair of wildcards and found in each group by the address bits that count, so a look-up costs
 * as many steps as there are different wildcard pairs, not as there are lines.
 */
import type { AccessRule } from "../net/selector.ts";
import { selectorOfRule } from "../net/selector.ts";
import {
  type CompiledSelector,
  compileSelector,
  flowMatches,
  flowMatchesDeny,
  type PacketFlow,
  selectsPorts,
} from "./packet-flow.ts";

/** One line of an entry's access list; `target` is what a permit leads to. */
export interface SpdLine<T> {
  readonly rule: AccessRule;
  readonly target: T;
}

interface IndexedLine<T> {
  /** Place among all lines of the interface. */
  readonly order: number;
  readonly entry: number;
  readonly isPermit: boolean;
  readonly selector: CompiledSelector;
  readonly target: T;
}

/** The lines of one pair of wildcards: by the source bits that count, then by the destination bits. */
interface LineGroup<T> {
  readonly sourceCare: number;
  readonly destinationCare: number;
  readonly lines: Map<number, Map<number, IndexedLine<T>[]>>;
}

export class Spd<T> {
  readonly #groups: readonly LineGroup<T>[];

  /** The lines of each entry, both in order. */
  constructor(entries: readonly (readonly SpdLine<T>[])[]) {
    const groups = new Map<string, LineGroup<T>>();
    let order = 0;
    for (const [entry, lines] of entries.entries())
      for (const { rule, target } of lines) {
        const selector = compileSelector(selectorOfRule(rule));
        addTo(groups, { order: order++, entry, isPermit: rule.action === "permit", selector, target });
      }
    this.#groups = [...groups.values()];
  }

  /** What the flow of a leaving packet leads to; undefined lets it pass in clear. For a packet that came in: `reversed`. */
  lookUp(flow: PacketFlow): T | undefined {
    const matching: IndexedLine<T>[] = [];
    for (const group of this.#groups)
      for (const line of candidates(group, flow)) {
        const matches = line.isPermit ? flowMatches : flowMatchesDeny;
        if (matches(line.selector, flow)) matching.push(line);
      }
    matching.sort((a, b) => a.order - b.order);
    let denyingEntry = -1;
    for (const line of matching) {
      if (line.entry === denyingEntry) continue;
      if (line.isPermit) return line.target;
      denyingEntry = line.entry;
    }
    return undefined;
  }

  /** What the flow leads to may hang on its ports, which fragments do not show. */
  dependsOnPorts(flow: PacketFlow): boolean {
    return this.#groups.some((group) =>
      candidates(group, flow).some(
        ({ selector }) =>
          selectsPorts(selector) && (selector.protocol === 0 || selector.protocol === flow.protocol),
      ),
    );
  }
}

/** The lines with the flow's addresses. */
function candidates<T>(
  { sourceCare, destinationCare, lines }: LineGroup<T>,
  flow: PacketFlow,
): readonly IndexedLine<T>[] {
  return lines.get(flow.source & sourceCare)?.get(flow.destination & destinationCare) ?? NONE;
}

const NONE: readonly never[] = [];

function addTo<T>(groups: Map<string, LineGroup<T>>, line: IndexedLine<T>): void {
  const { local, remote } = line.selector;
  const key = `${local.care} ${remote.care}`;
  const group = groups.get(key) ?? { sourceCare: local.care, destinationCare: remote.care, lines: new Map() };
  groups.set(key, group);
  const bySource = group.lines.get(local.bits) ?? new Map<number, IndexedLine<T>[]>();
  group.lines.set(local.bits, bySource);
  const lines = bySource.get(remote.bits) ?? [];
  bySource.set(remote.bits, lines);
  lines.push(line);
}
