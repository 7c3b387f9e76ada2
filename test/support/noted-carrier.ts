/** A carrier of packets for tests of the data plane: it notes what it is told, and tells what the test gives it. */
import type { CarrierNews, PacketCarrier, SaUsage } from "../../src/ipsec/packet-carrier.ts";
import type { IpsecPolicy } from "../../src/ipsec/policy.ts";
import type { SaParameters } from "../../src/ipsec/security-association.ts";

export const UNUSED: SaUsage = {
  octets: 0,
  packets: 0,
  sequenceNumber: 0,
  replayErrors: 0,
  icvErrors: 0,
};

export class NotedCarrier implements PacketCarrier {
  /** By SPI. */
  readonly usage = new Map<number, SaUsage>();
  readonly policies: IpsecPolicy[] = [];
  /** SPIs and the ports that they moved to. */
  readonly moves: (readonly [number, number | undefined])[] = [];
  /** SPIs that it refuses. */
  readonly refused = new Set<number>();
  news: CarrierNews[] = [];

  install({ spi }: SaParameters): boolean {
    if (this.refused.has(spi)) return false;
    this.usage.set(spi, UNUSED);
    return true;
  }

  remove({ spi }: SaParameters): void {
    this.usage.delete(spi);
  }

  moveToPort({ spi, udpEncapsulation }: SaParameters): void {
    this.moves.push([spi, udpEncapsulation?.remotePort]);
  }

  setPolicy(policy: IpsecPolicy): void {
    this.policies.push(policy);
  }

  usageOf({ spi }: SaParameters): SaUsage | undefined {
    return this.usage.get(spi);
  }

  takeNews(): readonly CarrierNews[] {
    const { news } = this;
    this.news = [];
    return news;
  }

  /** The SPIs of the SAs that it carries. */
  get spis(): readonly number[] {
    return [...this.usage.keys()];
  }
}
