/** Dates of the Gregorian calendar as days since 1 January 1970, both ways and for any year. */

export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

export const DAY_MILLISECONDS = 86_400_000;

/** Years are counted from March here, so that the day that some years have more comes last. */
export function daysSince1970({ year, month, day }: CalendarDate): number {
  const yearFromMarch = month > 2 ? year : year - 1;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  return (
    365 * yearFromMarch +
    Math.floor(yearFromMarch / 4) -
    Math.floor(yearFromMarch / 100) +
    Math.floor(yearFromMarch / 400) +
    dayOfYear -
    EPOCH
  );
}

export function dateOf(days: number): CalendarDate {
  const since = days + EPOCH;
  const era = Math.floor(since / ERA);
  const dayOfEra = since - era * ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

/** Whether there is such a day. */
export function isDate(date: CalendarDate): boolean {
  const back = dateOf(daysSince1970(date));
  return back.year === date.year && back.month === date.month && back.day === date.day;
}

/** 0 is Sunday. */
export function weekdayOf(days: number): number {
  return (((days + THURSDAY) % 7) + 7) % 7;
}

/** As they are abbreviated in dates. */
export const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
export const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 1 January 1970. */
const THURSDAY = 4;
/** Days in 400 years, after which the calendar repeats itself. */
const ERA = 146_097;
/** Days from 1 March of year 0 to 1 January 1970. */
const EPOCH = 719_468;
