/**
 * The policies that the kernel has of us, in three bands of priorities: what the configuration's crypto maps say, flows that peers
 * of dynamic maps have asked for, and what the access lists of dynamic maps keep from passing in clear.
 */
import { protocolOf, type SaProtocol } from "../../../crypto/names.ts";
import { type EncapsulationMode, suitesOf } from "../../../crypto/transform-set.ts";
import type { CryptoMapEntry, IpsecPolicy, ProtectedInterface } from "../../../ipsec/policy.ts";
import { selectorKey } from "../../../ipsec/protected-policy.ts";
import { membersOf, type SaParameters } from "../../../ipsec/security-association.ts";
import type { IpAddress } from "../../../net/ip-address.ts";
import { isBetween, selectorCovers } from "../../../net/selector.ts";
import type { OsError } from "../os-error.ts";
import type { ProtectedDestination } from "./fallback-routes.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { isOwnNumber, OWN_NUMBERS } from "./own-numbers.ts";
import { type PlannedLine, type PlannedPolicy, policyPlan } from "./policy-plan.ts";
import { RequestedFlows } from "./requested-flows.ts";
import { selectorOfSa, turned } from "./sa-selector.ts";
import { prefixLength, type XfrmSelector } from "./xfrm-layout.ts";
import {
  deletePolicy,
  type PolicyDirection,
  putPolicy,
  type XfrmPolicy,
  type XfrmTemplate,
} from "./xfrm-requests.ts";

export interface KernelPoliciesOptions {
  readonly kernel: Pick<NetlinkSocket, "do">;
  /** The kernel's number of the device of an IOS interface; 0, which is any, where there is none. */
  readonly deviceOf: (interfaceName: string) => number;
  readonly requestIdOf: (connectionId: string) => number;
  readonly onError: (error: OsError) => void;
}

/** A crypto map entry and the interface it is on. */
export interface PlacedEntry {
  readonly entry: CryptoMapEntry;
  readonly on: ProtectedInterface;
}

/** By direction and selector: of two with the same the kernel has one. */
type Policies = Map<string, XfrmPolicy>;

export class KernelPolicies {
  readonly #options: KernelPoliciesOptions;
  /** By id. */
  #entries: ReadonlyMap<string, PlacedEntry> = new Map();
  #planned: readonly PlannedPolicy[] = [];
  #plannedBlocks: readonly PlannedPolicy[] = [];
  /** Of lines whose SA is not what their entry makes one expect: with its second peer, for one. */
  readonly #forms = new Map<string, Form>();
  readonly #flows = new RequestedFlows();
  /** The first of these that has a policy of a name decides. */
  #ofLines: Policies = new Map();
  #ofFlows: Policies = new Map();
  #blocks: Policies = new Map();
  /** What the kernel has. */
  readonly #present: Policies = new Map();

  constructor(options: KernelPoliciesOptions) {
    this.#options = options;
  }

  /** Where the kernel cannot have them, it goes on with those it has; given is why. */
  setPolicy(policy: IpsecPolicy): string | undefined {
    const plan = policyPlan(policy);
    if (plan.kind === "impossible") return plan.reason;
    const placed = policy.interfaces.flatMap((on) =>
      on.entries.map((entry) => [entry.id, { entry, on }] as const),
    );
    this.#entries = new Map(placed);
    this.#planned = plan.policies;
    this.#plannedBlocks = plan.templates;
    const lines = new Set(this.#planned.map(({ line }) => line && lineName(line)));
    for (const name of this.#forms.keys()) if (!lines.has(name)) this.#forms.delete(name);
    this.refresh();
    return undefined;
  }

  /** Devices may have other numbers than before. */
  refresh(): void {
    this.#ofLines = namedPolicies(
      this.#planned.flatMap((planned, i) => this.#policiesOf(planned, OWN_NUMBERS + i, "SAs")),
    );
    this.#ofFlows = namedPolicies([...this.#flows.serving()].flatMap((sa) => this.#policiesOfFlow(sa)));
    this.#blocks = namedPolicies(
      this.#plannedBlocks.flatMap((planned, i) => this.#policiesOf(planned, BLOCKS + i, "block")),
    );
    const wanted = [this.#ofLines, this.#ofFlows, this.#blocks].flatMap((each) => [...each.keys()]);
    // What is wanted first: what goes may be a part of what comes.
    this.#enforce(new Set([...wanted, ...this.#present.keys()]));
  }

  entryOf(connectionId: string): PlacedEntry | undefined {
    return this.#entries.get(connectionId);
  }

  /** Where flows that peers of dynamic maps have asked for lead to. */
  requested(): readonly ProtectedDestination[] {
    return [...this.#flows.serving()].flatMap(({ connectionId, selector }) => {
      const on = this.#entries.get(connectionId)?.on;
      return on === undefined ? [] : [{ interfaceName: on.name, destination: selector.remote }];
    });
  }

