/** Exec commands of later work: understood, and not in effect yet. */
import { oneOf, word } from "../sentence.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, later } from "./command.ts";

export const LATER_COMMANDS: readonly Command[] = [
  ...["debug", "undebug", "no debug"].map((verb) =>
    later([
      ...phrase(`${verb} crypto`),
      oneOf("subsystem", {
        messages: [word("pki", "PKI Client"), word("messages", "PKI Input/Output Messages")],
        management: [word("sesmgmt", "Session Management")],
      }),
    ]),
  ),
];
