/**
 * Temporary crypto map entries: what the entries of dynamic maps have become for the peers that began. Each has the flows that
 * were negotiated as permit lines; a line goes with its last SA, and the entry with its last line.
 */
import type { IpAddress } from "../net/ip-address.ts";
import { selectorCovers, selectorsEqual, type TrafficSelector } from "../net/selector.ts";
import { compileSelector } from "./packet-flow.ts";
import { ProtectedConnection, type ProtectedLine } from "./protected-connection.ts";
import type { InterfacePolicy } from "./protected-policy.ts";

export class TemporaryEntries {
  readonly #interfaces: ReadonlyMap<string, InterfacePolicy>;
  readonly #flowsPerPeerMax: number;
  readonly #entries = new Map<string, ProtectedConnection>();
  /** Those before a change of policy: lines that come back keep their counters. */
  readonly #previous: ReadonlyMap<string, ProtectedConnection>;

  constructor(
    interfaces: ReadonlyMap<string, InterfacePolicy>,
    flowsPerPeerMax: number,
    previous: TemporaryEntries | undefined,
  ) {
    this.#interfaces = interfaces;
    this.#flowsPerPeerMax = flowsPerPeerMax;
    this.#previous = new Map(previous === undefined ? [] : previous.#entries);
  }

  all(): Iterable<ProtectedConnection> {
    return this.#entries.values();
  }

  find(template: ProtectedConnection, peer: IpAddress): ProtectedConnection | undefined {
    return this.#entries.get(idOf(template, peer));
  }

  /** Made where it is missing; undefined where the template does not allow it, or the peer has too many. */
  lineFor(
    template: ProtectedConnection,
    peer: IpAddress,
    selector: TrafficSelector,
  ): ProtectedLine | undefined {
    const isAllowed =
      template.entry.rules.length === 0 ||
      template.lines.some((line) => selectorCovers(line.selector, selector));
    if (!isAllowed) return undefined;
    const connection = this.find(template, peer) ?? temporaryOf(template, peer);
    const known = connection.lines.find((line) => selectorsEqual(line.selector, selector));
    if (known !== undefined || connection.lines.length >= this.#flowsPerPeerMax) return known;
    const before = this.#previous
      .get(connection.id)
      ?.lines.find((line) => selectorsEqual(line.selector, selector));
    const line: ProtectedLine = {
      connection,
      selector,
      compiledSelector: compileSelector(selector),
      counters: before?.counters,
    };
    connection.lines = [...connection.lines, line];
    this.#entries.set(connection.id, connection);
    for (const { temporary, cache } of this.#policiesOf(connection)) {
      temporary.add(line.compiledSelector, line);
      cache.clear();
    }
    return line;
  }

  /** The peer that had the same flow before, and has it no more: of equal lines the newest decides. */
  displacedBy(line: ProtectedLine): IpAddress | undefined {
    const [policy] = this.#policiesOf(line.connection);
    const [newest, ...older] = (policy?.temporary.withAddressesOf(line.compiledSelector) ?? []).filter(
      (each) => selectorsEqual(each.selector, line.selector),
    );
    return newest === line ? older[0]?.connection.currentPeer : undefined;
  }

  /** Goes, unless SAs of it are in the books: true if it went. */
  release(line: ProtectedLine): boolean {
    const { connection } = line;
    if ([...connection.inbound, ...connection.outbound].some((sa) => sa.line === line)) return false;
    connection.lines = connection.lines.filter((other) => other !== line);
    if (connection.lines.length === 0) this.#entries.delete(connection.id);
    for (const { temporary, cache } of this.#policiesOf(connection)) {
      temporary.remove(line.compiledSelector, line);
      cache.clear();
    }
    return true;
  }

  /** Of the interfaces that the map is on with the same local address. */
  #policiesOf({ interface: { mapName, localAddress } }: ProtectedConnection): InterfacePolicy[] {
    return [...this.#interfaces.values()].filter(
      ({ interface: own }) => own.mapName === mapName && own.localAddress === localAddress,
    );
  }
}

function temporaryOf(template: ProtectedConnection, peer: IpAddress): ProtectedConnection {
  const { entry, interface: protectedInterface } = template;
  const own = { ...entry, peers: [peer], rules: [] };
  return new ProtectedConnection(idOf(template, peer), own, protectedInterface, peer);
}

function idOf(template: ProtectedConnection, peer: IpAddress): string {
  return `${template.id} ${peer}`;
}
