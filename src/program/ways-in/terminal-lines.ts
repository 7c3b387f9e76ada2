/** Which terminal lines are in use, by whom and from where: what `show users` lists and `clear line` ends. */
import type { LineInUse } from "../../cli/services.ts";
import type { LineKind } from "../../config/line-settings.ts";

/** Somebody at a line. */
export interface Seat {
  readonly kind: LineKind;
  readonly number: number;
  readonly user: string | undefined;
  readonly location: string | undefined;
  /** Who sits there has said who he is, or has left the console to the next. */
  rename(user: string | undefined): void;
  /** Something was typed. */
  touch(): void;
  leave(): void;
}

interface Sitting extends Seat {
  readonly end: () => void;
  user: string | undefined;
  touchedAt: number;
}

export class TerminalLines {
  readonly #now: () => number;
  readonly #sitting = new Set<Sitting>();

  /** `now`: milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes a line; `end` is called to throw out who sits there. Several may be at the console. */
  sit(
    { kind, number }: Pick<LineInUse, "kind" | "number">,
    { user, location }: Pick<LineInUse, "user" | "location">,
    end: () => void,
  ): Seat {
    const sitting: Sitting = {
      kind,
      number,
      user,
      location,
      end,
      touchedAt: this.#now(),
      rename: (name) => {
        sitting.user = name;
      },
      touch: () => {
        sitting.touchedAt = this.#now();
      },
      leave: () => {
        this.#sitting.delete(sitting);
      },
    };
    this.#sitting.add(sitting);
    return sitting;
  }

  isFree(kind: LineKind, number: number): boolean {
    return ![...this.#sitting].some((each) => each.kind === kind && each.number === number);
  }

  /** By line. */
  inUse(): readonly LineInUse[] {
    const now = this.#now();
    return [...this.#sitting]
      .map(({ kind, number, user, location, touchedAt }) => ({
        kind,
        number,
        user,
        location,
        idleMilliseconds: now - touchedAt,
      }))
      .toSorted((a, b) => a.kind.localeCompare(b.kind) || a.number - b.number);
  }

  /** Ends what is at a line. */
  clear(kind: LineKind, number: number): void {
    for (const each of [...this.#sitting]) if (each.kind === kind && each.number === number) each.end();
  }
}
