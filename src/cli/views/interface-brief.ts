/** `show ip interface brief`. */
import type { Configuration } from "../../config/configuration.ts";
import type { MachineView } from "../../gateway/machine-view.ts";
import { interfaceStatuses } from "./interface-status.ts";

export function showInterfaceBrief(configuration: Configuration, machine: MachineView): string[] {
  return [
    row("Interface", "IP-Address", "OK?", "Method", "Status", "Protocol"),
    ...interfaceStatuses(configuration, machine).map(({ settings: { name, address }, status, protocol }) =>
      row(
        name,
        address?.value.address ?? "unassigned",
        "YES",
        address === undefined ? "unset" : "manual",
        status,
        protocol,
      ),
    ),
  ];
}

function row(
  name: string,
  address: string,
  ok: string,
  method: string,
  status: string,
  protocol: string,
): string {
  return `${name.padEnd(27)}${address.padEnd(16)}${ok} ${method.padEnd(7)}${status.padEnd(22)}${protocol}`;
}
