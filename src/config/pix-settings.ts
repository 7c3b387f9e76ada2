/** What a PIX says that IOS does not. */
import type { Origin } from "../base/origin.ts";
import type { Setting } from "./configuration.ts";

export interface PixSettings {
  /** As `PIX Version` names it. */
  readonly version: string;
  /** By `nameif`, in the order in which they were named. */
  readonly interfaces: readonly PixInterfaceSettings[];
  /** Names of the interfaces on which IKE listens (`isakmp enable`). */
  readonly isakmpOn: readonly string[];
  /** `sysopt connection permit-ipsec`. */
  readonly permitsIpsec: Setting<boolean>;
}

export interface PixInterfaceSettings {
  /** Of the interface in the configuration: `Ethernet0`. */
  readonly hardware: string;
  /** `outside`. */
  readonly name: string;
  /** 0 to 100. */
  readonly security: number;
  /** `auto`, `10baset`. */
  readonly speed: string;
  readonly origin: Origin | undefined;
}
