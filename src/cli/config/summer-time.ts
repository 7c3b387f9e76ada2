/** `clock summer-time`, with yearly rules and with dates. */
import { isDate, MONTHS, WEEKDAYS } from "../../base/calendar.ts";
import type { Configuration } from "../../config/configuration.ts";
import {
  DEFAULT_PERIOD,
  type Moment,
  type SummerPeriod,
  type SummerTime,
  type YearlyMoment,
} from "../../config/summer-time.ts";
import type { ValueType } from "../grammar.ts";
import { globalSetting } from "../mode.ts";
import { oneOf, optional, value, word } from "../sentence.ts";
import { integer, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

/** Of names that three letters tell apart. */
function named(names: readonly string[], placeholder: string, first: number): ValueType<number> {
  return {
    placeholder,
    extent: "word",
    isSecret: false,
    domain: { kind: "among", words: names },
    samples: [],
    parse: (text) => {
      const at = names.findIndex((name) => text.length >= 3 && isBeginning(text, name));
      return at < 0 ? undefined : at + first;
    },
    print: (number) => names[number - first] ?? "",
  };
}

/** `Sund` begins what is written `Sun`, too. */
function isBeginning(text: string, name: string): boolean {
  return /^[a-z]+$/i.test(text) && text.slice(0, 3).toLowerCase() === name.toLowerCase();
}

const WEEKDAY = named(WEEKDAYS, "DAY", 0);
const MONTH = named(MONTHS, "MONTH", 1);

const TIME: ValueType<number> = {
  placeholder: "hh:mm",
  extent: "word",
  isSecret: false,
  domain: { kind: "among", words: ["2:00", "23:59"] },
  samples: [],
  parse: (text) => {
    const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
    return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
  },
  print: (minuteOfDay) => `${Math.floor(minuteOfDay / 60)}:${String(minuteOfDay % 60).padStart(2, "0")}`,
};

const WEEK: ValueType<YearlyMoment["week"]> = {
  placeholder: "<1-4>",
  extent: "word",
  isSecret: false,
  domain: { kind: "among", words: ["1", "4", "first", "last"] },
  samples: [
    { text: "<1-4>", help: "Week number" },
    { text: "first", help: "First week of the month" },
    { text: "last", help: "Last week of the month" },
  ],
  parse: (text) => WEEKS.find((week) => String(week) === text.toLowerCase()),
  print: String,
};

const WEEKS = [1, 2, 3, 4, "first", "last"] as const;

const OFFSET = optional(value("offset", integer(1, 1440), "Offset to add in minutes"));

function dayOf<const N extends string>(name: N) {
  return oneOf(name, {
    monthFirst: [value("month", MONTH, "Month"), value("day", integer(1, 31), "Date")],
    dayFirst: [value("day", integer(1, 31), "Date"), value("month", MONTH, "Month")],
  });
}

const YEAR = integer(1993, 2035);

export const CLOCK_SUMMER_TIME = globalSetting(
  [
    ...phrase("clock summer-time", "Configure summer (daylight savings) time"),
    value("zone", NAME, "name of time zone in summer"),
    oneOf("period", {
      recurring: [
        word("recurring", "Configure recurring summer time"),
        optional(
          value("startWeek", WEEK, "Week to start"),
          value("startDay", WEEKDAY, "Weekday to start"),
          value("startMonth", MONTH, "Month to start"),
          value("startTime", TIME, "Time to start (hh:mm)"),
          value("endWeek", WEEK, "Week to end"),
          value("endDay", WEEKDAY, "Weekday to end"),
          value("endMonth", MONTH, "Month to end"),
          value("endTime", TIME, "Time to end (hh:mm)"),
          OFFSET,
        ),
      ],
      date: [
        word("date", "Configure absolute summer time"),
        dayOf("start"),
        value("startYear", YEAR, "Year to start"),
        value("startTime", TIME, "Time to start (hh:mm)"),
        dayOf("end"),
        value("endYear", YEAR, "Year to end"),
        value("endTime", TIME, "Time to end (hh:mm)"),
        OFFSET,
      ],
    }),
  ],
  {
    key: 2,
    set: (configuration, { zone, period }, origin) => {
      const read = periodOf(period);
      if (read === undefined) return { refused: "% Invalid date" };
      const offsetMinutes = period.offset ?? DEFAULT_OFFSET;
      return withSummerTime(configuration, { value: { name: zone, period: read, offsetMinutes }, origin });
    },
    unset: (configuration) => withSummerTime(configuration, undefined),
    get: ({ logging: { summerTime } }) =>
      summerTime === undefined
        ? []
        : [{ zone: summerTime.value.name, period: writtenPeriod(summerTime.value) }],
  },
);

const DEFAULT_OFFSET = 60;

function withSummerTime(
  configuration: Configuration,
  summerTime: Configuration["logging"]["summerTime"],
): Configuration {
  return { ...configuration, logging: { ...configuration.logging, summerTime } };
}

interface WrittenDay {
  readonly kind: "monthFirst" | "dayFirst";
  readonly month: number;
  readonly day: number;
}

type WrittenPeriod =
  | {
      readonly kind: "recurring";
      readonly startWeek: YearlyMoment["week"] | undefined;
      readonly startDay: number | undefined;
      readonly startMonth: number | undefined;
      readonly startTime: number | undefined;
      readonly endWeek: YearlyMoment["week"] | undefined;
      readonly endDay: number | undefined;
      readonly endMonth: number | undefined;
      readonly endTime: number | undefined;
      readonly offset: number | undefined;
    }
  | {
      readonly kind: "date";
      readonly start: WrittenDay;
      readonly startYear: number;
      readonly startTime: number;
      readonly end: WrittenDay;
      readonly endYear: number;
      readonly endTime: number;
      readonly offset: number | undefined;
    };

/** Undefined where there is no such day. */
function periodOf(written: WrittenPeriod): SummerPeriod | undefined {
  if (written.kind === "date") {
    const { start, startYear, startTime, end, endYear, endTime } = written;
    const from: Moment = { year: startYear, month: start.month, day: start.day, minuteOfDay: startTime };
    const to: Moment = { year: endYear, month: end.month, day: end.day, minuteOfDay: endTime };
    return isDate(from) && isDate(to) ? { kind: "date", start: from, end: to } : undefined;
  }
  const { startWeek, startDay, startMonth, startTime, endWeek, endDay, endMonth, endTime } = written;
  const start = yearly(startWeek, startDay, startMonth, startTime);
  const end = yearly(endWeek, endDay, endMonth, endTime);
  return start === undefined || end === undefined ? DEFAULT_PERIOD : { kind: "recurring", start, end };
}

function yearly(
  week: YearlyMoment["week"] | undefined,
  weekday: number | undefined,
  month: number | undefined,
  minuteOfDay: number | undefined,
): YearlyMoment | undefined {
  if (week === undefined || weekday === undefined || month === undefined || minuteOfDay === undefined)
    return undefined;
  return { week, weekday, month, minuteOfDay };
}

function writtenPeriod({ period, offsetMinutes }: SummerTime): WrittenPeriod {
  const offset = offsetMinutes === DEFAULT_OFFSET ? undefined : offsetMinutes;
  const { start, end } = period;
  if (period.kind === "date")
    return {
      kind: "date",
      start: { kind: "monthFirst", month: period.start.month, day: period.start.day },
      startYear: period.start.year,
      startTime: start.minuteOfDay,
      end: { kind: "monthFirst", month: period.end.month, day: period.end.day },
      endYear: period.end.year,
      endTime: end.minuteOfDay,
      offset,
    };
  const isDefault = period === DEFAULT_PERIOD && offset === undefined;
  return {
    kind: "recurring",
    startWeek: isDefault ? undefined : period.start.week,
    startDay: isDefault ? undefined : period.start.weekday,
    startMonth: isDefault ? undefined : period.start.month,
    startTime: isDefault ? undefined : start.minuteOfDay,
    endWeek: isDefault ? undefined : period.end.week,
    endDay: isDefault ? undefined : period.end.weekday,
    endMonth: isDefault ? undefined : period.end.month,
    endTime: isDefault ? undefined : end.minuteOfDay,
    offset,
  };
}
