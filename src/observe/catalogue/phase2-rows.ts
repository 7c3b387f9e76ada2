/** Events of quick mode. */
import { protocolOf } from "../../crypto/names.ts";
import { phase2AttributeLine } from "../attribute-lines.ts";
import {
  type DebugMessage,
  ipsec,
  isakmp,
  isakmpPlain,
  keyExchange,
  plain,
  signed,
  transition,
} from "../debug-message.ts";
import { type EventOf, type Rows, silent } from "../entry.ts";
import { hexSpi, keyEngineLines } from "../key-engine-message.ts";
import { pairsOf } from "../negotiated-pairs.ts";
import { printable } from "../printable.ts";
import { pairLines } from "./pair-lines.ts";

export const PHASE2_ROWS: Rows<
  | "quick-mode-started"
  | "ipsec-transform-checked"
  | "ipsec-proposal-validated"
  | "spi-allocated"
  | "ipsec-sas-created"
  | "exchange-finished"
  | "exchange-purged"
> = {
  "quick-mode-started": {
    debug: ({ sa, messageId, role }) =>
      role === "initiator"
        ? [isakmp(sa, `beginning Quick Mode exchange, M-ID of ${signed(messageId)}`)]
        : silent(),
  },
  "ipsec-transform-checked": { debug: transformLines },
  "ipsec-proposal-validated": { debug: validationLines },
  "spi-allocated": { debug: spiLines },
  "ipsec-sas-created": {
    debug: (event, memory) => [
      ...creationLines(event),
      ...keyLines(event),
      ...pairLines(memory.pairCreated(event)),
    ],
    ladder: ({ sa, negotiated }) => ({
      mark: "noted",
      where: sa.local.address,
      note: `IPsec SAs created: in ${hexSpi(negotiated.inboundSpi)}, out ${hexSpi(negotiated.outboundSpi)}`,
    }),
  },
  "exchange-finished": { debug: finishLines },
  "exchange-purged": { debug: ({ sa, messageId }) => [isakmp(sa, `purging node ${signed(messageId)}`)] },
};

function transformLines(event: EventOf<"ipsec-transform-checked">): DebugMessage[] {
  const { sa, proposalNumber, transformNumber, transform, attributes, accepted } = event;
  return [
    isakmp(sa, `Checking IPsec proposal ${proposalNumber}`),
    isakmpPlain(`transform ${transformNumber}, ${printable(transform.replace("AES-CBC", "AES"))}`),
    isakmpPlain("  attributes in transform:"),
    ...attributes.map((attribute) => isakmpPlain(`    ${phase2AttributeLine(attribute)}`)),
    plain("engine", "validate proposal 0"),
    isakmp(sa, accepted ? "atts are acceptable." : "atts not acceptable. Next payload is 0"),
  ];
}

function validationLines(event: EventOf<"ipsec-proposal-validated">): DebugMessage[] {
  const { sa, selector, suites, accepted } = event;
  const requests = suites.map((suite, i) =>
    ipsec(
      "validate_proposal_request",
      `proposal part #${i + 1},`,
      ...keyEngineLines({
        direction: "INBOUND",
        local: sa.local.address,
        remote: sa.remote.address,
        selector,
        suite,
        lifetimeSeconds: 0,
        lifetimeKilobytes: 0,
        spi: 0,
        connId: 0,
        flags: "0x4",
      }),
    ),
  );
  const checked = plain("engine", "validate proposal request 0");
  return accepted
    ? [...requests, checked]
    : [...requests, checked, ipsec("validate_transform_proposal", "proxy identities not supported")];
}

/** IOS's IPsec chooses the SPI when IKE asks for one; the initiator has asked before it began. */
function spiLines({ sa, messageId, spis, protocols }: EventOf<"spi-allocated">): DebugMessage[] {
  const node = `Node ${signed(messageId)}, `;
  return [
    isakmp(sa, `asking for ${spis.length} spis from ipsec`),
    transition(sa, "IKE_MSG_FROM_PEER, IKE_QM_EXCH", "IKE_QM_READY", "IKE_QM_SPI_STARVE", node),
    ipsec("key_engine", "got a queue event..."),
    ...spis.map((spi, i) =>
      ipsec(
        "spi_response",
        `getting spi ${spi} for SA`,
        `      from ${column(sa.local.address)} to ${column(sa.remote.address)} for prot ${protocols[i] === "ah" ? 2 : 3}`,
      ),
    ),
    isakmpPlain("received ke message (2/1)"),
  ];
}

function keyLines({ sa, negotiated }: EventOf<"ipsec-sas-created">): DebugMessage[] {
  const { pfsGroup } = negotiated;
  const secret = pfsGroup === undefined ? "SKEYID_d" : `SKEYID_d and the shared secret of group ${pfsGroup}`;
  return pairsOf(negotiated).map(({ suite }) =>
    keyExchange(sa, `keys for ${protocolOf(suite)} are made from ${secret}`),
  );
}

function creationLines({ sa, negotiated }: EventOf<"ipsec-sas-created">): DebugMessage[] {
  const { local, remote } = sa;
  const { selector } = negotiated;
  const ours = selector.local.address;
  const theirs = selector.remote.address;
  const lifetimes = [
    plain("isakmp", `     lifetime of ${negotiated.lifetimeSeconds} seconds`),
    plain("isakmp", `     lifetime of ${negotiated.lifetimeKilobytes} kilobytes`),
  ];
  return pairsOf(negotiated).flatMap((pair) => [
    plain("engine", "ipsec allocate flow 0"),
    plain("engine", "ipsec allocate flow 0"),
    isakmp(sa, "Creating IPsec SAs"),
    plain(
      "isakmp",
      `     inbound SA from ${remote.address} to ${local.address}`,
      `      (proxy ${theirs} to ${ours})`,
    ),
    plain("isakmp", `     has spi ${hexSpi(pair.inboundSpi)} and conn_id ${pair.inboundConnId} and flags 4`),
    ...lifetimes,
    plain(
      "isakmp",
      `     outbound SA from ${column(local.address)} to ${column(remote.address)} (proxy ${column(ours)} to ${column(theirs)})`,
    ),
    plain(
      "isakmp",
      `     has spi ${signed(pair.outboundSpi)} and conn_id ${pair.outboundConnId} and flags C`,
    ),
    ...lifetimes,
  ]);
}

function finishLines({
  sa,
  exchange,
  messageId,
  role,
  failed,
}: EventOf<"exchange-finished">): DebugMessage[] {
  const id = signed(messageId);
  if (failed) return [isakmp(sa, `deleting node ${id} error TRUE reason ""`)];
  if (exchange === "informational")
    return [
      isakmp(
        sa,
        `deleting node ${id} error FALSE reason "informational (${role === "responder" ? "in" : "out"})"`,
      ),
    ];
  const reason = role === "initiator" ? "" : "quick mode done (await())";
  const last = role === "initiator" ? "IKE_QM_I_QM1" : "IKE_QM_R_QM2";
  return [
    isakmp(sa, `deleting node ${id} error FALSE reason "${reason}"`),
    transition(sa, "IKE_MSG_FROM_PEER, IKE_QM_EXCH", last, "IKE_QM_PHASE2_COMPLETE", `Node ${id}, `),
  ];
}

/** An address in IOS's column of 15. */
function column(address: string): string {
  return address.padEnd(15);
}
