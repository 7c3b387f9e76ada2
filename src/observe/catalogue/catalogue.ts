/** One row per kind of event. A kind without a row, or a row that names a field its event lacks, does not compile. */
import type { EventKind, Rows } from "../entry.ts";
import { ACCESS_LIST_ROWS } from "./access-list-rows.ts";
import { ENDING_ROWS } from "./ending-rows.ts";
import { INFORMATIONAL_ROWS } from "./informational-rows.ts";
import { IPSEC_ROWS } from "./ipsec-rows.ts";
import { MESSAGE_ROWS } from "./message-rows.ts";
import { NAT_ROWS } from "./nat-rows.ts";
import { PHASE1_ROWS } from "./phase1-rows.ts";
import { PHASE2_ROWS } from "./phase2-rows.ts";

export const CATALOGUE: Rows<EventKind> = {
  ...PHASE1_ROWS,
  ...MESSAGE_ROWS,
  ...NAT_ROWS,
  ...PHASE2_ROWS,
  ...INFORMATIONAL_ROWS,
  ...ENDING_ROWS,
  ...IPSEC_ROWS,
  ...ACCESS_LIST_ROWS,
};
