/** `show ip interface brief`. */
import type { Configuration } from "../../config/configuration.ts";

export function showInterfaceBrief({ interfaces }: Configuration): string[] {
  return [
    row("Interface", "IP-Address", "OK?", "Method", "Status", "Protocol"),
    ...interfaces.map(({ name, address, shutdown }) =>
      row(
        name,
        address?.value.address ?? "unassigned",
        "YES",
        address === undefined ? "unset" : "manual",
        shutdown.value ? "administratively down" : "up",
        shutdown.value ? "down" : "up",
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
