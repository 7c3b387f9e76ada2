/** `reverse-route` on this machine: what lies behind peers is routed to them by the kernel, while the gateway says so. */
import type { IpsecPolicy } from "../../ipsec/policy.ts";
import type { ReverseRoute } from "../../ipsec/reverse-routes.ts";
import { OWN_PROTOCOL, prefixText } from "./ip-command.ts";
import { type MachineRoute, mainRoutes, routeTo } from "./machine.ts";
import type { MachineChanges } from "./machine-changes.ts";

export interface ReverseRoutingOptions {
  readonly changes: MachineChanges;
  /** False: the machine's routes are left as they are. */
  readonly setRoutes: boolean;
  readonly onNotice: (line: string) => void;
}

export class ReverseRouting {
  readonly #options: ReverseRoutingOptions;
  #routes: readonly string[] = [];
  #hasComplained = false;

  constructor(options: ReverseRoutingOptions) {
    this.#options = options;
  }

  /** What is refused is told once; the other routes are set all the same. */
  async follow(wanted: readonly ReverseRoute[]): Promise<void> {
    const { changes, setRoutes } = this.#options;
    if (!setRoutes || (wanted.length === 0 && this.#routes.length === 0)) return;
    const { texts, present, unreachable } = reverseRouteTexts(wanted, await mainRoutes());
    const gone = this.#routes.filter((text) => !texts.has(text));
    const missing = [...texts].filter((text) => !present.has(text));
    const known = new Set(this.#routes);
    this.#routes = [...texts];
    if (gone.length > 0) await changes.undoOne(gone.map((text) => `route del ${text}`));
    const made = await changes.makeEach(
      missing.map((text) => `route append ${text} onlink`),
      missing.filter((text) => !known.has(text)).map((text) => `route del ${text}`),
    );
    const [first] = unreachable;
    if (made.kind === "refused") this.#complain(made.reason);
    else if (first !== undefined) this.#complain(`there is no route to ${first.nextHop}`);
  }

  #complain(reason: string): void {
    if (!this.#hasComplained) this.#options.onNotice(`reverse-route does not set all routes: ${reason}`);
    this.#hasComplained = true;
  }
}

/** The routes as `ip route` takes them, in the order of what is wanted, and those of ours that are there. */
export function reverseRouteTexts(
  wanted: readonly ReverseRoute[],
  routes: readonly MachineRoute[],
): {
  readonly texts: ReadonlySet<string>;
  readonly present: ReadonlySet<string>;
  readonly unreachable: readonly ReverseRoute[];
} {
  // Ours may lead to the peer itself: where that is, others must say.
  const others = routes.filter(({ protocol }) => protocol !== `${OWN_PROTOCOL}`);
  const texts = new Set<string>();
  const unreachable: ReverseRoute[] = [];
  for (const route of wanted) {
    const way = routeTo(others, route.nextHop);
    if (way === undefined) unreachable.push(route);
    else texts.add(textOf(route.prefix, way.gateway ?? route.nextHop, way.device));
  }
  const present = new Set(
    routes.flatMap(({ prefix, gateway, device, protocol }) =>
      protocol === `${OWN_PROTOCOL}` && gateway !== undefined ? [textOf(prefix, gateway, device)] : [],
    ),
  );
  return { texts, present, unreachable };
}

/** Some entry of the policy has `reverse-route`. */
export function hasReverseRoutes({ interfaces }: IpsecPolicy): boolean {
  return interfaces.some(({ entries }) => entries.some(({ reverseRoute }) => reverseRoute !== undefined));
}

/** Behind the operator's own route to the same prefix, as the distance of a static route is 1. */
function textOf(prefix: ReverseRoute["prefix"], gateway: string, device: string): string {
  return `${prefixText(prefix)} via ${gateway} dev ${device} metric 1 protocol ${OWN_PROTOCOL}`;
}
