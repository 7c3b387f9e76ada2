/**
 * Security Association payload (RFC 2408 §3.4, figure 5; RFC 2407 §4.6.1, figure 1): domain, situation, and the
 * proposals one after another. Where the proposals begin depends on the domain, so that only ISAKMP's and IPsec's
 * domain can be read.
 */
import type { Reader } from "../../base/reader.ts";
import type { Writer } from "../../base/writer.ts";
import { readGenericHeader, writeWithGenericHeader } from "../generic-header.ts";
import { PROPOSALS_MAX, TRANSFORMS_MAX } from "../limits.ts";
import { DOI, SITUATION } from "../numbers/domain.ts";
import { PAYLOAD_TYPE } from "../numbers/payload-type.ts";
import { decodeProposal, encodeProposal, type Proposal } from "./proposal.ts";
import { decodeSituationLabels, encodeSituationLabels, type SituationLabels } from "./situation-labels.ts";

export interface SecurityAssociation {
  readonly kind: "SA";
  /** 0 (ISAKMP) or 1 (IPsec). */
  readonly doi: number;
  /** Bitmap, see `SITUATION`. */
  readonly situation: number;
  /** There exactly when the situation asks for secrecy or integrity. */
  readonly labels?: SituationLabels;
  /** At least one. */
  readonly proposals: readonly Proposal[];
}

export function decodeSecurityAssociation(reader: Reader): SecurityAssociation {
  const doi = reader.u32("doi");
  if (doi !== DOI.ISAKMP && doi !== DOI.IPSEC)
    reader.fail(`domain of interpretation ${doi} is not IPsec's (1)`, "doi", reader.offset - 4);
  const situation = reader.u32("situation");
  if ((situation & ~SITUATIONS) !== 0)
    reader.fail(`unknown bits in 0x${situation.toString(16)}`, "situation", reader.offset - 4);
  const labels = decodeSituationLabels(reader, situation);
  const proposals = decodeProposals(reader);
  return { kind: "SA", doi, situation, ...(labels === undefined ? {} : { labels }), proposals };
}

export function encodeSecurityAssociation(writer: Writer, payload: SecurityAssociation): void {
  writer.u32(payload.doi);
  writer.u32(payload.situation);
  if (payload.labels !== undefined) encodeSituationLabels(writer, payload.labels);
  payload.proposals.forEach((proposal, i) => {
    const isLast = i === payload.proposals.length - 1;
    writeWithGenericHeader(writer, isLast ? PAYLOAD_TYPE.NONE : PAYLOAD_TYPE.P, (w) =>
      encodeProposal(w, proposal),
    );
  });
}

/** RFC 2408 §3.5: after a proposal comes a proposal (2) or nothing (0), and the two must agree with the length. */
function decodeProposals(reader: Reader): Proposal[] {
  const proposals: Proposal[] = [];
  let transformsLeft = TRANSFORMS_MAX;
  let next: number = PAYLOAD_TYPE.P;
  while (next === PAYLOAD_TYPE.P) {
    const name = `proposal[${proposals.length}]`;
    if (proposals.length === PROPOSALS_MAX) reader.fail(`more than ${PROPOSALS_MAX} proposals`, name);
    const at = reader.offset;
    const { nextPayload, body } = readGenericHeader(reader, name);
    if (nextPayload !== PAYLOAD_TYPE.P && nextPayload !== PAYLOAD_TYPE.NONE)
      reader.fail(`${nextPayload} where only 2 or 0 may follow`, `${name}.nextPayload`, at);
    const proposal = decodeProposal(body, transformsLeft);
    transformsLeft -= proposal.transforms.length;
    proposals.push(proposal);
    next = nextPayload;
  }
  reader.end();
  return proposals;
}

const SITUATIONS = SITUATION.SIT_IDENTITY_ONLY | SITUATION.SIT_SECRECY | SITUATION.SIT_INTEGRITY;
