/**
 * What lines with `log` say, as on IOS: the first packet of a flow at once, and every five minutes how many more there were.
 * Who sends much does not make us remember it: flows beyond a limit are only counted.
 */
import { milliseconds } from "../base/time.ts";
import type { AccessLine, AccessList, AccessListEvent } from "../net/access-list.ts";
import { flowOf } from "../net/flow.ts";
import type { Ipv4Packet } from "../net/ipv4-packet.ts";
import { NET_LIMITS } from "../net/limits.ts";
import { PROTOCOL } from "../net/protocols.ts";
import type { World } from "./world.ts";

type Match = Extract<AccessListEvent, { readonly kind: "access-list-matched" }>;

export class AccessListLog {
  readonly #world: World;
  readonly #tell: (event: AccessListEvent) => void;
  /** With the packets since the flow was last told. */
  readonly #flows = new Map<string, { readonly match: Omit<Match, "packets">; packets: number }>();
  #missed = 0;
  #isReporting = false;

  constructor(world: World, tell: (event: AccessListEvent) => void) {
    this.#world = world;
    this.#tell = tell;
  }

  /** A packet has matched a line, on an interface that it came in by. */
  take({ name }: AccessList, { action, log }: AccessLine, packet: Ipv4Packet, arrivedBy: string): void {
    if (log === undefined) return;
    const match = {
      kind: "access-list-matched" as const,
      list: name,
      permitted: action === "permit",
      flow: flowOf(packet),
      isAboutSource: log === "source",
      ...(log === "flow and input" ? { arrivedBy } : {}),
      ...(packet.protocol === PROTOCOL.ICMP && packet.fragmentOffset === 0
        ? { icmp: { type: packet.payload[0] ?? 0, code: packet.payload[1] ?? 0 } }
        : {}),
    };
    const { source } = match.flow;
    const key = JSON.stringify(log === "source" ? [name, match.permitted, source] : match);
    const known = this.#flows.get(key);
    if (known !== undefined) known.packets++;
    else if (this.#flows.size >= NET_LIMITS.loggedFlowsMax) this.#missed++;
    else {
      this.#flows.set(key, { match, packets: 0 });
      this.#tell({ ...match, packets: 1 });
    }
    this.#reportLater();
  }

  #reportLater(): void {
    if (this.#isReporting) return;
    this.#isReporting = true;
    this.#world.after(REPORT_INTERVAL, () => {
      this.#isReporting = false;
      this.#report();
    });
  }

  /** Flows that have gone quiet are forgotten. */
  #report(): void {
    for (const [key, known] of this.#flows) {
      const { match, packets } = known;
      known.packets = 0;
      if (packets > 0) this.#tell({ ...match, packets });
      else this.#flows.delete(key);
    }
    if (this.#missed > 0) this.#tell({ kind: "access-list-log-missed", packets: this.#missed });
    this.#missed = 0;
    if (this.#flows.size > 0) this.#reportLater();
  }
}

const REPORT_INTERVAL = milliseconds(5 * 60_000);
