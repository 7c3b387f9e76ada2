/** `ping` on one line. Without a target it asks: see the dialogue. */
import { INTERFACE_NAME } from "../interface-names.ts";
import { anyOrder, flag, oneOf, value, word } from "../sentence.ts";
import { ADDRESS, HEXADECIMAL, HOST_NAME, integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, command } from "./command.ts";
import { startPingDialogue } from "./ping-dialogue.ts";
import { DEFAULT_PING } from "./ping-options.ts";
import { probeEnds } from "./probe-ends.ts";

const PING = phrase("ping", "Send echo messages");

export const PING_COMMANDS: readonly Command[] = [
  command(PING, ({ follow }) => follow({ kind: "asks", dialogue: startPingDialogue(), lines: [] })),
  command(
    [
      ...PING,
      flag("ip", "ip", "IP echo"),
      oneOf("target", {
        address: [value("address", ADDRESS, "Ping destination address")],
        hostname: [value("name", HOST_NAME, "Ping destination hostname")],
      }),
      anyOrder(
        0,
        [word("repeat", "specify repeat count"), value("repeat", integer(1, 2_147_483_647), "Repeat count")],
        [word("size", "specify datagram size"), value("size", integer(36, 18_024), "Datagram size")],
        [
          word("timeout", "specify timeout interval"),
          value("timeout", integer(0, 3600), "Timeout in seconds"),
        ],
        [
          word("source", "specify source address or name"),
          oneOf("source", {
            address: [value("address", ADDRESS, "Source address")],
            interface: [value("name", INTERFACE_NAME, "Source interface")],
          }),
        ],
        [flag("dontFragment", "df-bit", "enable do not fragment bit in IP header")],
        [flag("validate", "validate", "validate reply data")],
        [word("data", "specify data pattern"), value("pattern", HEXADECIMAL, "Data pattern in hexadecimal")],
      ),
    ],
    ({ services, print, ping }, args) => {
      const ends = probeEnds(services.configuration(), args);
      if (typeof ends === "string") return print([ends]);
      ping({
        ...DEFAULT_PING,
        ...ends,
        repeat: args.repeat ?? DEFAULT_PING.repeat,
        size: args.size ?? DEFAULT_PING.size,
        timeoutSeconds: args.timeout ?? DEFAULT_PING.timeoutSeconds,
        dontFragment: args.dontFragment === true,
        validate: args.validate === true,
        pattern: args.pattern ?? DEFAULT_PING.pattern,
      });
    },
  ),
];