  /** The permit line whose policy has the priority. */
  lineAt(priority: number): PlannedLine | undefined {
    return isOwnNumber(priority) ? this.#planned[priority - OWN_NUMBERS]?.line : undefined;
  }

  /** The SA is in service: what it serves asks for one like it from now on. */
  follow(sa: SaParameters): void {
    if (this.#entries.get(sa.connectionId)?.entry.template === undefined) this.#adapt(sa);
    else {
      this.#flows.add(sa);
      this.#changeFlow(sa);
    }
  }

  /** The SA is not in service any more: a flow of a dynamic map goes with its last. */
  forget(sa: SaParameters): void {
    if (this.#flows.remove(sa)) this.#changeFlow(sa);
  }

  /** Nothing is in force any more. */
  clear(): void {
    for (const { direction, selector } of this.#present.values())
      this.#options.kernel.do(deletePolicy(direction, selector), "a policy of the kernel");
    this.#present.clear();
  }

  #changeFlow(sa: SaParameters): void {
    const serving = this.#flows.servingWith(sa);
    const policies = this.#policiesOfFlow(serving ?? sa);
    for (const policy of policies)
      if (serving === undefined) this.#ofFlows.delete(policyName(policy));
      else this.#ofFlows.set(policyName(policy), policy);
    this.#enforce(policies.map(policyName));
  }

  #adapt(sa: SaParameters): void {
    let isChanged = false;
    const form = formOfSa(sa);
    for (const { line, interface: on } of this.#planned) {
      if (line === undefined || on === undefined || line.entry.id !== sa.connectionId) continue;
      if (!selectorCovers(line.selector, sa.selector)) continue;
      if (isSameForm(this.#formOf(line, on.localAddress), form)) continue;
      this.#forms.set(lineName(line), form);
      isChanged = true;
    }
    if (isChanged) this.refresh();
  }

  #enforce(names: Iterable<string>): void {
    const { kernel, onError } = this.#options;
    for (const name of names) {
      const before = this.#present.get(name);
      const wanted = this.#ofLines.get(name) ?? this.#ofFlows.get(name) ?? this.#blocks.get(name);
      if (JSON.stringify(before) === JSON.stringify(wanted)) continue;
      if (wanted !== undefined) {
        this.#present.set(name, wanted);
        const refusal = kernel.do(putPolicy(wanted), "a policy for the kernel");
        if (refusal !== undefined) onError(refusal);
      } else if (before !== undefined) {
        this.#present.delete(name);
        const refusal = kernel.do(deletePolicy(before.direction, before.selector), "a policy of the kernel");
        if (refusal !== undefined) onError(refusal);
      }
    }
  }

  #policiesOf(planned: PlannedPolicy, priority: number, protectedBy: "SAs" | "block"): readonly XfrmPolicy[] {
    const { traffic, interface: on, line } = planned;
    const isBlocked = line !== undefined && protectedBy === "block";
    const form = line && on && !isBlocked ? this.#formOf(line, on.localAddress) : undefined;
    return EVERY_WAY.map((direction) => ({
      direction,
      selector: this.#selectorFor(direction, { ...traffic, device: 0 }, on),
      priority,
      needs: form && on && line ? this.#templates(direction, form, on.localAddress, line.entry.id) : [],
      isBlocked,
    }));
  }

  /** Of overlapping flows the narrowest decides. */
  #policiesOfFlow(sa: SaParameters): readonly XfrmPolicy[] {
    const leaving = selectorOfSa(sa);
    const on = this.#entries.get(sa.connectionId)?.on;
    if (leaving === undefined) return [];
    const narrowness = prefixLength(leaving.source) + prefixLength(leaving.destination);
    return EVERY_WAY.map((direction) => ({
      direction,
      selector: this.#selectorFor(direction, leaving, on),
      priority: FLOWS + NARROWEST - narrowness,
      needs: this.#templates(direction, formOfSa(sa), sa.localAddress, sa.connectionId),
      isBlocked: false,
    }));
  }

