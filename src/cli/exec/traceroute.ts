/** `traceroute`: on one line, or by questions. */
import type { Configuration } from "../../config/configuration.ts";
import { type IpAddress, parseIpv4 } from "../../net/ip-address.ts";
import { INTERFACE_NAME, parseInterfaceName } from "../interface-names.ts";
import { anyOrder, flag, oneOf, value, word } from "../sentence.ts";
import type { TracerouteOptions } from "../services.ts";
import { ADDRESS, HOST_NAME, integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, command } from "./command.ts";
import type { Dialogue } from "./dialogue.ts";
import { BAD_ADDRESS, OPTIONS_PROMPT, protocolAndTarget } from "./ping-dialogue.ts";
import { isOwnAddress, ownAddressOf } from "./ping-options.ts";
import { probeEnds } from "./probe-ends.ts";
import {
  always,
  declined,
  numberQuestion,
  type Question,
  questionnaire,
  yesOrNoQuestion,
} from "./questionnaire.ts";

const TRACEROUTE = phrase("traceroute", "Trace route to destination");

export const TRACEROUTE_COMMANDS: readonly Command[] = [
  command(TRACEROUTE, ({ follow }) => follow({ kind: "asks", dialogue: tracerouteDialogue(), lines: [] })),
  command(
    [
      ...TRACEROUTE,
      flag("ip", "ip", "IP Trace"),
      oneOf("target", {
        address: [value("address", ADDRESS, "Trace route to destination address")],
        hostname: [value("name", HOST_NAME, "Trace route to destination hostname")],
      }),
      anyOrder(
        0,
        [flag("numeric", "numeric", "display numeric address")],
        [word("port", "specify port number"), value("port", integer(0, 65_535), "Port number")],
        [
          word("probe", "specify number of probes per hop"),
          value("probes", integer(1, 65_535), "Number of probes"),
        ],
        [
          word("source", "specify source address or name"),
          oneOf("source", {
            address: [value("address", ADDRESS, "Source address")],
            interface: [value("name", INTERFACE_NAME, "Source interface")],
          }),
        ],
        [word("timeout", "specify time out"), value("timeout", integer(0, 3600), "Timeout in seconds")],
        [
          word("ttl", "specify minimum and maximum ttl"),
          value("minimum", integer(1, 255), "Minimum time to live"),
          value("maximum", integer(1, 255), "Maximum time to live"),
        ],
      ),
    ],
    ({ services, print, traceroute }, args) => {
      const ends = probeEnds(services.configuration(), args);
      if (typeof ends === "string") return print([ends]);
      const { minimum = DEFAULTS.minimumTimeToLive, maximum = DEFAULTS.maximumTimeToLive } = args;
      if (minimum > maximum) return print(["% Maximum TTL must be at least the minimum"]);
      traceroute({
        ...ends,
        timeoutSeconds: args.timeout ?? DEFAULTS.timeoutSeconds,
        probes: args.probes ?? DEFAULTS.probes,
        minimumTimeToLive: minimum,
        maximumTimeToLive: maximum,
        port: args.port ?? DEFAULTS.port,
      });
    },
  ),
];

const DEFAULTS: Omit<TracerouteOptions, "destination"> = {
  source: undefined,
  timeoutSeconds: 3,
  probes: 3,
  minimumTimeToLive: 1,
  maximumTimeToLive: 30,
  port: 33_434,
};

/** Answers so far. */
interface Draft extends Omit<TracerouteOptions, "destination"> {
  readonly destination: IpAddress | undefined;
}

function tracerouteDialogue(): Dialogue {
  return questionnaire<Draft>(
    QUESTIONS,
    { ...DEFAULTS, destination: undefined },
    ({ destination, ...options }, lines) =>
      destination === undefined
        ? { kind: "ends", lines: [BAD_ADDRESS] }
        : { kind: "does", act: ({ traceroute }) => traceroute({ ...options, destination }), lines },
  );
}

const QUESTIONS: readonly Question<Draft>[] = [
  ...protocolAndTarget<Draft>("traceroute"),
  {
    prompt: "Source address: ",
    isAsked: always,
    answer: (draft, text, configuration) => {
      const source = sourceOf(configuration, text);
      return source === undefined
        ? { kind: "again", lines: ["% Invalid source"] }
        : { kind: "goes on", draft: { ...draft, source } };
    },
  },
  // Names are not looked up by address: every display is numeric.
  yesOrNoQuestion("Numeric display [n]: ", always, (draft) => draft),
  numberQuestion("Timeout in seconds [3]: ", 0, 3600, always, (draft, timeoutSeconds) => ({
    ...draft,
    timeoutSeconds,
  })),
  numberQuestion("Probe count [3]: ", 1, 65_535, always, (draft, probes) => ({ ...draft, probes })),
  numberQuestion("Minimum Time to Live [1]: ", 1, 255, always, (draft, minimumTimeToLive) => ({
    ...draft,
    minimumTimeToLive,
    maximumTimeToLive: Math.max(minimumTimeToLive, draft.maximumTimeToLive),
  })),
  numberQuestion("Maximum Time to Live [30]: ", 1, 255, always, (draft, maximum) => ({
    ...draft,
    maximumTimeToLive: Math.max(draft.minimumTimeToLive, maximum),
  })),
  numberQuestion("Port Number [33434]: ", 0, 65_535, always, (draft, port) => ({ ...draft, port })),
  declined(OPTIONS_PROMPT, always, "none", "% IP options are not sent here."),
];

/** By address or by interface; undefined where it is none of ours. */
function sourceOf(configuration: Configuration, text: string): IpAddress | undefined {
  const name = parseInterfaceName(text);
  const source = name === undefined ? parseIpv4(text) : ownAddressOf(configuration, name);
  return source !== undefined && isOwnAddress(configuration, source) ? source : undefined;
}
