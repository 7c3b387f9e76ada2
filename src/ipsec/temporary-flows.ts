/** The flows for which temporary crypto map entries have SAs: who steers packets needs to know them. */
import type { IpAddress } from "../net/ip-address.ts";
import type { TrafficSelector } from "../net/selector.ts";
import type { DynamicTemplate } from "./policy.ts";
import type { ProtectedPolicy } from "./protected-policy.ts";

export interface TemporaryFlow {
  /** The entry of a dynamic map that let it begin. */
  readonly template: DynamicTemplate;
  readonly mapName: string;
  readonly localAddress: IpAddress;
  readonly selector: TrafficSelector;
}

/** Those there are at present. */
export function temporaryFlows(policy: ProtectedPolicy): readonly TemporaryFlow[] {
  const flows: TemporaryFlow[] = [];
  for (const { entry, interface: own, lines } of policy.temporary()) {
    const { template } = entry;
    if (template === undefined) continue;
    const { mapName, localAddress } = own;
    for (const { selector } of lines) flows.push({ template, mapName, localAddress, selector });
  }
  return flows;
}
