/** What the parts of the data plane share. */
import type { Alarms } from "../base/alarms.ts";
import type { Random } from "../base/random.ts";
import type { Instant } from "../base/time.ts";
import { ipv4FromNumber } from "../net/ip-address.ts";
import { faultOfIpv4 } from "../net/ipv4-packet.ts";
import { u32At } from "../net/words.ts";
import type { CarriedTraffic } from "./carried-traffic.ts";
import type { Drop, DropReports } from "./drop-reports.ts";
import type { DataPlaneLimits } from "./limits.ts";
import type { PlaneAlarm } from "./live-sa.ts";
import type { Outbox } from "./outbox.ts";
import type { PacketSpace } from "./packet-space.ts";
import type { PacketTransforms } from "./packet-transforms.ts";
import type { PathMtus } from "./path-mtus.ts";
import type { ProtectedPolicy } from "./protected-policy.ts";
import type { Sad } from "./sad.ts";

export interface DataPlaneParts {
  readonly limits: DataPlaneLimits;
  readonly random: Random;
  readonly transforms: PacketTransforms;
  readonly space: PacketSpace;
  readonly lowersMss: boolean;
  readonly joinsTcp: boolean;
  readonly sad: Sad;
  readonly alarms: Alarms<PlaneAlarm>;
  readonly drops: DropReports;
  readonly outbox: Outbox;
  readonly paths: PathMtus;
  /** Undefined where packets pass through the data plane itself. */
  readonly carried: CarriedTraffic | undefined;
  policy: ProtectedPolicy;
}

/** Tells of a dropped packet unless that has just been told. */
export function tellDrop(parts: DataPlaneParts, now: Instant, drop: Drop): void {
  const event = parts.drops.report(now, drop);
  if (event !== undefined) parts.outbox.event(event);
}

/** Tells of octets that are no IPv4 packet, as far as they can be read. */
export function tellMalformed(parts: DataPlaneParts, now: Instant, bytes: Uint8Array): void {
  tellDrop(parts, now, {
    reason: "malformed",
    source: ipv4FromNumber(u32At(bytes, 12)),
    destination: ipv4FromNumber(u32At(bytes, 16)),
    protocol: bytes[9] ?? 0,
    spi: undefined,
    sequenceNumber: undefined,
    flow: undefined,
    detail: faultOfIpv4(bytes) ?? "no IPv4 packet",
  });
}
