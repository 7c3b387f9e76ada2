/** `show crypto call admission statistics`: how many ISAKMP SAs were asked for, and which were not begun. */
import type { Configuration } from "../../config/configuration.ts";
import type { GatewayView } from "../../gateway/contract.ts";

export function showCallAdmission({ isakmp }: Configuration, { ike }: GatewayView): string[] {
  const { accepted, rejected, rejectedBy, dropped } = ike.admission;
  const total = ike.isakmpSas.length;
  return [
    RULE,
    "              Crypto Call Admission Control Statistics",
    RULE,
    row(
      ["System Resource Limit:", 0],
      ["Max IKE SAs:", isakmp.maximumSas?.value ?? 0],
      ["Max in nego:", isakmp.maximumInNegotiation?.value ?? 0],
    ),
    row(["Total IKE SA Count:", total], ["active:", total - ike.halfOpen], ["negotiating:", ike.halfOpen]),
    requests("Incoming", accepted.responder, rejected.responder),
    requests("Outgoing", accepted.initiator, rejected.initiator),
    row(
      ["Rejected IKE Requests:", rejected.responder + rejected.initiator],
      ["rsrc low:", rejectedBy.resources],
      ["Active SA limit:", rejectedBy["ike sa"]],
    ),
    `${" ".repeat(SECOND_COLUMNS)}${cell("In-neg SA limit:", 18, rejectedBy["in-negotiation sa"])}`,
    cell("IKE packets dropped at dispatch:", 40, dropped),
  ];
}

type Cell = readonly [label: string, value: number];

function requests(direction: string, accepted: number, rejected: number): string {
  return row(
    [`${direction} IKE Requests:`, accepted + rejected],
    ["accepted:", accepted],
    ["rejected:", rejected],
  );
}

/** Numbers end in columns 32, 51 and 70. */
function row(...cells: readonly [Cell, Cell, Cell]): string {
  const [first, second, third] = cells;
  return `${cell(first[0], 32, first[1])} ${cell(second[0], 18, second[1])} ${cell(third[0], 18, third[1])}`;
}

function cell(label: string, width: number, value: number): string {
  return `${label} ${String(value).padStart(width - label.length - 1)}`;
}

const SECOND_COLUMNS = 52;
const RULE = "-".repeat(69);
