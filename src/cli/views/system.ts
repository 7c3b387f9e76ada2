/** `show version`, `show clock`, `show processes`: the router as a program on a machine. */
import { DAY_MILLISECONDS, dateOf, MONTHS, WEEKDAYS, weekdayOf } from "../../base/calendar.ts";
import { clockText, fractionText } from "../../base/clock-text.ts";
import type { Milliseconds } from "../../base/time.ts";
import type { Configuration } from "../../config/configuration.ts";
import { type LoggingSettings, UTC } from "../../config/logging-settings.ts";
import { summerOf, timezoneAt } from "../../config/summer-time.ts";
import type { ClockView, HealthView, MachineView } from "../../gateway/machine-view.ts";

export function showVersion(configuration: Configuration, machine: MachineView): string[] {
  const { softwareVersion, clock, health } = machine;
  const count = configuration.interfaces.filter(({ name }) => !name.startsWith("Loopback")).length;
  return [
    `skeyid Software (SKEYID), Version ${softwareVersion}, IKEv1 and IPsec gateway`,
    "",
    `${configuration.hostname.value} uptime is ${uptimeWords(clock.uptime)}`,
    'System image file is "program:skeyid"',
    "",
    ...(health === undefined
      ? []
      : [
          `skeyid process ${health.processId} with ${kilobytes(health.memory.resident)}K bytes of memory,`,
          `on a machine with ${kilobytes(health.memory.machineTotal)}K bytes of memory.`,
        ]),
    `${count} network interface${count === 1 ? "" : "s"}`,
    "",
    "Configuration register is 0x2102",
    "",
  ];
}

/** `*00:04:10.000 UTC Mon Mar 1 1993`: the asterisk where nobody has set the clock; `clock` says whose time it is. */
export function showClock({ timeOfDay, isSet }: ClockView, detail: boolean, zones: Zones): string[] {
  const timezone = timezoneAt(timeOfDay, zones);
  const { time, date } = textsOf(timeOfDay + timezone.offsetMinutes * 60_000);
  const fraction = fractionText(((timeOfDay % 1000) + 1000) % 1000);
  return [
    `${isSet ? "" : "*"}${time}${fraction} ${timezone.name} ${date}`,
    ...(detail
      ? [isSet ? "Time source is the machine" : "No time source", ...summerLines(timeOfDay, zones)]
      : []),
  ];
}

type Zones = Pick<LoggingSettings, "timezone" | "summerTime">;

function summerLines(timeOfDay: number, zones: Zones): string[] {
  const { timezone, summerTime } = zones;
  if (summerTime === undefined) return [];
  const { name: standard, offsetMinutes } = timezone?.value ?? UTC;
  const { start, end } = summerOf(timeOfDay + offsetMinutes * 60_000, summerTime.value.period);
  const [from, to] = [textsOf(start), textsOf(end)];
  return [
    `Summer time starts ${from.time} ${standard} ${from.date}`,
    `Summer time ends ${to.time} ${summerTime.value.name} ${to.date}`,
  ];
}

/** Of milliseconds since 1970, where it is that time: `02:00:00` and `Sun Mar 29 2009`. */
function textsOf(local: number): { readonly time: string; readonly date: string } {
  const days = Math.floor(local / DAY_MILLISECONDS);
  const { year, month, day } = dateOf(days);
  return {
    time: clockText(local - days * DAY_MILLISECONDS),
    date: `${WEEKDAYS[weekdayOf(days)] ?? ""} ${MONTHS[month - 1] ?? ""} ${day} ${year}`,
  };
}

export function showProcessor(health: HealthView | undefined): string[] {
  if (health === undefined) return [UNMEASURED];
  const [now, minute, fiveMinutes] = health.processor.map((load) => `${Math.round(load)}%`);
  return [
    `CPU utilization for five seconds: ${now}/0%; one minute: ${minute}; five minutes: ${fiveMinutes}`,
    `Longest delay of a due task in the last minute: ${Math.round(health.longestDelay)} ms`,
  ];
}

export function showMemory(health: HealthView | undefined): string[] {
  if (health === undefined) return [UNMEASURED];
  const { resident, heapUsed, heapTotal, external, machineFree, machineTotal } = health.memory;
  return [
    row("", "Total(b)", "Used(b)", "Free(b)"),
    row("Heap", heapTotal, heapUsed, heapTotal - heapUsed),
    row("Packets", external, external, 0),
    row("Process", resident, resident, 0),
    row("Machine", machineTotal, machineTotal - machineFree, machineFree),
  ];
}

function row(name: string, ...cells: readonly (string | number)[]): string {
  return `${name.padEnd(9)}${cells.map((cell) => String(cell).padStart(14)).join("")}`;
}

/** `1 week, 1 day, 2 hours, 3 minutes`. */
export function uptimeWords(uptime: Milliseconds): string {
  const minutes = Math.floor(uptime / 60_000);
  const counts: readonly (readonly [number, string])[] = [
    [Math.floor(minutes / 10_080), "week"],
    [Math.floor(minutes / 1440) % 7, "day"],
    [Math.floor(minutes / 60) % 24, "hour"],
    [minutes % 60, "minute"],
  ];
  const first = counts.findIndex(([count]) => count > 0);
  const told = first < 0 ? counts.slice(-1) : counts.slice(first);
  return told.map(([count, word]) => `${count} ${word}${count === 1 ? "" : "s"}`).join(", ");
}

function kilobytes(octets: number): number {
  return Math.floor(octets / 1024);
}

const UNMEASURED = "% Nobody measures the load of a lab.";
