/**
 * Routes to what crypto maps protect, for destinations that the machine has none for: a packet without a route never meets
 * the kernel's policies. They come behind the machine's own, and lead to the map's interface, where the policies take over.
 */
import type { IpsecPolicy } from "../../../ipsec/policy.ts";
import { type AddressBlock, maskOf } from "../../../net/selector.ts";
import { ipBatch, ipJson, OWN_PROTOCOL, prefixText } from "../ip-command.ts";
import type { MachineChanges } from "../machine-changes.ts";
import { TABLES } from "../steering-plan.ts";

/** By an interface with a crypto map. */
export interface ProtectedDestination {
  readonly interfaceName: string;
  readonly destination: AddressBlock;
}

export class FallbackRoutes {
  readonly #changes: MachineChanges;
  readonly #deviceOf: (interfaceName: string) => string | undefined;
  /** As `ip route` takes them. */
  #routes: ReadonlySet<string> = new Set();

  constructor(changes: MachineChanges, deviceOf: (interfaceName: string) => string | undefined) {
    this.#changes = changes;
    this.#deviceOf = deviceOf;
  }

  /** What is returned says what was refused. */
  async start(): Promise<string | undefined> {
    const made = await this.#changes.make({
      kind: "ip",
      make: [`rule add ${RULE}`],
      undo: [`rule del ${RULE}`, FLUSH],
    });
    if (made.kind === "refused") return made.reason;
    await ipBatch([FLUSH], "go on");
    return undefined;
  }

  /** To what permit lines say, and to what is requested beside them. */
  async change(policy: IpsecPolicy, requested: readonly ProtectedDestination[]): Promise<void> {
    const wanted = new Set(
      [...permittedDestinations(policy), ...requested].flatMap((each) => this.#routeTo(each)),
    );
    const gone = [...this.#routes].filter((route) => !wanted.has(route));
    const added = [...wanted].filter((route) => !this.#routes.has(route));
    this.#routes = wanted;
    await ipBatch([...gone.map((route) => `route del ${route}`), ...added.map(replacing)], "go on");
  }

  /** The kernel forgets the routes of a device that goes down, be it for a moment. */
  async restore(): Promise<void> {
    const there = await ipJson("-4", "route", "show", "table", `${TABLES.protect}`);
    const count = Array.isArray(there) ? there.length : 0;
    if (count < this.#routes.size) await ipBatch([...this.#routes].map(replacing), "go on");
  }

  #routeTo({ interfaceName, destination }: ProtectedDestination): string[] {
    const device = this.#deviceOf(interfaceName);
    if (device === undefined || maskOf(destination) === undefined) return [];
    return [`${prefixText(destination)} dev ${device} table ${TABLES.protect} protocol ${OWN_PROTOCOL}`];
  }
}

function permittedDestinations({ interfaces }: IpsecPolicy): readonly ProtectedDestination[] {
  return interfaces.flatMap(({ name, entries }) =>
    entries
      // What the access list of a dynamic map permits has no SA until a peer asks for it.
      .flatMap(({ rules, template }) => (template === undefined ? rules : []))
      .filter(({ action }) => action === "permit")
      .map(({ selector }) => ({ interfaceName: name, destination: selector.remote })),
  );
}

function replacing(route: string): string {
  return `route replace ${route}`;
}

/** Behind the tables `main` and `default`. */
const RULE = `priority 32800 from all lookup ${TABLES.protect} protocol ${OWN_PROTOCOL}`;
const FLUSH = `route flush table ${TABLES.protect}`;
