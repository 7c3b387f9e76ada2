/** The configuration's tunnel interfaces on this machine: the kernel's GRE where it has that, ours otherwise. */
import type { InterfaceConfiguration } from "../../config/router-policy.ts";
import type { MatchedInterface } from "./interface-matching.ts";
import { prefixText } from "./ip-command.ts";
import type { Libc } from "./libc.ts";
import type { MachineChanges } from "./machine-changes.ts";
import { writeSysctl } from "./machine-changes.ts";
import type { OsError } from "./os-error.ts";
import { OwnGre, type TunnelWish } from "./own-gre.ts";

export interface TunnelInterfacesOptions {
  readonly libc: Libc;
  readonly changes: MachineChanges;
  readonly interfaces: readonly InterfaceConfiguration[];
  readonly onOsError: (error: OsError) => void;
}

export interface TunnelInterfaces {
  readonly matched: readonly MatchedInterface[];
  /** Whose GRE it is; undefined where no tunnel is wanted. */
  readonly carrier: "kernel" | "skeyid" | undefined;
  close(): void;
}

/** They are up, or one line says why not; what was changed is the caller's to undo. */
export async function startTunnels(options: TunnelInterfacesOptions): Promise<TunnelInterfaces | string> {
  const { libc, changes, interfaces, onOsError } = options;
  const tunnels = interfaces.flatMap((own) =>
    own.tunnel === undefined || !own.up
      ? []
      : [{ ...own, tunnel: own.tunnel, device: own.name.toLowerCase() }],
  );
  if (tunnels.length === 0) return { matched: [], carrier: undefined, close: () => {} };
  const made = await changes.make({
    kind: "ip",
    make: tunnels.map(kernelTunnel),
    undo: tunnels.map(({ device }) => `link del ${device}`),
  });
  if (made.kind === "refused") await changes.undoOne(tunnels.map(({ device }) => `link del ${device}`));
  const own = made.kind === "refused" ? OwnGre.open(libc, tunnels, onOsError) : undefined;
  if (typeof own === "string") return `no tunnels: ${own}, and the kernel has no GRE (${reasonOf(made)})`;
  const addressed = await changes.make({
    kind: "ip",
    make: tunnels.flatMap(({ device, address, prefix, mtu }) => [
      `address add ${address}/${prefixText(prefix).split("/")[1]} dev ${device}`,
      `link set dev ${device} mtu ${mtu} multicast on up`,
    ]),
    undo: [],
  });
  if (addressed.kind === "refused") {
    own?.close();
    return `no tunnels: ${addressed.reason}`;
  }
  for (const { device } of tunnels) writeSysctl(`net/ipv6/conf/${device}/disable_ipv6`, "1");
  return {
    matched: tunnels.map(({ name, device, address, mtu }) => ({ name, device, address, mtu })),
    carrier: own === undefined ? "kernel" : "skeyid",
    close: () => own?.close(),
  };
}

/** Its packets may be cut on the way, as IOS's, which have no DF. */
function kernelTunnel({ device, tunnel }: TunnelWish): string {
  const { source, destination, key, hasChecksum } = tunnel;
  const options = [...(key === undefined ? [] : [`key ${key}`]), ...(hasChecksum ? ["csum"] : [])];
  return [
    `link add name ${device} type gre local ${source} remote ${destination} ttl 255 nopmtudisc ignore-df`,
    ...options,
  ].join(" ");
}

function reasonOf(
  result: { readonly kind: "done" } | { readonly kind: "refused"; readonly reason: string },
): string {
  return result.kind === "refused" ? result.reason : "";
}
