/** What IPsec prints when it is given the keys of a negotiated pair of SAs (Examples 13-3 and 13-5). */

import type { InstalledPair } from "../debug-memory.ts";
import type { DebugMessage } from "../debug-message.ts";
import { ipsec } from "../debug-message.ts";
import { keyEngineLines, saLines } from "../key-engine-message.ts";

/** Nothing while facts of the pair are missing. */
export function pairLines(pair: InstalledPair | undefined): DebugMessage[] {
  if (pair === undefined) return [];
  const { sa, negotiated } = pair.created;
  const common = { ...negotiated, local: sa.local.address, remote: sa.remote.address };
  return [
    ipsec("key_engine", "got a queue event..."),
    ipsec(
      "initialize_sas",
      ",",
      ...keyEngineLines({
        ...common,
        direction: "INBOUND",
        spi: negotiated.inboundSpi,
        connId: negotiated.inboundConnId,
        flags: "0x4",
      }),
    ),
    ipsec(
      "initialize_sas",
      ",",
      ...keyEngineLines({
        ...common,
        direction: "OUTBOUND",
        spi: negotiated.outboundSpi,
        connId: negotiated.outboundConnId,
        flags: "0xC",
      }),
    ),
    ipsec("create_sa", "sa created,", ...saLines(pair.inbound)),
    ipsec("create_sa", "sa created,", ...saLines(pair.outbound)),
  ];
}
