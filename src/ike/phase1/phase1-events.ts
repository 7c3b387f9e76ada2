/** What phase 1 tells while it reads a message, as IOS's debug lists it. */
import type { VendorId } from "../../isakmp/payloads/vendor-id.ts";
import { isIosVendorId, recogniseVendorId } from "../../isakmp/vendor-ids.ts";
import { tell } from "../action.ts";
import type { SaReference } from "../events.ts";
import type { PreSharedKey } from "../policy.ts";
import { ID_DER_ASN1_DN, ID_FQDN, ID_USER_FQDN } from "./identity.ts";
import type { Phase1Actions as Actions, Phase1Context } from "./phase1-state.ts";
import type { SuiteCheck, SuiteChoice } from "./protection-suite.ts";

export function keyFound(sa: SaReference, key: PreSharedKey | undefined): Actions {
  return key === undefined
    ? []
    : [tell({ kind: "pre-shared-key-found", sa, peer: sa.remote.address, origin: key.origin })];
}

export function keysGenerated(sa: SaReference, choice: SuiteChoice): Actions[number] {
  const { group: groupId, hash, encryption } = choice.suite;
  return tell({ kind: "skeyid-generated", sa, group: groupId, hash, encryption });
}

export function vendorIdEvents(context: Phase1Context, vendorIds: readonly VendorId[]): Actions {
  const { sa } = context;
  const peerCookie = sa.role === "initiator" ? context.responderCookie : context.initiatorCookie;
  const nameOf = (vendorId: Uint8Array) =>
    isIosVendorId(vendorId, peerCookie) ? "IOS" : recogniseVendorId(vendorId)?.name;
  return vendorIds.map(({ vendorId }) =>
    tell({ kind: "vendor-id-received", sa, vendorId, name: nameOf(vendorId) }),
  );
}

export function checkEvent(sa: SaReference, check: SuiteCheck) {
  return { kind: "isakmp-transform-checked", sa, ...check, accepted: check.mismatches.length === 0 } as const;
}

export function identityBuilt(
  sa: SaReference,
  { suite }: Pick<SuiteChoice, "suite">,
  id: { idType: number; protocolId: number; port: number; data: Uint8Array },
): Actions[number] {
  return tell({
    kind: "identity-built",
    sa,
    authentication: suite.authentication,
    identityType: IDENTITY_TYPES[id.idType] ?? "ID_IPV4_ADDR",
    protocol: id.protocolId,
    port: id.port,
    length: id.data.length,
  });
}

/** Of our own; all others are addresses. */
const IDENTITY_TYPES: { readonly [idType: number]: "ID_FQDN" | "ID_USER_FQDN" | "ID_DER_ASN1_DN" } = {
  [ID_DER_ASN1_DN]: "ID_DER_ASN1_DN",
  [ID_FQDN]: "ID_FQDN",
  [ID_USER_FQDN]: "ID_USER_FQDN",
};
