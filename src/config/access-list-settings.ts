/** `access-list`, `ip access-list`: rules in their order, as the operator has written them. */

import { ListIndex } from "../base/list-index.ts";
import type { Origin } from "../base/origin.ts";
import type { AddressBlock } from "../net/selector.ts";

export interface AccessListSettings {
  /** A standard one looks at sources alone: its rules are for any protocol and destination. */
  readonly kind: "standard" | "extended";
  /** A name, or the digits of a number. */
  readonly name: string;
  readonly entries: readonly AccessListEntry[];
  readonly origin: Origin | undefined;
}

export type AccessListEntry = AccessListRule | AccessListRemark;

export interface AccessListRemark {
  readonly kind: "remark";
  /** Where one is written; the entries stand in this order. */
  readonly sequence: number | undefined;
  readonly text: string;
  readonly origin: Origin | undefined;
}

export interface AccessListRule {
  readonly kind: "rule";
  readonly sequence: number | undefined;
  readonly action: "permit" | "deny";
  /** IP protocol number; 0 is any. */
  readonly protocol: number;
  readonly source: AddressBlock;
  readonly sourcePorts: PortCondition | undefined;
  readonly destination: AddressBlock;
  readonly destinationPorts: PortCondition | undefined;
  /** What narrows the rule further: `established`, `tos 4`. */
  readonly conditions: readonly string[];
  readonly log: "log" | "log-input" | undefined;
  readonly origin: Origin | undefined;
}

export type PortCondition =
  | { readonly operator: "eq" | "neq" | "gt" | "lt"; readonly port: number }
  | { readonly operator: "range"; readonly low: number; readonly high: number };

/** Access lists by name. */
export const ACCESS_LISTS = new ListIndex<AccessListSettings>(({ name }) => name);
