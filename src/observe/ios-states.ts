/**
 * IOS's names for where a phase 1 stands: the state shown beside a packet, and the states of its machine (main mode: Examples
 * 13-3 and 13-5 of the IPsec chapter). Which role sends or receives a step is in the step.
 */
import type { Role, SaReference, Step } from "../ike/events.ts";

/** `(I) MM_NO_STATE`: what IOS shows beside a packet that leaves. */
export function besideSent(sa: SaReference, step: Step): string {
  return `(${letter(sa.role)}) ${SENT[step]}`;
}

/** What IOS shows beside a packet that came. The first of a stranger is `(N) NEW SA`. */
export function besideReceived(sa: SaReference, step: Step): string {
  return step === "MM1" || step === "AM1" ? "(N) NEW SA" : `(${letter(sa.role)}) ${RECEIVED[step]}`;
}

/** The change of state when a phase 1 message has been received; undefined where none is told. */
export function onReceived(step: Step): readonly [string, string] | undefined {
  return RECEIVED_CHANGE[step];
}

/** The change of state when a phase 1 message has been sent; undefined where none is told. */
export function onSent(step: Step): readonly [string, string] | undefined {
  return SENT_CHANGE[step];
}

/** The state in which a received main mode message is worked on. */
export function whileProcessing(step: Step): string | undefined {
  return RECEIVED_CHANGE[step]?.[1] ?? (step === "MM1" ? "IKE_R_MM1" : undefined);
}

function letter(role: Role): string {
  return role === "initiator" ? "I" : "R";
}

const SENT: { readonly [S in Step]: string } = {
  MM1: "MM_NO_STATE",
  MM2: "MM_SA_SETUP",
  MM3: "MM_SA_SETUP",
  MM4: "MM_KEY_EXCH",
  MM5: "MM_KEY_EXCH",
  MM6: "QM_IDLE",
  AM1: "AG_INIT_EXCH",
  AM2: "AG_INIT_EXCH",
  AM3: "AG_INIT_EXCH",
  QM1: "QM_IDLE",
  QM2: "QM_IDLE",
  QM3: "QM_IDLE",
  QM4: "QM_IDLE",
  INFO: "QM_IDLE",
};

const RECEIVED: { readonly [S in Step]: string } = {
  MM1: "MM_NO_STATE",
  MM2: "MM_NO_STATE",
  MM3: "MM_SA_SETUP",
  MM4: "MM_SA_SETUP",
  MM5: "MM_KEY_EXCH",
  MM6: "MM_KEY_EXCH",
  AM1: "AG_NO_STATE",
  AM2: "AG_INIT_EXCH",
  AM3: "AG_INIT_EXCH",
  QM1: "QM_IDLE",
  QM2: "QM_IDLE",
  QM3: "QM_IDLE",
  QM4: "QM_IDLE",
  INFO: "QM_IDLE",
};

type Change = readonly [from: string, to: string];

const SENT_CHANGE: { readonly [S in Step]?: Change } = {
  MM2: ["IKE_R_MM1", "IKE_R_MM2"],
  MM3: ["IKE_I_MM2", "IKE_I_MM3"],
  MM4: ["IKE_R_MM3", "IKE_R_MM4"],
  MM5: ["IKE_I_MM4", "IKE_I_MM5"],
  MM6: ["IKE_R_MM5", "IKE_P1_COMPLETE"],
  AM2: ["IKE_READY", "IKE_R_AM2"],
};

const RECEIVED_CHANGE: { readonly [S in Step]?: Change } = {
  MM2: ["IKE_I_MM1", "IKE_I_MM2"],
  MM3: ["IKE_R_MM2", "IKE_R_MM3"],
  MM4: ["IKE_I_MM3", "IKE_I_MM4"],
  MM5: ["IKE_R_MM4", "IKE_R_MM5"],
  MM6: ["IKE_I_MM5", "IKE_I_MM6"],
};
