/**
 * What a router says of the machine it runs on, beside its gateway: software, time of day, interfaces, routes, load. The lab
 * makes it up from its virtual parts; on Linux it is what the kernel says.
 */
import type { Milliseconds } from "../base/time.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { AddressBlock } from "../net/selector.ts";

/** A snapshot. */
export interface MachineView {
  readonly softwareVersion: string;
  readonly clock: ClockView;
  /** Of the interfaces of the configuration, those that there are. */
  readonly interfaces: readonly InterfaceView[];
  readonly routes: readonly RouteView[];
  /** Undefined where nobody measures it, as in a lab. */
  readonly health: HealthView | undefined;
}

export interface ClockView {
  readonly uptime: Milliseconds;
  /** Milliseconds since 1970, UTC. */
  readonly timeOfDay: number;
  /** Somebody has set it; otherwise it counts from March 1993, as that of IOS does. */
  readonly isSet: boolean;
}

export interface InterfaceView {
  /** As the configuration names it. */
  readonly name: string;
  /** What it is made of: `link 172.16.172.0/24`, `eth0`. */
  readonly hardware: string;
  readonly hardwareAddress: string | undefined;
  /** There is something at the other end. */
  readonly hasCarrier: boolean;
  /** Octets of an IP packet. */
  readonly mtu: number;
  readonly traffic: TrafficCounts;
}

export interface TrafficCounts {
  readonly packetsIn: number;
  readonly octetsIn: number;
  readonly errorsIn: number;
  /** Lost for want of a place to put them. */
  readonly dropsIn: number;
  /** Damaged, of the errors. */
  readonly framesIn: number;
  /** Came faster than they were taken, of the errors. */
  readonly overrunsIn: number;
  readonly packetsOut: number;
  readonly octetsOut: number;
  readonly errorsOut: number;
  /** Lost for want of a place to wait in, or of whoever would take them. */
  readonly dropsOut: number;
  /** Were not ready when it was their turn, of the errors. */
  readonly underrunsOut: number;
  readonly collisions: number;
}

/** Of an interface that has carried nothing, or that nobody counts on. */
export const NO_TRAFFIC: TrafficCounts = {
  ...{ packetsIn: 0, octetsIn: 0, errorsIn: 0, dropsIn: 0, framesIn: 0, overrunsIn: 0 },
  ...{ packetsOut: 0, octetsOut: 0, errorsOut: 0, dropsOut: 0, underrunsOut: 0, collisions: 0 },
};

export interface RouteView {
  readonly prefix: AddressBlock;
  /** 0 to 32. */
  readonly prefixLength: number;
  readonly origin: "connected" | "static" | "rip" | "learned" | "kernel";
  readonly distance: number;
  readonly metric: number;
  /** Since a neighbour told of it last; absent where none does. */
  readonly age?: Milliseconds | undefined;
  readonly nextHop: IpAddress | undefined;
  /** Undefined where the next hop decides. As the configuration names it, or else as the machine does. */
  readonly interfaceName: string | undefined;
}

export interface HealthView {
  readonly processId: number;
  /** Per cent of one processor, over the last five seconds, minute and five minutes. */
  readonly processor: readonly [number, number, number];
  /** Octets. */
  readonly memory: {
    /** Of the whole process. */
    readonly resident: number;
    readonly heapUsed: number;
    readonly heapTotal: number;
    /** Outside the heap: packets and keys. */
    readonly external: number;
    /** Of the machine. */
    readonly machineFree: number;
    readonly machineTotal: number;
  };
  /** Longest wait of a due task behind others in the last minute, in milliseconds. */
  readonly longestDelay: number;
}
