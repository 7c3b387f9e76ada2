/** An interface as the configuration has it and as it is: what all views of interfaces say first. */
import type { Configuration, InterfaceSettings } from "../../config/configuration.ts";
import type { InterfaceView, MachineView } from "../../gateway/machine-view.ts";

export interface InterfaceStatus {
  readonly settings: InterfaceSettings;
  /** Undefined where there is no such thing on this machine. */
  readonly found: InterfaceView | undefined;
  readonly status: "up" | "down" | "administratively down";
  /** Of its line: packets can pass. */
  readonly protocol: "up" | "down";
}

/** All interfaces, or the one of a name. */
export function interfaceStatuses(
  { interfaces }: Configuration,
  machine: Pick<MachineView, "interfaces">,
  name?: string,
): InterfaceStatus[] {
  return interfaces
    .filter((each) => name === undefined || each.name === name)
    .map((settings) => statusOf(settings, machine));
}

function statusOf(settings: InterfaceSettings, machine: Pick<MachineView, "interfaces">): InterfaceStatus {
  const found = machine.interfaces.find((each) => each.name === settings.name);
  if (settings.shutdown.value) return { settings, found, status: "administratively down", protocol: "down" };
  const isUp = found?.hasCarrier === true;
  return { settings, found, status: isUp ? "up" : "down", protocol: isUp ? "up" : "down" };
}

/** `Ethernet1/0 is up, line protocol is up`. */
export function statusLine({ settings, status, protocol }: InterfaceStatus): string {
  return `${settings.name} is ${status}, line protocol is ${protocol}`;
}
