/** `show interfaces` and `show ip interface`: how each is set, and what it has carried. */
import type { Configuration, InterfaceSettings } from "../../config/configuration.ts";
import type { MachineView, TrafficCounts } from "../../gateway/machine-view.ts";
import { type IpAddress, ipv4ToNumber } from "../../net/ip-address.ts";
import { type InterfaceStatus, interfaceStatuses, statusLine } from "./interface-status.ts";

export function showInterfaces(configuration: Configuration, machine: MachineView, name?: string): string[] {
  return interfaceStatuses(configuration, machine, name).flatMap(interfaceLines);
}

function interfaceLines(status: InterfaceStatus): string[] {
  const { settings, found } = status;
  return [
    statusLine(status),
    ...hardwareLines(status),
    ...(settings.description === undefined ? [] : [`  Description: ${settings.description.value}`]),
    ...addressLines(settings),
    `  MTU ${settings.mtu.value} bytes`,
    ...(found === undefined
      ? []
      : [`  Total output drops: ${found.traffic.dropsOut}`, ...trafficLines(found.traffic)]),
  ];
}

/** Damaged frames are counted as one kind, whether their checksum was wrong or their end: IOS's `CRC` stays 0. */
function trafficLines(counts: TrafficCounts): string[] {
  const { errorsIn, framesIn, overrunsIn, errorsOut, collisions } = counts;
  return [
    `     ${counts.packetsIn} packets input, ${counts.octetsIn} bytes, ${counts.dropsIn} no buffer`,
    `     ${errorsIn} input errors, 0 CRC, ${framesIn} frame, ${overrunsIn} overrun, 0 ignored`,
    `     ${counts.packetsOut} packets output, ${counts.octetsOut} bytes, ${counts.underrunsOut} underruns`,
    `     ${errorsOut} output errors, ${collisions} collisions, 0 interface resets`,
  ];
}

/** `show interfaces description`. */
export function showDescriptions(configuration: Configuration, machine: MachineView): string[] {
  return [
    "Interface                      Status         Protocol Description",
    ...interfaceStatuses(configuration, machine).map(({ settings, status, protocol }) => {
      const shortly = status === "administratively down" ? "admin down" : status;
      const description = settings.description?.value ?? "";
      return `${settings.name.padEnd(30)} ${shortly.padEnd(14)} ${protocol.padEnd(8)} ${description}`.trimEnd();
    }),
  ];
}

function hardwareLines({ settings, found }: InterfaceStatus): string[] {
  if (found === undefined)
    return settings.shutdown.value ? [] : ["  Hardware is not present: no interface of this machine is it"];
  const address = found.hardwareAddress === undefined ? "" : `, address is ${dotted(found.hardwareAddress)}`;
  return [`  Hardware is ${found.hardware}${address}`];
}

/** `show ip interface`. */
export function showIpInterfaces(
  configuration: Configuration,
  machine: MachineView,
  name?: string,
): string[] {
  return interfaceStatuses(configuration, machine, name).flatMap((status) => {
    const { settings } = status;
    if (settings.address === undefined)
      return [statusLine(status), "  Internet protocol processing disabled"];
    const { accessGroups, ipMtu, mtu, cryptoMap } = settings;
    return [
      statusLine(status),
      ...addressLines(settings),
      "  Broadcast address is 255.255.255.255",
      "  Address determined by configuration",
      `  MTU is ${(ipMtu ?? mtu).value} bytes`,
      `  Outgoing access list is ${accessGroups.out?.value ?? "not set"}`,
      `  Inbound  access list is ${accessGroups.in?.value ?? "not set"}`,
      ...(cryptoMap === undefined
        ? []
        : [`  Output features: IPSec output classification, crypto map ${cryptoMap.value}`]),
    ];
  });
}

function addressLines({ address }: InterfaceSettings): string[] {
  return address === undefined
    ? []
    : [`  Internet address is ${address.value.address}/${prefixLengthOf(address.value.mask)}`];
}

function prefixLengthOf(mask: IpAddress): number {
  return Math.clz32(~ipv4ToNumber(mask));
}

/** `aa:bb:cc:00:01:00` as IOS writes it: `aabb.cc00.0100`. */
function dotted(address: string): string {
  return (address.replaceAll(":", "").match(/.{1,4}/g) ?? []).join(".");
}
