/** `service timestamps`, `service sequence-numbers` and `clock timezone`: what stands before a message. */
import type { Configuration, Setting } from "../../config/configuration.ts";
import type { LoggingSettings, TimestampStyle } from "../../config/logging-settings.ts";
import type { ValueType } from "../grammar.ts";
import { possible, toggle } from "../lenses.ts";
import { globalSetting, type Statement } from "../mode.ts";
import { anyOrder, choice, flag, oneOf, optional, value, word } from "../sentence.ts";
import { integer, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

function withLogging(configuration: Configuration, change: Partial<LoggingSettings>): Configuration {
  return { ...configuration, logging: { ...configuration.logging, ...change } };
}

type Kind = "debug" | "log";

const SERVICE_TIMESTAMPS = globalSetting(
  [
    ...phrase("service timestamps", "Timestamp debug/log messages"),
    optional(
      choice("kind", {
        debug: ["debug", "Timestamp debug messages"],
        log: ["log", "Timestamp log messages"],
      }),
    ),
    optional(
      oneOf("style", {
        uptime: [word("uptime", "Timestamp with system uptime")],
        datetime: [
          word("datetime", "Timestamp with date and time"),
          anyOrder(
            0,
            [flag("msec", "msec", "Include milliseconds in timestamp")],
            [flag("localtime", "localtime", "Use local time zone for timestamps")],
            [flag("show-timezone", "show-timezone", "Add time zone information to timestamp")],
            [flag("year", "year", "Include year in timestamp")],
          ),
        ],
      }),
    ),
  ],
  {
    key: 3,
    // Without saying which, IOS takes it for debugging.
    set: (configuration, { kind = "debug", style }, origin) =>
      withStamps(configuration, kind, { value: styleOf(style), origin }),
    unset: (configuration, { kind }, origin) => {
      const off: Setting<TimestampStyle> = { value: { kind: "none" }, origin };
      const kinds: readonly Kind[] = kind === undefined ? KINDS : [kind];
      return kinds.reduce((changed, each) => withStamps(changed, each, off), configuration);
    },
    get: ({ logging }) =>
      KINDS.flatMap((kind) => {
        const style = stampsOf(logging, kind)?.value;
        return style === undefined || style.kind === "none" ? [] : [{ kind, style: written(style) }];
      }),
    negations: ({ logging }) =>
      KINDS.filter((kind) => stampsOf(logging, kind)?.value.kind === "none").map((kind) => ({ kind })),
  },
);

const KINDS: readonly Kind[] = ["debug", "log"];

function stampsOf({ debugStamps, logStamps }: LoggingSettings, kind: Kind) {
  return kind === "debug" ? debugStamps : logStamps;
}

function withStamps(configuration: Configuration, kind: Kind, style: Setting<TimestampStyle>): Configuration {
  return withLogging(configuration, kind === "debug" ? { debugStamps: style } : { logStamps: style });
}

type Flag = true | undefined;

type WrittenStyle =
  | { readonly kind: "uptime" }
  | {
      readonly kind: "datetime";
      readonly msec: Flag;
      readonly localtime: Flag;
      readonly "show-timezone": Flag;
      readonly year: Flag;
    };

function styleOf(style: WrittenStyle | undefined): TimestampStyle {
  if (style?.kind !== "datetime") return { kind: "uptime" };
  return {
    kind: "datetime",
    withMilliseconds: style.msec === true,
    inLocalTime: style.localtime === true,
    withTimezone: style["show-timezone"] === true,
    withYear: style.year === true,
  };
}

function written(style: Exclude<TimestampStyle, { kind: "none" }>): WrittenStyle {
  if (style.kind === "uptime") return style;
  return {
    kind: "datetime",
    msec: style.withMilliseconds || undefined,
    localtime: style.inLocalTime || undefined,
    "show-timezone": style.withTimezone || undefined,
    year: style.withYear || undefined,
  };
}

const SEQUENCE_NUMBERS = globalSetting(
  phrase("service sequence-numbers", "Stamp logger messages with a sequence number"),
  toggle<Configuration>({
    initial: false,
    read: ({ logging }) => logging.sequenceNumbers,
    write: (configuration, sequenceNumbers) => withLogging(configuration, { sequenceNumbers }),
  }),
);

export const SERVICE_STATEMENTS: readonly Statement[] = [SERVICE_TIMESTAMPS, SEQUENCE_NUMBERS];

const HOURS: ValueType<number> = {
  ...integer(-23, 23),
  placeholder: "<-23 - 23>",
  parse: (text) => (/^-?(?:1?\d|2[0-3])$/.test(text) ? Number(text) + 0 : undefined),
};

export const CLOCK_TIMEZONE = globalSetting(
  [
    ...phrase("clock timezone", "Configure time zone"),
    value("zone", NAME, "name of time zone"),
    value("hours", HOURS, "Hours offset from UTC"),
    optional(value("minutes", integer(0, 59), "Minutes offset from UTC")),
  ],
  possible({
    key: 2,
    read: ({ logging }: Configuration) => logging.timezone,
    write: (configuration, timezone) => withLogging(configuration, { timezone }),
    toValue: ({
      zone,
      hours,
      minutes = 0,
    }: {
      readonly zone: string;
      readonly hours: number;
      readonly minutes: number | undefined;
    }) => ({ name: zone, offsetMinutes: hours * 60 + (hours < 0 ? -minutes : minutes) }),
    toArguments: ({ name, offsetMinutes }) => ({
      zone: name,
      hours: Math.trunc(offsetMinutes / 60) + 0,
      minutes: Math.abs(offsetMinutes % 60) || undefined,
    }),
  }),
);
