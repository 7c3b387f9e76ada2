/** What IPsec prints when it is given the keys of a negotiated pair of SAs (Examples 13-3, 13-5 and 13-9). */

import type { InstalledPair } from "../debug-memory.ts";
import type { DebugMessage } from "../debug-message.ts";
import { ipsec } from "../debug-message.ts";
import { keyEngineLines, saLines } from "../key-engine-message.ts";
import { pairsOf } from "../negotiated-pairs.ts";

/** Nothing while facts of the pair are missing. */
export function pairLines(pair: InstalledPair | undefined): DebugMessage[] {
  if (pair === undefined) return [];
  const { sa, negotiated } = pair.created;
  const common = { ...negotiated, local: sa.local.address, remote: sa.remote.address };
  return [
    ipsec("key_engine", "got a queue event..."),
    ...pairsOf(negotiated).flatMap((one) => [
      ipsec(
        "initialize_sas",
        ",",
        ...keyEngineLines({
          ...common,
          suite: one.suite,
          direction: "INBOUND",
          spi: one.inboundSpi,
          connId: one.inboundConnId,
          flags: "0x4",
        }),
      ),
      ipsec(
        "initialize_sas",
        ",",
        ...keyEngineLines({
          ...common,
          suite: one.suite,
          direction: "OUTBOUND",
          spi: one.outboundSpi,
          connId: one.outboundConnId,
          flags: "0xC",
        }),
      ),
    ]),
    ...pair.installed.map((installed) => ipsec("create_sa", "sa created,", ...saLines(installed))),
  ];
}
