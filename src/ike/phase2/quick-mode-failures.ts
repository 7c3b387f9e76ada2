/** How a quick mode fails, in sentences that name the difference and the line of ours it is about. */
import { NOTIFY_TYPE } from "../../isakmp/numbers/notify-type.ts";
import type { TrafficSelector } from "../../net/selector.ts";
import type { Failure } from "../action.ts";
import { at, describeMismatches } from "../explain.ts";
import type { Connection } from "../policy.ts";
import type { TransformCheck } from "./esp-proposal.ts";
import type { QuickModeActions as Actions, Negotiated } from "./quick-mode-state.ts";

export function fail(
  connection: Connection | undefined,
  reason: Failure["reason"],
  explanation: string,
  notify: number,
  failure: Partial<Failure> = {},
): Actions[number] {
  return {
    do: "fail",
    failure: { reason, explanation, mismatches: [], origin: connection?.source.origin, notify, ...failure },
  };
}

export function weakKey(connection: Connection): Actions[number] {
  return fail(
    connection,
    "internal",
    "The derived key is a weak DES key; a new negotiation will not have it.",
    NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"],
  );
}

/** AH covers what a NAT changes, and every set has it. */
export function nothingToOffer(connection: Connection, peer: string): Actions[number] {
  const explanation = `There is a NAT on the way to ${peer}, which AH does not pass, and every transform set of crypto map ${connection.mapName} ${connection.sequence} has AH.`;
  const origin = connection.source.transformSets?.origin;
  return {
    do: "fail",
    failure: { reason: "no policy can be offered", explanation, mismatches: [], origin, notify: undefined },
  };
}

export function noTransformChosen(
  connection: Connection,
  peer: string,
  checks: readonly TransformCheck[],
): Actions[number] {
  let closest: TransformCheck | undefined;
  for (const check of checks)
    if (closest === undefined || check.mismatches.length < closest.mismatches.length) closest = check;
  const mismatches = closest?.mismatches ?? [];
  const origin =
    mismatches.find((m) => m.origin !== undefined)?.origin ?? connection.source.transformSets?.origin;
  const set = closest?.set === undefined ? "" : ` to our transform set ${closest.set.name}${at(origin)}`;
  const explanation =
    closest === undefined
      ? `${peer} offered no transform.`
      : `No transform set of crypto map ${connection.mapName} ${connection.sequence} matches what ${peer} offers; closest is its proposal ${closest.offer.proposal.number}${set}: ${describeMismatches(mismatches)}.`;
  return fail(connection, "no proposal chosen", explanation, NOTIFY_TYPE["NO-PROPOSAL-CHOSEN"], {
    mismatches,
    origin,
  });
}

export function proxyMismatch(
  candidates: readonly Connection[],
  peer: string,
  selector: TrafficSelector,
): Actions[number] {
  const line = candidates.flatMap((c) => c.selectors)[0];
  const offered = describeSelector(selector);
  const accepted = line === undefined ? "nothing" : describeSelector(line.selector);
  const origin = line?.origin ?? candidates[0]?.source.matchAddress?.origin;
  const lines = candidates.flatMap((c) => c.selectors).length;
  const explanation = `${peer} wants to protect ${offered}; our crypto access list permits ${accepted}${lines > 1 ? ` and ${lines - 1} more` : ""}${at(origin)}: the two must mirror each other.`;
  return fail(candidates[0], "proxy mismatch", explanation, NOTIFY_TYPE["INVALID-ID-INFORMATION"], {
    mismatches: [{ attribute: "proxy", offered, accepted, origin }],
    origin,
  });
}

/** Two peers behind one NAT that want the same traffic: what is sent back could not be for both (RFC 3948 §5). */
export function takenBehindNat(
  peer: string,
  other: string,
  { connection, selector }: Pick<Negotiated, "connection" | "selector">,
): Actions[number] {
  const explanation = `A second peer behind the NAT ${peer} wants to protect ${describeSelector(selector)}, which ${other} there has: give the two inner addresses of their own, or end the SAs of the first (clear crypto session).`;
  return fail(connection, "traffic of another peer", explanation, NOTIFY_TYPE["INVALID-ID-INFORMATION"]);
}

function describeSelector(selector: TrafficSelector): string {
  const side = (s: TrafficSelector["local"], ports: TrafficSelector["localPorts"]): string =>
    `${s.address} ${s.wildcard}${ports.low === 0 && ports.high === 65535 ? "" : ` port ${ports.low}`}`;
  const protocol = selector.protocol === 0 ? "ip" : `protocol ${selector.protocol}`;
  return `${protocol} ${side(selector.local, selector.localPorts)} to ${side(selector.remote, selector.remotePorts)}`;
}
