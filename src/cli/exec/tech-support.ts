/** `show tech-support`: everything that helps another to help, in one listing, without a secret in it. */
import { match } from "../match.ts";
import { runningConfig } from "../running-config.ts";
import { phrase } from "../vocabulary.ts";
import { splitLine } from "../words.ts";
import { type Command, type Console, privileged } from "./command.ts";
import { SHOW_CRYPTO_COMMANDS } from "./show-crypto.ts";
import { SHOW_IP_COMMANDS } from "./show-ip.ts";
import { SHOW_SYSTEM_COMMANDS } from "./show-system.ts";

/** Each is entered as an operator would enter it. None may tell a secret. */
const LISTINGS: readonly string[] = [
  "show version",
  "show clock detail",
  "show processes",
  "show interfaces",
  "show ip interface",
  "show ip route",
  "show access-lists",
  "show crypto isakmp policy",
  "show crypto isakmp sa",
  "show crypto isakmp peers",
  "show crypto isakmp diagnose",
  "show crypto call admission statistics",
  "show crypto map",
  "show crypto ipsec transform-set",
  "show crypto ipsec sa detail",
  "show crypto session detail",
  "show crypto engine configuration",
  "show crypto engine connections active",
  "show crypto engine connections dropped-packet",
  "show crypto key mypubkey rsa",
  "show crypto key pubkey-chain rsa",
  "show crypto ca certificates",
];

const COMMANDS = [...SHOW_SYSTEM_COMMANDS, ...SHOW_IP_COMMANDS, ...SHOW_CRYPTO_COMMANDS];

export const TECH_SUPPORT_COMMAND: Command = privileged(
  phrase("show tech-support", "Show system information for Tech-Support"),
  (console) => {
    const { services, print } = console;
    const configuration = runningConfig(services.configuration(), { withoutSecrets: true });
    print(["", heading("show running-config"), "", ...configuration]);
    for (const listing of LISTINGS) {
      print(["", heading(listing), ""]);
      enter(console, listing);
    }
  },
);

function heading(listing: string): string {
  return `------------------ ${listing} ------------------`;
}

function enter(console: Console, listing: string): void {
  const outcome = match(COMMANDS, splitLine(listing));
  if (outcome.kind === "accepted") outcome.candidate.run(console, outcome.args);
}
