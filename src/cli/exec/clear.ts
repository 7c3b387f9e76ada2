/** `clear crypto`: SAs go, and the peers are told. */
import { optional, value, word } from "../sentence.ts";
import { ADDRESS, integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, privileged } from "./command.ts";

export const CLEAR_COMMANDS: readonly Command[] = [
  privileged(
    [
      ...phrase("clear crypto isakmp", "Flush the ISAKMP database"),
      optional(value("connId", integer(0, 2_147_483_647), "Connection id of SA")),
    ],
    ({ services }, { connId }) => services.request({ kind: "clear-isakmp-sas", connId }),
  ),
  privileged(
    [
      ...phrase("clear crypto sa"),
      optional(
        word("peer", "Clear all SAs for a given crypto peer"),
        value("peer", ADDRESS, "IP address of peer"),
      ),
    ],
    ({ services }, { peer }) => services.request({ kind: "clear-ipsec-sas", peer }),
  ),
  privileged(
    phrase("clear crypto call admission statistics", "Reset Crypto Call Admission Control Statistics"),
    ({ services }) => services.request({ kind: "clear-admission-statistics" }),
  ),
  privileged(phrase("clear crypto sa counters", "Reset the SA counters"), ({ services }) =>
    services.request({ kind: "clear-counters" }),
  ),
];
