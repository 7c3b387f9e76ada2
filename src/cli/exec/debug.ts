/** `debug`, and everything that takes it back. */
import type { DebugFlag } from "../services.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, privileged } from "./command.ts";

interface Subsystem {
  readonly flag: DebugFlag;
  readonly help: string;
  /** As IOS names it. */
  readonly name: string;
}

/** In the order in which IOS lists what is on. */
const SUBSYSTEMS: readonly Subsystem[] = [
  { flag: "isakmp", help: "ISAKMP Key Management", name: "Crypto ISAKMP" },
  { flag: "engine", help: "Crypto Engine Debug", name: "Crypto Engine" },
  { flag: "ipsec", help: "IPSEC processing", name: "Crypto IPSEC" },
  { flag: "key-exchange", help: "Key Exchanger", name: "Crypto Key Exchange" },
  { flag: "session", help: "Crypto session", name: "Crypto Session" },
  { flag: "pki transactions", help: "PKI Transactions", name: "Crypto PKI Trans" },
  { flag: "pki validation", help: "PKI Validation Path Debugging", name: "Crypto PKI Validation Path" },
];

export const DEBUG_COMMANDS: readonly Command[] = [
  ...SUBSYSTEMS.flatMap((subsystem) => [
    turning("debug", subsystem, true),
    turning("undebug", subsystem, false),
    turning("no debug", subsystem, false),
  ]),
  everythingOff("undebug all"),
  everythingOff("no debug all"),
];

/** What `show debugging` prints. */
export function debuggingLines(flags: ReadonlySet<DebugFlag>): string[] {
  const on = SUBSYSTEMS.filter(({ flag }) => flags.has(flag));
  if (on.length === 0) return [];
  return ["Cryptographic Subsystem:", ...on.map(({ name }) => `  ${name} debugging is on`)];
}

function turning(verb: string, { flag, help, name }: Subsystem, on: boolean): Command {
  return privileged(phrase(`${verb} crypto ${flag}`, help), ({ services, print }) => {
    services.setDebug(flag, on);
    print([`${name} debugging is ${on ? "on" : "off"}`]);
  });
}

function everythingOff(words: string): Command {
  return privileged(phrase(words, "All debugging"), ({ services, print }) => {
    for (const { flag } of SUBSYSTEMS) services.setDebug(flag, false);
    print(["All possible debugging has been turned off"]);
  });
}
