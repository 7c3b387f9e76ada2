/** Echoes by the `ping` of iputils: its options, and what it says. */

/**
 * All are sent at once, and ping ends with the last answer. Answers have so many seconds: once there is one, ping waits for the
 * others as long as from one round to the next, whatever `-W` says.
 */
export function pingOptions(
  count: number,
  seconds = patience(count),
  source?: string,
  octets?: number,
): readonly string[] {
  const from = source === undefined ? [] : ["-I", source];
  const size = octets === undefined ? [] : ["-s", `${octets}`];
  return [
    ...["-n", "-c", `${count}`, "-l", `${count}`, "-i", `${seconds}`, "-W", `${seconds}`],
    ...from,
    ...size,
  ];
}

/** Seconds: a single echo is a try; of several none is given up soon, as a busy machine stands still at times. */
export function patience(count: number): number {
  return count > 1 ? 20 : 1;
}

/** How many came back. */
export function echoesReceived(said: string): number {
  return Number(/(\d+) received/.exec(said)?.[1] ?? 0);
}