  /** What answers what is protected must be, too, whatever it came by: for decrypted packets the kernel knows no device. */
  #selectorFor(
    direction: PolicyDirection,
    leaving: XfrmSelector,
    on: ProtectedInterface | undefined,
  ): XfrmSelector {
    if (direction !== "out") return turned(leaving);
    return { ...leaving, device: on === undefined ? 0 : this.#options.deviceOf(on.name) };
  }

  /** From the inside out. One header leads to the other end: what is around it comes within that. */
  #templates(
    direction: PolicyDirection,
    { peer, mode, protocols }: Form,
    localAddress: IpAddress,
    connectionId: string,
  ): readonly XfrmTemplate[] {
    const [source, destination] = direction === "out" ? [localAddress, peer] : [peer, localAddress];
    const common = { source, destination, requestId: this.#options.requestIdOf(connectionId) };
    return protocols
      .toReversed()
      .map((protocol, i) => ({ ...common, protocol, mode: i === 0 ? mode : "transport" }));
  }

  #formOf(line: PlannedLine, localAddress: IpAddress): Form {
    const { entry, selector } = line;
    const known = this.#forms.get(lineName(line));
    // A plan has no line without a peer.
    const peer = entry.peers[0] ?? localAddress;
    if (known !== undefined && entry.peers.includes(known.peer)) return known;
    const isDirect = entry.transformSets[0]?.mode === "transport" && isBetween(selector, localAddress, peer);
    const protocols = suitesOf(entry.transformSets[0] ?? NO_SET).map(protocolOf);
    return { peer, mode: isDirect ? "transport" : "tunnel", protocols };
  }
}

/** The SAs that packets of a permit line or a flow take. */
interface Form {
  readonly peer: IpAddress;
  readonly mode: EncapsulationMode;
  /** From the outside in. */
  readonly protocols: readonly SaProtocol[];
}

function formOfSa(sa: SaParameters): Form {
  const { peer, mode } = sa;
  return { peer, mode, protocols: membersOf(sa).map(({ suite }) => protocolOf(suite)) };
}

function isSameForm(a: Form, b: Form): boolean {
  return a.peer === b.peer && a.mode === b.mode && a.protocols.join() === b.protocols.join();
}

function lineName({ entry, selector }: PlannedLine): string {
  return selectorKey(entry.id, selector);
}

/** Of two with the same name the first. */
function namedPolicies(policies: readonly XfrmPolicy[]): Policies {
  const named: Policies = new Map();
  for (const policy of policies) if (!named.has(policyName(policy))) named.set(policyName(policy), policy);
  return named;
}

function policyName({ direction, selector }: XfrmPolicy): string {
  return `${direction} ${JSON.stringify(selector)}`;
}

const EVERY_WAY = ["out", "in", "forward"] as const;
/** Priorities: behind the lines of the configuration, of which there are at most 8192. */
const FLOWS = OWN_NUMBERS + 0x4000;
const BLOCKS = OWN_NUMBERS + 0x8000;
/** Bits of two addresses. */
const NARROWEST = 64;
/** ESP, before an entry has a transform set. */
const NO_SET = { esp: { encryption: "null", integrity: undefined } } as const;
