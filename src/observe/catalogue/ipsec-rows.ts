/** Events of the data plane. */
import { protocolOf } from "../../crypto/names.ts";
import { describeProxy } from "../../net/selector.ts";
import { cryptoSession, type DebugMessage, ipsec, plain } from "../debug-message.ts";
import { type EventOf, type Rows, silent } from "../entry.ts";
import { describeSpi, keyEngineLines, saLines } from "../key-engine-message.ts";
import { printable } from "../printable.ts";
import { cryptoLog, ownLog, type SyslogMessage } from "../syslog-message.ts";
import { pairLines } from "./pair-lines.ts";

export const IPSEC_ROWS: Rows<
  "sa-requested" | "sa-installed" | "sa-removed" | "flow-taken-over" | "path-mtu-changed" | "packet-dropped"
> = {
  "sa-requested": {
    debug: (event) =>
      event.suites.map((suite, i) =>
        ipsec(
          "sa_request",
          ",",
          ...keyEngineLines({
            ...event,
            suite,
            direction: "OUTBOUND",
            remote: event.peer,
            spi: event.spis?.[i] ?? 0,
            connId: 0,
            flags: "0x400C",
          }),
        ),
      ),
  },
  "sa-installed": {
    debug: (event, memory) => [
      ...pairLines(memory.saInstalled(event)),
      cryptoSession(event.peer, `${describeSa(event)} is up`),
    ],
  },
  "sa-removed": {
    debug: (event) => [
      ipsec("delete_sa", "deleting SA,", ...saLines(event)),
      plain("engine", `CRYPTO(epa_release_crypto_conn_entry): released conn ${event.connId}`),
      cryptoSession(event.peer, `${describeSa(event)} is down: ${event.reason}`),
    ],
  },
  "flow-taken-over": {
    debug: ({ localAddress, selector, from, to }) => [
      ipsec(
        "flow_taken_over",
        `${to} has what ${from} had,`,
        `  (identity) local= ${localAddress}, remote= ${to},`,
        `    local_proxy= ${describeProxy(selector.local, selector.protocol, selector.localPorts)},`,
        `    remote_proxy= ${describeProxy(selector.remote, selector.protocol, selector.remotePorts)}`,
      ),
    ],
    syslog: ({ selector, from, to }) => [
      ownLog(
        5,
        "FLOW_TAKEN_OVER",
        to,
        `${to} has SAs for the addresses that ${from} has them for: packets to ${describeProxy(selector.remote, selector.protocol, selector.remotePorts)} go to ${to} now`,
      ),
    ],
    ladder: ({ localAddress, from, to }) => ({
      mark: "noted",
      where: localAddress,
      note: `packets for ${from} go to ${to} now, which has the same inner addresses`,
    }),
  },
  "path-mtu-changed": {
    debug: ({ local, peer, before, mtu }) => [
      ipsec(
        "adjust_mtu",
        `adjusting path mtu from ${before} to ${mtu},`,
        `  (identity) local= ${local}, remote= ${peer}`,
      ),
    ],
    syslog: ({ peer, mtu, reporter }) => [
      ownLog(
        6,
        "PATH_MTU",
        peer,
        reporter === undefined
          ? `packets to ${peer} may be as long as ${mtu} bytes again, until a router says otherwise`
          : `packets to ${peer} may be ${mtu} bytes long, says ${reporter}`,
      ),
    ],
    ladder: ({ peer, mtu }) => ({ mark: "noted", where: "", note: `path mtu to ${peer} is ${mtu}` }),
  },
  "packet-dropped": {
    debug: droppedLines,
    syslog: droppedLog,
    ladder: ({ source, destination, reason }) => ({
      mark: "noted",
      where: "",
      note: `packet ${source} to ${destination} dropped: ${reason}`,
    }),
  },
};

function describeSa({ direction, connId, suite }: EventOf<"sa-installed"> | EventOf<"sa-removed">): string {
  return `${direction} ${protocolOf(suite)} SA ${connId}`;
}

function droppedLines(event: EventOf<"packet-dropped">): readonly DebugMessage[] {
  const { reason, source, destination, protocol, spi, sequenceNumber, detail } = event;
  // The request for an SA has said it.
  if (reason === "no sa") return silent();
  return [
    ipsec(
      "drop",
      `${reason}, src= ${source}, dest= ${destination}, prot= ${protocol}` +
        `${spi === undefined ? "" : `, spi= ${describeSpi(spi)}`}` +
        `${sequenceNumber === undefined ? "" : `, sequence number= ${sequenceNumber}`}` +
        `${detail === "" ? "" : `, ${printable(detail)}`}`,
    ),
  ];
}

function droppedLog(event: EventOf<"packet-dropped">): SyslogMessage[] {
  const { reason, source, destination, protocol, spi = 0, sequenceNumber, flow, detail, notTold } = event;
  const again = notTold === 0 ? "" : ` (${notTold} more like it)`;
  const connection = event.connId === undefined ? `spi=${describeSpi(spi)}` : `connection id=${event.connId}`;
  switch (reason) {
    case "unknown spi":
      return [
        cryptoLog(
          4,
          "RECVD_PKT_INV_SPI",
          source,
          `decaps: rec'd IPSEC packet has invalid spi for destaddr=${destination}, prot=${protocol}, spi=${describeSpi(spi)}, srcaddr=${source}${again}`,
        ),
      ];
    case "replayed":
      return [
        cryptoLog(
          4,
          "PKT_REPLAY_ERR",
          source,
          `decrypt: replay check failed ${connection}, sequence number=${sequenceNumber ?? 0}${again}`,
        ),
      ];
    case "bad icv":
      return [
        cryptoLog(4, "RECVD_PKT_MAC_ERR", source, `decrypt: mac verify failed for ${connection}${again}`),
      ];
    case "not protected":
      return [
        cryptoLog(
          4,
          "RECVD_PKT_NOT_IPSEC",
          source,
          `Rec'd packet not an IPSEC packet.${again}`,
          `        (ip) dest_addr= ${destination}, src_addr= ${source}, prot= ${protocol}`,
        ),
      ];
    case "selector mismatch":
      return [
        cryptoLog(
          4,
          "RECVD_PKT_INV_IDENTITY",
          source,
          `identity doesn't match negotiated identity${again}`,
          `        (ip) dest_addr= ${flow?.destination ?? destination}, src_addr= ${flow?.source ?? source}, prot= ${flow?.protocol ?? protocol}`,
        ),
      ];
    case "malformed":
      return [
        ownLog(
          4,
          "ESP_MALFORMED",
          source,
          `packet from ${source} to ${destination} is malformed: ${printable(detail)}${again}`,
        ),
      ];
    case "sequence number exhausted":
      return [
        ownLog(
          3,
          "ESP_SEQUENCE",
          destination,
          `no sequence numbers are left for ${destination}, ${connection}`,
        ),
      ];
    // What happens while an SA is being negotiated or replaced; debugging and counters show it.
    case "no sa":
    case "hold queue full":
    case "too big":
    case "expired":
      return [];
  }
}
