/** What `show` tells of this machine: counters of devices and the kernel's routes, read from /proc and /sys at once. */
import { readFileSync } from "node:fs";
import { endianness, networkInterfaces } from "node:os";
import {
  type InterfaceView,
  NO_TRAFFIC,
  type RouteView,
  type TrafficCounts,
} from "../../gateway/machine-view.ts";
import { type IpAddress, ipv4FromNumber, ipv4ToNumber } from "../../net/ip-address.ts";
import { blockOf } from "../../net/selector.ts";
import type { MatchedInterface } from "./interface-matching.ts";

export interface MachineState {
  readonly interfaces: readonly InterfaceView[];
  readonly routes: readonly RouteView[];
}

export function machineState(matched: readonly MatchedInterface[]): MachineState {
  const traffic = deviceTraffic(textOf("/proc/net/dev"));
  const nameOf = new Map(matched.map(({ device, name }) => [device, name]));
  return {
    interfaces: matched.map(({ name, device, mtu }) => ({
      name,
      hardware: device,
      hardwareAddress: networkInterfaces()[device]?.[0]?.mac,
      hasCarrier: textOf(`/sys/class/net/${device}/carrier`).trim() === "1",
      mtu,
      traffic: traffic.get(device) ?? NO_TRAFFIC,
    })),
    routes: kernelRoutes(textOf("/proc/net/route"), (device) => nameOf.get(device) ?? device),
  };
}

/** /proc/net/dev, by device. */
export function deviceTraffic(text: string): ReadonlyMap<string, TrafficCounts> {
  return new Map(
    text.split("\n").flatMap((line): [string, TrafficCounts][] => {
      const [, device, numbers = ""] = /^\s*([^\s:]+):\s*(.*)$/.exec(line) ?? [];
      if (device === undefined) return [];
      const counts = numbers.split(/\s+/).map(Number);
      const [octetsIn = 0, packetsIn = 0, errorsIn = 0, dropsIn = 0, overrunsIn = 0, framesIn = 0] = counts;
      const [octetsOut = 0, packetsOut = 0, errorsOut = 0, dropsOut = 0, underrunsOut = 0, collisions = 0] =
        counts.slice(8);
      return [
        [
          device,
          {
            ...{ octetsIn, packetsIn, errorsIn, dropsIn, overrunsIn, framesIn },
            ...{ octetsOut, packetsOut, errorsOut, dropsOut, underrunsOut, collisions },
          },
        ],
      ];
    }),
  );
}

/** /proc/net/route: addresses are words as the machine has them in memory. */
export function kernelRoutes(text: string, nameOf: (device: string) => string): RouteView[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line): RouteView[] => {
      const [device = "", destination = "", gateway = "", flags = "0", , , metric = "0", mask = ""] =
        line.split(/\s+/);
      if (device === "" || (Number.parseInt(flags, 16) & REJECT) !== 0) return [];
      const maskAddress = addressIn(mask);
      const nextHop = (Number.parseInt(flags, 16) & GATEWAY) === 0 ? undefined : addressIn(gateway);
      return [
        {
          prefix: blockOf(addressIn(destination), maskAddress),
          prefixLength: Math.clz32(~ipv4ToNumber(maskAddress)),
          origin: nextHop === undefined ? "connected" : "kernel",
          distance: 0,
          metric: Number(metric),
          nextHop,
          interfaceName: nameOf(device),
        },
      ];
    });
}

function addressIn(word: string): IpAddress {
  const octets = word.match(/../g) ?? [];
  const inOrder = endianness() === "LE" ? octets.toReversed() : octets;
  return ipv4FromNumber(Number.parseInt(inOrder.join(""), 16) >>> 0);
}

/** Empty where it cannot be read: the machine may hide it. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Flags of routes (`RTF_GATEWAY`, `RTF_REJECT`). */
const GATEWAY = 0x0002;
const REJECT = 0x0200;
