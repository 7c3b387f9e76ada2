/** Echoes by the `ping` of iputils: its options, and what it says. */

/** All are sent at once, as ping would not wait for the last ones otherwise; answers have so many seconds. */
export function pingOptions(count: number, seconds: number, source?: string): readonly string[] {
  const from = source === undefined ? [] : ["-I", source];
  return ["-n", "-c", `${count}`, "-l", `${count}`, "-i", "1", "-W", `${seconds}`, ...from];
}

/** How many came back. */
export function echoesReceived(said: string): number {
  return Number(/(\d+) received/.exec(said)?.[1] ?? 0);
}
