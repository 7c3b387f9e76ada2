/** `show crypto dynamic-map`, and the temporary entries that dynamic maps have become, as `show crypto map` tells of them. */
import type { AccessListRule, Configuration, DynamicMapSettings } from "../../config/configuration.ts";
import type { GatewayView } from "../../gateway/contract.ts";
import type { FlowView } from "../../ipsec/view.ts";
import type { PortRange } from "../../net/selector.ts";
import { printEntry } from "../config/access-rule.ts";
import { accessListLines, peerText, termsLines } from "./crypto-map-entry.ts";

/** All of them, or that of a name. */
export function showDynamicMaps(configuration: Configuration, tag?: string): string[] {
  return configuration.dynamicMaps
    .filter(({ name }) => tag === undefined || name === tag)
    .flatMap((map, i) => [...(i === 0 ? [] : [""]), ...templateLines(configuration, map)]);
}

function templateLines(configuration: Configuration, { name, entries }: DynamicMapSettings): string[] {
  return entries.flatMap((entry) => [
    `Crypto Map Template"${name}" ${entry.sequence}`,
    ...(entry.description === undefined ? [] : [`  Description: ${entry.description.value}`]),
    ...entry.peers.map(({ value }) => `  Peer = ${peerText(value)}`),
    ...accessListLines(configuration, entry),
    ...termsLines(configuration, entry),
  ]);
}

/** The temporary entries of a crypto map, one for each peer, numbered behind all that can be configured, as IOS does. */
export function temporaryEntryLines(
  configuration: Configuration,
  { ipsec }: GatewayView,
  mapName: string,
): string[] {
  const temporary = ipsec.flows.filter((flow) => flow.template !== undefined && flow.mapName === mapName);
  const ids = [...new Set(temporary.map(({ connectionId }) => connectionId))];
  return ids.flatMap((id, i) => {
    const flows = temporary.filter(({ connectionId }) => connectionId === id);
    return entryLines(configuration, mapName, FIRST_TEMPORARY + i, flows);
  });
}

function entryLines(
  configuration: Configuration,
  mapName: string,
  sequence: number,
  flows: readonly FlowView[],
): string[] {
  const [{ template, peer } = NO_FLOW] = flows;
  const entry = configuration.dynamicMaps
    .find(({ name }) => name === template?.mapName)
    ?.entries.find((each) => each.sequence === template?.sequence);
  return [
    `Crypto Map "${mapName}" ${sequence} ipsec-isakmp`,
    `  Peer = ${peer}`,
    "  Extended IP access list",
    ...flows.map(({ selector }) => `    access-list  ${lineOf(selector)}`),
    `    dynamic (created from dynamic map ${template?.mapName}/${template?.sequence})`,
    `  Current peer: ${peer}`,
    ...(entry === undefined ? [] : termsLines(configuration, entry)),
  ];
}

/** As the permit line that would say it. */
function lineOf({ protocol, local, localPorts, remote, remotePorts }: FlowView["selector"]): string {
  return printEntry({
    kind: "rule",
    sequence: undefined,
    action: "permit",
    protocol,
    source: local,
    sourcePorts: portOf(localPorts),
    destination: remote,
    destinationPorts: portOf(remotePorts),
    conditions: [],
    log: undefined,
    origin: undefined,
  });
}

function portOf({ low, high }: PortRange): AccessListRule["sourcePorts"] {
  return low === high ? { operator: "eq", port: low } : undefined;
}

const FIRST_TEMPORARY = 65_536;
const NO_FLOW: Partial<FlowView> = {};
