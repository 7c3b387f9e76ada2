/** What a router of the lab says of the machine it runs on: virtual interfaces and routes, and the lab's own time. */
import { elapsed, type Instant, instant } from "../base/time.ts";
import type { InterfaceView, MachineView, RouteView } from "../gateway/machine-view.ts";
import { UNSET_CLOCK } from "../observe/timestamps.ts";
import type { IpStack, StackInterface } from "./ip-stack.ts";
import { prefixLength, type Route } from "./route-table.ts";

export interface LabMachine {
  readonly stack: IpStack;
  readonly softwareVersion: string;
  readonly wallClockAtStart: number | undefined;
}

export function labMachine({ stack, softwareVersion, wallClockAtStart }: LabMachine): MachineView {
  const uptime = elapsed(instant(0), stack.world.now);
  return {
    softwareVersion,
    clock: {
      uptime,
      timeOfDay: (wallClockAtStart ?? UNSET_CLOCK) + uptime,
      isSet: wallClockAtStart !== undefined,
    },
    interfaces: stack.interfaces.map((each) => interfaceView(stack, each)),
    routes: stack.routes.map((route) => routeView(route, stack.world.now)),
    health: undefined,
  };
}

function interfaceView(stack: IpStack, { name, mtu, link }: StackInterface): InterfaceView {
  return {
    name,
    hardware: link === undefined ? "the lab's, without a link" : `the lab's, on link ${link.name}`,
    hardwareAddress: undefined,
    hasCarrier: true,
    mtu,
    traffic: stack.trafficOf(name),
  };
}

function routeView({ block, via, origin, distance, metric = 0, heardAt }: Route, now: Instant): RouteView {
  return {
    prefix: block,
    prefixLength: prefixLength(block),
    origin,
    distance,
    metric,
    age: heardAt === undefined ? undefined : elapsed(heardAt, now),
    nextHop: via.kind === "next hop" ? via.address : via.nextHop,
    interfaceName: via.kind === "interface" ? via.name : undefined,
  };
}
