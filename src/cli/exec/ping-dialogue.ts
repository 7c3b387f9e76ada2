/** `ping` without a target: the questions of IOS's extended ping, in its words and order. */
import { type IpAddress, parseIpv4 } from "../../net/ip-address.ts";
import { parseInterfaceName } from "../interface-names.ts";
import type { PingOptions, PingSweep } from "../services.ts";
import { HEXADECIMAL } from "../value-types.ts";
import type { Dialogue } from "./dialogue.ts";
import { DEFAULT_PING, isOwnAddress, ownAddressOf, resolveHost } from "./ping-options.ts";
import {
  always,
  declined,
  numberQuestion,
  type Question,
  questionnaire,
  yesOrNoQuestion,
} from "./questionnaire.ts";

/** Answers so far. */
interface PingDraft extends Omit<PingOptions, "destination"> {
  readonly destination: IpAddress | undefined;
  readonly isExtended: boolean;
}

export function startPingDialogue(): Dialogue {
  const draft = { ...DEFAULT_PING, destination: undefined, isExtended: false };
  return questionnaire<PingDraft>(QUESTIONS, draft, ({ destination, isExtended: _, ...options }, lines) =>
    destination === undefined
      ? { kind: "ends", lines: [BAD_ADDRESS] }
      : { kind: "pings", options: { ...options, destination }, lines },
  );
}

/** Octets of a whole packet. */
const SMALLEST = 36;
const LARGEST = 18_024;
const FULL_SWEEP: PingSweep = { minimum: SMALLEST, maximum: LARGEST, interval: 1 };

const whenSwept = (draft: PingDraft) => draft.sweep !== undefined;
const whenExtended = (draft: PingDraft) => draft.isExtended;
export const BAD_ADDRESS = "% Bad IP address";

/** The two questions that every such dialogue begins with. */
export function protocolAndTarget<D extends { readonly destination: IpAddress | undefined }>(
  command: string,
): Question<D>[] {
  return [
    {
      prompt: "Protocol [ip]: ",
      isAsked: always,
      answer: (draft, text) =>
        text.toLowerCase() === "ip"
          ? { kind: "goes on", draft }
          : { kind: "ends", lines: [`% Unknown protocol - "${text}", type "${command} ?" for help`] },
    },
    {
      prompt: "Target IP address: ",
      isAsked: always,
      whenEmpty: { kind: "ends", lines: [BAD_ADDRESS] },
      answer: (draft, text, configuration) => {
        const destination = parseIpv4(text) ?? resolveHost(configuration, text);
        return destination === undefined
          ? { kind: "ends", lines: [BAD_ADDRESS] }
          : { kind: "goes on", draft: { ...draft, destination } };
      },
    },
  ];
}

export const OPTIONS_PROMPT = "Loose, Strict, Record, Timestamp, Verbose[none]: ";

const QUESTIONS: readonly Question<PingDraft>[] = [
  ...protocolAndTarget<PingDraft>("ping"),
  numberQuestion("Repeat count [5]: ", 1, 2_147_483_647, always, (draft, repeat) => ({ ...draft, repeat })),
  numberQuestion("Datagram size [100]: ", SMALLEST, LARGEST, always, (draft, size) => ({ ...draft, size })),
  numberQuestion("Timeout in seconds [2]: ", 0, 3600, always, (draft, timeoutSeconds) => ({
    ...draft,
    timeoutSeconds,
  })),
  yesOrNoQuestion("Extended commands [n]: ", always, (draft, isExtended) => ({ ...draft, isExtended })),
  {
    prompt: "Source address or interface: ",
    isAsked: whenExtended,
    answer: (draft, text, configuration) => {
      const name = parseInterfaceName(text);
      const source = name === undefined ? parseIpv4(text) : ownAddressOf(configuration, name);
      return source !== undefined && isOwnAddress(configuration, source)
        ? { kind: "goes on", draft: { ...draft, source } }
        : { kind: "again", lines: ["% Invalid source"] };
    },
  },
  numberQuestion("Type of service [0]: ", 0, 255, whenExtended, (draft, typeOfService) => ({
    ...draft,
    typeOfService,
  })),
  yesOrNoQuestion("Set DF bit in IP header? [no]: ", whenExtended, (draft, dontFragment) => ({
    ...draft,
    dontFragment,
  })),
  yesOrNoQuestion("Validate reply data? [no]: ", whenExtended, (draft, validate) => ({ ...draft, validate })),
  {
    prompt: "Data pattern [0xABCD]: ",
    isAsked: whenExtended,
    answer: (draft, text) => {
      const pattern = HEXADECIMAL.parse(text);
      return pattern === undefined
        ? { kind: "again", lines: ["% Invalid pattern, try again."] }
        : { kind: "goes on", draft: { ...draft, pattern } };
    },
  },
  declined(OPTIONS_PROMPT, whenExtended, "none", "% IP options are not sent here."),
  yesOrNoQuestion("Sweep range of sizes [n]: ", always, (draft, isSwept) => ({
    ...draft,
    sweep: isSwept ? FULL_SWEEP : undefined,
  })),
  numberQuestion("Sweep min size [36]: ", SMALLEST, LARGEST, whenSwept, (draft, minimum) =>
    swept(draft, { minimum }),
  ),
  numberQuestion("Sweep max size [18024]: ", SMALLEST, LARGEST, whenSwept, (draft, maximum) =>
    swept(draft, { maximum }),
  ),
  numberQuestion("Sweep interval [1]: ", 1, LARGEST, whenSwept, (draft, interval) =>
    swept(draft, { interval }),
  ),
];

/** A largest size below the smallest one is that one. */
function swept(draft: PingDraft, change: Partial<PingSweep>): PingDraft {
  const { minimum, maximum, interval } = { ...FULL_SWEEP, ...draft.sweep, ...change };
  return { ...draft, sweep: { minimum, maximum: Math.max(minimum, maximum), interval } };
}
