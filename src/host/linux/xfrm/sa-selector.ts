/** What an SA may carry, as the kernel's selectors say it. */
import type { SaParameters } from "../../../ipsec/security-association.ts";
import { maskOf, type PortRange } from "../../../net/selector.ts";
import { portBlocks } from "./policy-plan.ts";
import type { PortBlock, XfrmSelector } from "./xfrm-layout.ts";

/** Of packets that leave. Undefined where wildcards are no prefixes, or ports more than one block. */
export function selectorOfSa({ selector }: Pick<SaParameters, "selector">): XfrmSelector | undefined {
  const { protocol, local, remote, localPorts, remotePorts } = selector;
  const [sourcePorts, destinationPorts] = [oneBlock(localPorts), oneBlock(remotePorts)];
  if (maskOf(local) === undefined || maskOf(remote) === undefined) return undefined;
  if (sourcePorts === undefined || destinationPorts === undefined) return undefined;
  return { protocol, source: local, sourcePorts, destination: remote, destinationPorts, device: 0 };
}

/** Of the answers. */
export function turned(selector: XfrmSelector): XfrmSelector {
  return {
    ...selector,
    source: selector.destination,
    sourcePorts: selector.destinationPorts,
    destination: selector.source,
    destinationPorts: selector.sourcePorts,
  };
}

function oneBlock(ports: PortRange): PortBlock | undefined {
  const [block, ...more] = portBlocks(ports);
  return more.length === 0 ? block : undefined;
}
