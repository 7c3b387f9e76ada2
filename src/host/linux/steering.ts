/** Puts steering rules into the kernel and takes them out. While they change, and after a crash, nothing leaks in clear. */
import type { IpsecPolicy } from "../../ipsec/policy.ts";
import type { IpAddress } from "../../net/ip-address.ts";
import { OWN_PROTOCOL, ruleText } from "./ip-command.ts";
import type { MachineChanges } from "./machine-changes.ts";
import {
  PRIORITIES,
  type SteeringRule,
  steeringPlan,
  TABLES,
  THE_END,
  temporaryRules,
} from "./steering-plan.ts";
import { placeTemporary } from "./temporary-steering.ts";

export interface SteeringOptions {
  readonly changes: MachineChanges;
  readonly protectDevice: string;
  readonly checkDevice: string;
  /** Octets, of both devices. */
  readonly mtu: number;
  /** What a program of this machine sends from that names no address. */
  readonly sourceHint: IpAddress | undefined;
  readonly deviceOf: (interfaceName: string) => string | undefined;
}

export class Steering {
  readonly #options: SteeringOptions;
  #range = 0;
  #undo: readonly string[] = [];
  #temporary: readonly SteeringRule[] = [];

  constructor(options: SteeringOptions) {
    this.#options = options;
  }

  /** Devices up, tables filled, rules in place. What is returned says what was refused. */
  async start(policy: IpsecPolicy): Promise<string | undefined> {
    const { changes, protectDevice, checkDevice, mtu, sourceHint } = this.#options;
    const tables = [
      [protectDevice, TABLES.protect, sourceHint === undefined ? "" : ` src ${sourceHint}`],
      [checkDevice, TABLES.check, ""],
    ] as const;
    const made = await changes.make({
      kind: "ip",
      make: tables
        .flatMap(([device, table, source]) => [
          `link set dev ${device} mtu ${mtu} up`,
          // When we are gone the device is too, and its route; what was to be protected then goes nowhere, not out in clear.
          `route replace unreachable default metric ${LAST_METRIC} table ${table} protocol ${OWN_PROTOCOL}`,
          `route replace default dev ${device} table ${table} protocol ${OWN_PROTOCOL}${source}`,
        ])
        .concat(`rule add ${ruleText(THE_END)}`),
      undo: [...tables.map(([, table]) => `route flush table ${table}`), ...removalOf([THE_END])],
    });
    return made.kind === "refused" ? made.reason : await this.change(policy);
  }

  /** The new rules are there before the old ones go. */
  async change(policy: IpsecPolicy): Promise<string | undefined> {
    const { changes, deviceOf } = this.#options;
    const priorities = PRIORITIES[this.#range % PRIORITIES.length];
    const plan = priorities && steeringPlan(policy, deviceOf, priorities);
    if (plan === undefined) return "the crypto access lists have more lines than there can be routing rules";
    this.#range++;
    const undo = removalOf(plan);
    // From the end, so that every jump has a target when it comes into force.
    const make = plan.map((rule) => `rule add ${ruleText(rule)}`).reverse();
    const made = await changes.make({ kind: "ip", make, undo });
    if (made.kind === "refused") return made.reason;
    const before = this.#undo;
    this.#undo = undo;
    await changes.undoOne(before);
    return undefined;
  }

  /** What temporary entries protect now; rules that stay are not touched. What is returned says what was refused. */
  async follow(temporary: IpsecPolicy): Promise<string | undefined> {
    const { changes, deviceOf } = this.#options;
    const wanted = temporaryRules(temporary, deviceOf);
    const { kept, removed, added, unplaced } = placeTemporary(this.#temporary, wanted);
    this.#temporary = [...kept, ...added];
    if (removed.length > 0) await changes.undoOne(removalOf(removed));
    const made = await changes.makeEach(
      added.map((rule) => `rule add ${ruleText(rule)}`),
      removalOf(added),
    );
    if (made.kind === "refused") return made.reason;
    return unplaced === 0 ? undefined : "their peers have more flows than there can be routing rules";
  }
}

function removalOf(plan: readonly SteeringRule[]): readonly string[] {
  return plan.map(({ priority }) => `rule del priority ${priority} protocol ${OWN_PROTOCOL}`);
}

const LAST_METRIC = 4_294_967_295;
