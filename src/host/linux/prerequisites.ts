/** What a gateway needs of the machine, tried without changing anything; what is missing is said with what to do. */
import { readFileSync } from "node:fs";
import type { Endpoint, IpAddress } from "../../net/ip-address.ts";
import { PROTOCOL } from "../../net/protocols.ts";
import { ip } from "./ip-command.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { readSysctl } from "./machine-changes.ts";
import { NativeSocket, SOCKET_OCTETS } from "./native-socket.ts";
import { describeOsError, isOsError, type OsError } from "./os-error.ts";
import { PacketArena } from "./packet-arena.ts";
import { holderOfUdp } from "./process-identity.ts";
import { TUN_PATH, TunDevice } from "./tun-device.ts";

export type Prerequisites =
  | { readonly kind: "fine"; readonly libc: Libc }
  /** One line each. */
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** Everything that needs no configuration, whichever data plane it is. */
export async function findPrerequisites(): Promise<Prerequisites> {
  const libc = await loadLibc();
  if ("kind" in libc)
    return { kind: "problems", problems: [`${libc.reason}: skeyid run --userspace works without`] };
  const missing = missingCapabilities();
  const problems = missing.length === 0 ? [] : [notAllowed(missing)];
  const version = await ip("-V");
  if (version.kind === "refused") problems.push(`${version.reason}: install iproute2`);
  return problems.length === 0 ? { kind: "fine", libc } : { kind: "problems", problems };
}

/** Whether IKE's ports at our addresses, ESP and AH can be had; opened and closed again. */
export function socketProblems(libc: Libc, addresses: readonly IpAddress[]): readonly string[] {
  const kinds = [
    ...addresses.flatMap((address) =>
      IKE_PORTS.map((port) => ({ kind: "udp" as const, local: { address, port } })),
    ),
    ...[PROTOCOL.ESP, PROTOCOL.AH].map((protocol) => ({ kind: "raw" as const, protocol })),
  ];
  return kinds.flatMap((kind) => {
    const socket = NativeSocket.open(new PacketArena(libc, SOCKET_OCTETS), kind);
    if (isOsError(socket))
      return [describeSocketProblem(socket, kind.kind === "udp" ? kind.local : undefined)];
    socket.close();
    return [];
  });
}

export function describeSocketProblem(error: OsError, local: Endpoint | undefined): string {
  if (error.code === "EADDRINUSE" && local !== undefined) {
    const holder = holderOfUdp(local) ?? "another program";
    return `UDP port ${local.port} at ${local.address} is in use by ${holder}: stop it, two IKE daemons cannot share it`;
  }
  if (error.code === "EACCES" && local !== undefined)
    return `UDP port ${local.port} is for those who may use ports below 1024: run as root, or give the process CAP_NET_BIND_SERVICE`;
  if (error.code === "EADDRNOTAVAIL" && local !== undefined)
    return `this machine does not have the address ${local.address}`;
  return describeOsError(error);
}

/** Settings under which packets would not pass, or would pass that must not. */
export interface SysctlAdvice {
  /** Below /proc/sys. */
  readonly name: string;
  readonly value: string;
  readonly why: string;
}

/** A device with a crypto map, and how strict its reverse path filter is to be (`reverse-path.ts`). */
export interface GuardedDevice {
  readonly device: string;
  readonly reversePath: "strict" | "loose";
}

export function sysctlAdvice(guarded: readonly GuardedDevice[]): readonly SysctlAdvice[] {
  const advice: SysctlAdvice[] = [];
  if (readSysctl("net/ipv4/ip_forward") === "0")
    advice.push({ name: "net/ipv4/ip_forward", value: "1", why: "no packet is routed between interfaces" });
  for (const { device, reversePath } of guarded) {
    const name = `net/ipv4/conf/${device}/rp_filter`;
    // The greater of the two holds.
    const inForce = Math.max(filterIn("net/ipv4/conf/all/rp_filter"), filterIn(name));
    if (reversePath === "strict" && inForce !== STRICT)
      advice.push({
        name,
        value: `${STRICT}`,
        why: "what must come protected is accepted in clear if it is for this machine itself",
      });
    if (reversePath === "loose" && inForce === STRICT)
      advice.push({
        name,
        value: `${LOOSE}`,
        why: "peers whose own traffic is protected get no answer to ARP, and long packets of theirs are lost",
      });
  }
  return advice;
}

function filterIn(name: string): number {
  return Number(readSysctl(name) ?? 0);
}

const STRICT = 1;
const LOOSE = 2;
export const IKE_PORTS: readonly number[] = [500, 4500];

/** What is in the way of TUN devices. */
export function tunProblems(libc: Libc): readonly string[] {
  const fault = TunDevice.probe(libc);
  if (fault === undefined) return [];
  if (fault.code === "ENOENT")
    return [
      `there is no ${TUN_PATH}: load the driver (modprobe tun), or start the container with --device ${TUN_PATH}`,
    ];
  if (fault.code === "ENODEV" || fault.code === "ENXIO")
    return [`the kernel has no TUN driver behind ${TUN_PATH}: modprobe tun`];
  return [
    `${describeOsError(fault)}: start the container with --device ${TUN_PATH}, or change who may open it`,
  ];
}

function notAllowed(missing: readonly string[]): string {
  const user = process.geteuid?.() === 0 ? "root is here without" : "this user has not";
  return `${user} ${missing.join(" and ")}: run with sudo, in a container with --cap-add NET_ADMIN,NET_RAW, or without root with --userspace`;
}

function missingCapabilities(): readonly string[] {
  const status = readFileSync("/proc/self/status", "utf8");
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return NEEDED.filter(([, bit]) => (effective & (1n << bit)) === 0n).map(([name]) => name);
}

/** capabilities(7). Ports below 1024 may be open to everybody, so that one is tried, not asked. */
const NEEDED = [
  ["CAP_NET_ADMIN", 12n],
  ["CAP_NET_RAW", 13n],
] as const;
