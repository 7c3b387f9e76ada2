/** `ping` without a target: the questions of IOS's extended ping, in its words and order. */
import type { Configuration } from "../../config/configuration.ts";
import { type IpAddress, parseIpv4 } from "../../net/ip-address.ts";
import { parseInterfaceName } from "../interface-names.ts";
import type { PingOptions } from "../services.ts";
import { HEXADECIMAL, integer } from "../value-types.ts";
import type { Dialogue, DialogueStep } from "./dialogue.ts";
import { DEFAULT_PING, isOwnAddress, ownAddressOf, resolveHost } from "./ping-options.ts";

/** Answers so far. */
export interface PingDraft extends Omit<PingOptions, "destination"> {
  readonly destination: IpAddress | undefined;
  readonly isExtended: boolean;
}

/** What an answer does: the draft goes on, the question is put again, or the dialogue ends. */
type Answered =
  | { readonly kind: "goes on"; readonly draft: PingDraft; readonly lines?: readonly string[] }
  | { readonly kind: "again"; readonly lines: readonly string[] }
  | { readonly kind: "ends"; readonly lines: readonly string[] };

interface Question {
  readonly prompt: string;
  isAsked(draft: PingDraft): boolean;
  /** `text` is not empty: an empty answer takes the default. */
  answer(draft: PingDraft, text: string, configuration: Configuration): Answered;
  /** What an empty answer does; nothing by default. */
  readonly whenEmpty?: Answered;
}

export function startPingDialogue(): Dialogue {
  return dialogueAt(0, { ...DEFAULT_PING, destination: undefined, isExtended: false });
}

function dialogueAt(at: number, draft: PingDraft): Dialogue {
  const question = QUESTIONS[at];
  return {
    prompt: question?.prompt ?? "",
    answer: (text, configuration) => {
      const trimmed = text.trim();
      const answered =
        trimmed === ""
          ? (question?.whenEmpty ?? ({ kind: "goes on", draft } as const))
          : (question?.answer(draft, trimmed, configuration) ?? { kind: "ends", lines: [] });
      if (answered.kind === "again")
        return { kind: "asks", dialogue: dialogueAt(at, draft), lines: answered.lines };
      if (answered.kind === "ends") return { kind: "ends", lines: answered.lines };
      return nextStep(at, answered.draft, answered.lines ?? []);
    },
  };
}

function nextStep(at: number, draft: PingDraft, lines: readonly string[]): DialogueStep {
  const next = QUESTIONS.findIndex((question, i) => i > at && question.isAsked(draft));
  if (next >= 0) return { kind: "asks", dialogue: dialogueAt(next, draft), lines };
  const { destination, isExtended: _, ...options } = draft;
  return destination === undefined
    ? { kind: "ends", lines: [BAD_ADDRESS] }
    : { kind: "pings", options: { ...options, destination }, lines };
}

const always = () => true;
const whenExtended = (draft: PingDraft) => draft.isExtended;
const BAD_ADDRESS = "% Bad IP address";

const QUESTIONS: readonly Question[] = [
  {
    prompt: "Protocol [ip]: ",
    isAsked: always,
    answer: (draft, text) =>
      text.toLowerCase() === "ip"
        ? { kind: "goes on", draft }
        : { kind: "ends", lines: [`% Unknown protocol - "${text}", type "ping ?" for help`] },
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
  number("Repeat count [5]: ", 1, 2_147_483_647, always, (draft, repeat) => ({ ...draft, repeat })),
  number("Datagram size [100]: ", 36, 18_024, always, (draft, size) => ({ ...draft, size })),
  number("Timeout in seconds [2]: ", 0, 3600, always, (draft, timeoutSeconds) => ({
    ...draft,
    timeoutSeconds,
  })),
  yesOrNo("Extended commands [n]: ", always, (draft, isExtended) => ({ ...draft, isExtended })),
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
  number("Type of service [0]: ", 0, 255, whenExtended, (draft, typeOfService) => ({
    ...draft,
    typeOfService,
  })),
  yesOrNo("Set DF bit in IP header? [no]: ", whenExtended, (draft, dontFragment) => ({
    ...draft,
    dontFragment,
  })),
  yesOrNo("Validate reply data? [no]: ", whenExtended, (draft, validate) => ({ ...draft, validate })),
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
  {
    prompt: "Loose, Strict, Record, Timestamp, Verbose[none]: ",
    isAsked: whenExtended,
    answer: (draft, text) =>
      "none".startsWith(text.toLowerCase())
        ? { kind: "goes on", draft }
        : { kind: "goes on", draft, lines: ["% IP options are not sent here."] },
  },
  {
    prompt: "Sweep range of sizes [n]: ",
    isAsked: always,
    answer: (draft, text) =>
      "no".startsWith(text.toLowerCase())
        ? { kind: "goes on", draft }
        : { kind: "goes on", draft, lines: ["% Sizes are not swept here."] },
  },
];

function number(
  prompt: string,
  min: number,
  max: number,
  isAsked: Question["isAsked"],
  put: (draft: PingDraft, value: number) => PingDraft,
): Question {
  const type = integer(min, max);
  return {
    prompt,
    isAsked,
    answer: (draft, text) => {
      const value = type.parse(text);
      return value === undefined
        ? { kind: "again", lines: [`% A decimal number between ${min} and ${max}.`] }
        : { kind: "goes on", draft: put(draft, value) };
    },
  };
}

function yesOrNo(
  prompt: string,
  isAsked: Question["isAsked"],
  put: (draft: PingDraft, value: boolean) => PingDraft,
): Question {
  return {
    prompt,
    isAsked,
    answer: (draft, text) => {
      const written = text.toLowerCase();
      if ("yes".startsWith(written)) return { kind: "goes on", draft: put(draft, true) };
      if ("no".startsWith(written)) return { kind: "goes on", draft: put(draft, false) };
      return { kind: "again", lines: ["% Please answer 'yes' or 'no'."] };
    },
  };
}
