/** Picks from what a data plane wants done. */
import type { DataPlaneOutput } from "../../src/ipsec/data-plane.ts";
import type { IpsecEvent } from "../../src/ipsec/events.ts";

type Kind = DataPlaneOutput["kind"];

export function outputsOf<K extends Kind>(
  outputs: readonly DataPlaneOutput[],
  kind: K,
): readonly Extract<DataPlaneOutput, { kind: K }>[] {
  return outputs.filter((output): output is Extract<DataPlaneOutput, { kind: K }> => output.kind === kind);
}

export function eventsOf<K extends IpsecEvent["kind"]>(
  outputs: readonly DataPlaneOutput[],
  kind: K,
): readonly Extract<IpsecEvent, { kind: K }>[] {
  return outputsOf(outputs, "event")
    .map(({ event }) => event)
    .filter((event): event is Extract<IpsecEvent, { kind: K }> => event.kind === kind);
}
