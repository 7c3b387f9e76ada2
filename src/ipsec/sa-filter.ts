/** Which pairs of SAs `clear crypto sa` means, and others who end several at once. */
import type { SaProtocol } from "../crypto/names.ts";
import type { IpAddress } from "../net/ip-address.ts";
import type { LiveSa } from "./live-sa.ts";
import { type SaParameters, spiFor } from "./security-association.ts";

/** Which pairs are meant: those for which everything that is said is true. */
export interface SaFilter {
  readonly peer?: IpAddress | undefined;
  readonly localAddress?: IpAddress | undefined;
  readonly connectionId?: string | undefined;
  /** Of the crypto map on the interface. */
  readonly mapName?: string | undefined;
  /** One direction, by what its packets go to. */
  readonly entry?: SaEntry | undefined;
}

export interface SaEntry {
  readonly destination: IpAddress;
  readonly protocol: SaProtocol;
  readonly spi: number;
}

export function isMeant(filter: SaFilter, { parameters, line }: LiveSa): boolean {
  return (
    (filter.peer === undefined || filter.peer === parameters.peer) &&
    (filter.localAddress === undefined || filter.localAddress === parameters.localAddress) &&
    (filter.connectionId === undefined || filter.connectionId === parameters.connectionId) &&
    (filter.mapName === undefined || filter.mapName === line.connection.interface.mapName) &&
    (filter.entry === undefined || isEntry(parameters, filter.entry))
  );
}

function isEntry(parameters: SaParameters, { destination, protocol, spi }: SaEntry): boolean {
  const { direction, localAddress, peer } = parameters;
  return (
    spiFor(parameters, protocol) === spi && destination === (direction === "inbound" ? localAddress : peer)
  );
}
