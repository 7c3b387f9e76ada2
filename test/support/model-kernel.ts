/** Linux's IPsec as a model for tests of what is put into it: its policies, its SAs, and what they make of a packet. */
import { BugError } from "../../src/base/errors.ts";
import { attributesOf } from "../../src/host/linux/xfrm/netlink-message.ts";
import {
  addressAt,
  type PortBlock,
  SIZES,
  selectorAt,
  viewOf,
  type XfrmSelector,
} from "../../src/host/linux/xfrm/xfrm-layout.ts";
import { decodeReport } from "../../src/host/linux/xfrm/xfrm-reports.ts";
import { XFRM_TYPES, type XfrmRequest } from "../../src/host/linux/xfrm/xfrm-requests.ts";
import type { Flow } from "../../src/net/selector.ts";
import { blockContains } from "../../src/net/selector.ts";

interface Policy {
  readonly selector: XfrmSelector;
  readonly priority: number;
  readonly isBlocked: boolean;
  /** Where its SA leads to, and the SA's request id; undefined lets a packet pass in clear. */
  readonly wants: { readonly peer: string; readonly requestId: number } | undefined;
}

/** What becomes of a leaving packet: in clear, to a peer, or dropped. `undefined`: two policies decide with the same right. */
export type Fate = "clear" | "dropped" | `to ${string}` | undefined;

export class ModelKernel {
  /** Those of packets that leave, by selector. */
  readonly #policies = new Map<string, Policy>();
  readonly #sas = new Map<string, { requestId: number; peer: string; selector: XfrmSelector }>();

  do({ type, body }: XfrmRequest): undefined {
    const view = viewOf(body);
    switch (type) {
      case XFRM_TYPES.updatePolicy: {
        const report = decodeReport({ type: XFRM_TYPES.newPolicy, flags: 0, sequence: 0, body });
        if (report?.kind !== "policy") throw new BugError("a policy that cannot be read");
        if (report.direction !== "out") return;
        const template = attributesOf(body.subarray(SIZES.policy)).get(XFRMA_TMPL);
        const wanted = template && viewOf(template);
        this.#policies.set(JSON.stringify(report.selector), {
          ...report,
          isBlocked: view.getUint8(161) !== 0,
          wants: wanted && { peer: addressAt(wanted, 0), requestId: wanted.getUint32(44, true) },
        });
        return;
      }
      case XFRM_TYPES.deletePolicy:
        if (body[60] === 1) this.#policies.delete(JSON.stringify(selectorAt(view, 0)));
        return;
      case XFRM_TYPES.newSa:
        this.#sas.set(`${addressAt(view, 56)} ${view.getUint32(72)}`, {
          ...{ requestId: view.getUint32(208, true), peer: addressAt(view, 56) },
          selector: selectorAt(view, 0),
        });
        return;
      case XFRM_TYPES.deleteSa:
        this.#sas.delete(`${addressAt(view, 0)} ${view.getUint32(16)}`);
    }
  }

  fateOf(flow: Flow): Fate {
    const matching = [...this.#policies.values()].filter(({ selector }) => matches(selector, flow));
    const [first, second] = matching.toSorted((a, b) => a.priority - b.priority);
    if (first !== undefined && first.priority === second?.priority) return undefined;
    if (first === undefined) return "clear";
    const { isBlocked, wants } = first;
    if (isBlocked) return "dropped";
    if (wants === undefined) return "clear";
    const isServed = [...this.#sas.values()].some(
      ({ requestId, peer, selector }) =>
        requestId === wants.requestId && peer === wants.peer && matches(selector, flow),
    );
    return isServed ? `to ${wants.peer}` : "dropped";
  }

  /** Nothing is left. */
  get isEmpty(): boolean {
    return this.#policies.size === 0 && this.#sas.size === 0;
  }
}

function matches(selector: XfrmSelector, flow: Flow): boolean {
  return (
    (selector.protocol === 0 || selector.protocol === flow.protocol) &&
    blockContains(selector.source, flow.source) &&
    blockContains(selector.destination, flow.destination) &&
    holds(selector.sourcePorts, flow.sourcePort) &&
    holds(selector.destinationPorts, flow.destinationPort)
  );
}

function holds({ port, mask }: PortBlock, one: number): boolean {
  return ((one ^ port) & mask) === 0;
}

const XFRMA_TMPL = 5;
