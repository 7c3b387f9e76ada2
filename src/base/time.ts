/** Time as the core knows it: monotonic instants that enter with every input, and durations. */

/** Milliseconds since an arbitrary start; never goes back. */
export type Instant = number & { readonly __instant: unique symbol };

/** A span of milliseconds. */
export type Milliseconds = number & { readonly __milliseconds: unique symbol };

export function instant(milliseconds: number): Instant {
  return milliseconds as Instant; // brands a plain number
}

export function milliseconds(count: number): Milliseconds {
  return count as Milliseconds; // brands a plain number
}

export function seconds(count: number): Milliseconds {
  return milliseconds(count * 1000);
}

export function after(start: Instant, span: Milliseconds): Instant {
  return instant(start + span);
}

export function elapsed(from: Instant, to: Instant): Milliseconds {
  return milliseconds(to - from);
}

/** When to call again, and why: the reason makes a busy loop debuggable. */
export interface Deadline {
  readonly at: Instant;
  readonly why: string;
}

export function earlier(a: Deadline | undefined, b: Deadline | undefined): Deadline | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return b.at < a.at ? b : a;
}
