/** Tunnel interfaces: the two ends between which GRE carries their packets. */
import { greHeaderLength } from "../net/gre.ts";
import type { IpAddress } from "../net/ip-address.ts";
import { IPV4_HEADER_LENGTH } from "../net/ipv4-packet.ts";
import type { AddressSource, Configuration, InterfaceSettings } from "./configuration.ts";
import type { Problems } from "./problem.ts";
import type { TunnelEnds } from "./router-policy.ts";

export function isTunnel({ name }: Pick<InterfaceSettings, "name">): boolean {
  return name.startsWith("Tunnel");
}

/** Undefined where it cannot come up, which is then told. */
export function compileTunnel(
  configuration: Configuration,
  { name, tunnel, origin }: InterfaceSettings,
  problems: Problems,
): TunnelEnds | undefined {
  const { source, destination, mode, key, checksum } = tunnel;
  if (mode.value !== "gre ip") {
    problems.warning({
      kind: "without-effect",
      origin: mode.origin,
      message: `\`tunnel mode ${mode.value}\` is not in effect yet, so ${name} stays down.`,
      advice: "Enter `no tunnel mode` for GRE over IP.",
    });
    return undefined;
  }
  if (source === undefined || destination === undefined) {
    const missing = source === undefined ? "source" : "destination";
    problems.warning({
      kind: "incomplete",
      origin,
      message: `${name} has no ${missing}, so it stays down.`,
      advice: `Enter \`tunnel ${missing} A.B.C.D\` below the interface.`,
    });
    return undefined;
  }
  const address = addressOf(configuration, source.value);
  if (address === undefined) {
    problems.warning({
      kind: "incomplete",
      origin: source.origin,
      message: `The source of ${name} is no address of this router, so it stays down.`,
      advice: "Enter `tunnel source` with an address, or an interface that has one.",
    });
    return undefined;
  }
  return { source: address, destination: destination.value, key: key?.value, hasChecksum: checksum.value };
}

/** Octets of the longest packet that needs no cutting once it is encapsulated: 1476, as IOS has it. */
export function tunnelMtu(ends: TunnelEnds, mtu: number): number {
  return mtu - IPV4_HEADER_LENGTH - greHeaderLength(ends);
}

/** An address of the router: one that it says itself, or that of an interface. */
export function addressOf({ interfaces }: Configuration, source: AddressSource): IpAddress | undefined {
  const owner = interfaces.find(({ name, address }) =>
    source.kind === "interface" ? name === source.name : address?.value.address === source.address,
  );
  return owner?.address?.value.address;
}

/** What a tunnel sends is GRE between its ends: the map of the interface by which that leaves protects it. */
export function tellTunnelMap(
  { interfaces }: Configuration,
  { name, cryptoMap }: InterfaceSettings,
  problems: Problems,
): void {
  const carrier = interfaces.find((own) => !isTunnel(own) && own.cryptoMap?.value === cryptoMap?.value);
  if (carrier === undefined)
    problems.warning({
      kind: "wrong",
      origin: cryptoMap?.origin,
      message: `Crypto map ${cryptoMap?.value} is on ${name} and on no other interface, so nothing protects what the tunnel sends.`,
      advice: `Enter \`crypto map ${cryptoMap?.value}\` below the interface by which its GRE packets leave too.`,
    });
  else
    problems.note({
      kind: "without-effect",
      origin: cryptoMap?.origin,
      message: `What ${name} sends is protected where it leaves as GRE, by the crypto map on ${carrier.name}.`,
      advice: "Leave it: IOS before 12.2(13)T wants the map on both.",
    });
}
