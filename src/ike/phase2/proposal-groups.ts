/**
 * The proposals of an SA payload as its sender means them: those under one number are wanted together, those under another
 * number are an alternative (RFC 2408 §4.2).
 */
import { PROTOCOL_ID } from "../../isakmp/numbers/domain.ts";
import type { Proposal } from "../../isakmp/payloads/proposal.ts";
import type { SecurityAssociation } from "../../isakmp/payloads/security-association.ts";
import { type AhOffer, readAhTransform } from "./ah-offer.ts";
import { type EspOffer, readEspTransform } from "./esp-offer.ts";

/** The offers of an SA payload in the order of their numbers' first proposals. */
export function readOffers(payload: SecurityAssociation): EspOffer[] {
  return groups(payload).flatMap((group) => {
    const { esp, ah, problem } = partsOf(group);
    const [only, ...others] = group;
    if (only?.protocolId === PROTOCOL_ID.PROTO_IPSEC_AH && others.length === 0)
      return ah.map((each) => ({
        ...readEspTransform(only, each.transform),
        ...each,
        encryption: undefined,
        integrity: undefined,
        ah: [each],
      }));
    if (esp !== undefined && problem === undefined)
      return esp.transforms.map((transform) => ({ ...readEspTransform(esp, transform), ah }));
    return group.flatMap((proposal) =>
      proposal.transforms.map((transform) => {
        const read = readEspTransform(proposal, transform);
        return { ...read, unsupported: [...read.unsupported, ...(problem === undefined ? [] : [problem])] };
      }),
    );
  });
}

function groups({ proposals }: SecurityAssociation): readonly (readonly Proposal[])[] {
  const byNumber = new Map<number, Proposal[]>();
  for (const proposal of proposals) {
    const group = byNumber.get(proposal.number);
    if (group === undefined) byNumber.set(proposal.number, [proposal]);
    else group.push(proposal);
  }
  return [...byNumber.values()];
}

/** ESP or AH alone or AH with ESP is what we can give; whatever else is wanted together is a problem. */
function partsOf(group: readonly Proposal[]): {
  readonly esp: Proposal | undefined;
  readonly ah: readonly AhOffer[];
  readonly problem: string | undefined;
} {
  const withProtocol = (protocolId: number) => group.filter((proposal) => proposal.protocolId === protocolId);
  const [esp] = withProtocol(PROTOCOL_ID.PROTO_IPSEC_ESP);
  const [ah] = withProtocol(PROTOCOL_ID.PROTO_IPSEC_AH);
  const isBundle = group.length === 2 && esp !== undefined && ah !== undefined;
  return {
    esp,
    ah: ah?.transforms.map((transform) => readAhTransform(ah, transform)) ?? [],
    problem:
      group.length === 1 || isBundle ? undefined : `a bundle of ${group.map(protocolName).join(" and ")}`,
  };
}

export function protocolName({ protocolId }: Proposal): string {
  return PROTOCOL_NAMES[protocolId] ?? `protocol ${protocolId}`;
}

const PROTOCOL_NAMES: { readonly [id: number]: string } = { 2: "AH", 3: "ESP", 4: "IPCOMP" };
