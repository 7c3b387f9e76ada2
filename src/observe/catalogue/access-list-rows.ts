/** Events of access lists whose lines say `log`. */
import type { IpAddress } from "../../net/ip-address.ts";
import { hasPorts, PROTOCOL, PROTOCOL_KEYWORDS } from "../../net/protocols.ts";
import { type EventOf, type Rows, silent } from "../entry.ts";
import type { SyslogMessage } from "../syslog-message.ts";

export const ACCESS_LIST_ROWS: Rows<"access-list-matched" | "access-list-log-missed"> = {
  "access-list-matched": { debug: silent, syslog: (event) => [matchMessage(event)] },
  "access-list-log-missed": {
    debug: silent,
    syslog: ({ packets }) => [
      security(
        "IPACCESSLOGRL",
        undefined,
        `access-list logging rate-limited or missed ${packetCount(packets)}`,
      ),
    ],
  },
};

/** IOS has a message each for standard lists, protocols with ports, ICMP and all others. */
function matchMessage(event: EventOf<"access-list-matched">): SyslogMessage {
  const { list, permitted, flow, icmp, arrivedBy, isAboutSource, packets } = event;
  const { source, destination, protocol, sourcePort, destinationPort } = flow;
  const verdict = `list ${list} ${permitted ? "permitted" : "denied"}`;
  const count = packetCount(packets);
  if (isAboutSource) return security("IPACCESSLOGS", source, `${verdict} ${source} ${count}`);
  const input = arrivedBy === undefined ? "" : ` (${arrivedBy})`;
  if (hasPorts(protocol))
    return security(
      "IPACCESSLOGP",
      source,
      `${verdict} ${PROTOCOL_KEYWORDS.get(protocol) ?? protocol} ${source}(${sourcePort})${input} -> ${destination}(${destinationPort}), ${count}`,
    );
  if (protocol === PROTOCOL.ICMP)
    return security(
      "IPACCESSLOGDP",
      source,
      `${verdict} icmp ${source}${input} -> ${destination} (${icmp?.type ?? 0}/${icmp?.code ?? 0}), ${count}`,
    );
  return security(
    "IPACCESSLOGNP",
    source,
    `${verdict} ${protocol} ${source}${input} -> ${destination}, ${count}`,
  );
}

function packetCount(packets: number): string {
  return `${packets} packet${packets === 1 ? "" : "s"}`;
}

function security(mnemonic: string, peer: IpAddress | undefined, text: string): SyslogMessage {
  return { facility: "SEC", severity: 6, mnemonic, text, more: [], peer };
}
