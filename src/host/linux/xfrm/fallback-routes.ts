/**
 * Routes to what crypto maps protect, for destinations that the machine has none for: a packet without a route never meets
 * the kernel's policies. They come behind the machine's own, and lead to the map's interface, where the policies take over.
 */
import type { IpsecPolicy } from "../../../ipsec/policy.ts";
import { ipBatch, ipJson, OWN_PROTOCOL, prefixText } from "../ip-command.ts";
import type { MachineChanges } from "../machine-changes.ts";
import { TABLES } from "../steering-plan.ts";

export class FallbackRoutes {
  readonly #changes: MachineChanges;
  readonly #deviceOf: (interfaceName: string) => string | undefined;
  /** One for each route. */
  #commands: readonly string[] = [];

  constructor(changes: MachineChanges, deviceOf: (interfaceName: string) => string | undefined) {
    this.#changes = changes;
    this.#deviceOf = deviceOf;
  }

  /** What is returned says what was refused. */
  async start(policy: IpsecPolicy): Promise<string | undefined> {
    const made = await this.#changes.make({
      kind: "ip",
      make: [`rule add ${RULE}`],
      undo: [`rule del ${RULE}`, FLUSH],
    });
    if (made.kind === "refused") return made.reason;
    await this.change(policy);
    return undefined;
  }

  async change(policy: IpsecPolicy): Promise<void> {
    const routes = policy.interfaces.flatMap(({ name, entries }) => {
      const device = this.#deviceOf(name);
      const permitted = entries.flatMap(({ rules }) => rules).filter(({ rule }) => rule.action === "permit");
      return device === undefined
        ? []
        : permitted.map(
            ({ rule }) =>
              `route replace ${prefixText(rule.destination)} dev ${device} table ${TABLES.protect} protocol ${OWN_PROTOCOL}`,
          );
    });
    this.#commands = [...new Set(routes)];
    await ipBatch([FLUSH, ...this.#commands], "go on");
  }

  /** The kernel forgets the routes of a device that goes down, be it for a moment. */
  async restore(): Promise<void> {
    const there = await ipJson("-4", "route", "show", "table", `${TABLES.protect}`);
    const count = Array.isArray(there) ? there.length : 0;
    if (count < this.#commands.length) await ipBatch(this.#commands, "go on");
  }
}

/** Behind the tables `main` and `default`. */
const RULE = `priority 32800 from all lookup ${TABLES.protect} protocol ${OWN_PROTOCOL}`;
const FLUSH = `route flush table ${TABLES.protect}`;
