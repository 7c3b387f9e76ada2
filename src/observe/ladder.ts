/**
 * A negotiation as a ladder: one row per message, an arrow from sender to receiver, and between them what happened at
 * either end. Fed with the events of all gateways concerned, it also tells which messages were lost or dropped.
 */
import type { Instant } from "../base/time.ts";
import type { GatewayEvent } from "../gateway/contract.ts";
import { CATALOGUE } from "./catalogue/catalogue.ts";
import type { EventKind, EventOf, LadderMark } from "./entry.ts";
import { OBSERVE_LIMITS } from "./limits.ts";

export interface LadderRow {
  readonly time: Instant;
  /** Address, or the name of the router where something happened. */
  readonly from: string;
  /** Empty where something happened at one end. */
  readonly to: string;
  readonly label: string;
  readonly note: string;
}

interface Sent {
  readonly kind: "sent";
  readonly time: Instant;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly note: string;
  arrived: boolean;
}

type Noted = LadderRow & { readonly kind: "noted" };

export class Ladder {
  readonly #rows: (Sent | Noted)[] = [];
  #forgotten = 0;

  /** `router` names whose event it is, where the event itself does not say. */
  add(event: GatewayEvent, router = ""): void {
    const mark = ladderMark(event.kind, event);
    if (mark === undefined) return;
    switch (mark.mark) {
      case "sent": {
        const { from, to, label, note } = mark;
        this.#push({ kind: "sent", time: event.at, from, to, label, note, arrived: false });
        return;
      }
      case "received":
        this.#receive(mark, event.at);
        return;
      case "noted":
        this.#push({
          kind: "noted",
          time: event.at,
          from: mark.where === "" ? router : mark.where,
          to: "",
          label: "",
          note: mark.note,
        });
        return;
    }
  }

  /** Messages that nobody took up are noted as such, unless `arrivalsKnown` is false: events of one end only. */
  rows(arrivalsKnown = true): readonly LadderRow[] {
    return this.#rows.map((row) => {
      if (row.kind === "noted") return { time: row.time, from: row.from, to: "", label: "", note: row.note };
      const lost = arrivalsKnown && !row.arrived ? ["not taken up"] : [];
      const note = [row.note, ...lost].filter((part) => part !== "").join(", ");
      return { time: row.time, from: row.from, to: row.to, label: row.label, note };
    });
  }

  /** The ladder as text: two columns and arrows for two ends, otherwise one line `a -> b` for each message. */
  lines(arrivalsKnown = true): string[] {
    const rows = this.rows(arrivalsKnown);
    const ends = [...new Set(rows.filter((row) => row.to !== "").flatMap((row) => [row.from, row.to]))];
    const head = this.#forgotten === 0 ? [] : [`(${this.#forgotten} earlier rows are not shown)`];
    const [left, right] = ends;
    if (left === undefined || right === undefined || ends.length > 2)
      return [...head, ...rows.map(messageLine)];
    return [
      ...head,
      `${" ".repeat(TIME_WIDTH)}${left.padEnd(ARROW_WIDTH + 2 - right.length)}${right}`,
      ...rows.map((row) => arrowLine(row, left)),
    ];
  }

  #receive(mark: LadderMark & { readonly mark: "received" }, at: Instant): void {
    const { from, to, label } = mark;
    const same = (row: Sent | Noted): row is Sent =>
      row.kind === "sent" && row.from === from && row.to === to && row.label === label;
    // The last one: retransmissions are further apart than a message is under way.
    const sent = this.#rows.findLast((row) => same(row) && !row.arrived);
    if (sent?.kind === "sent") {
      sent.arrived = true;
      return;
    }
    const note = this.#rows.some(same) ? "received once more" : "received, its sending is not known";
    this.#push({ kind: "sent", time: at, from, to, label, note, arrived: true });
  }

  #push(row: Sent | Noted): void {
    this.#rows.push(row);
    if (this.#rows.length > OBSERVE_LIMITS.ladderRows)
      this.#forgotten += this.#rows.splice(0, this.#rows.length - OBSERVE_LIMITS.ladderRows).length;
  }
}

function ladderMark<K extends EventKind>(kind: K, event: EventOf<K>): LadderMark | undefined {
  return CATALOGUE[kind].ladder?.(event);
}

function arrowLine(row: LadderRow, left: string): string {
  if (row.to === "") {
    const text =
      row.from === left || row.from === ""
        ? `| ${row.note}`
        : `|${"|".padStart(ARROW_WIDTH + 1)} ${row.note}`;
    return `${timeColumn(row.time)}${text}`;
  }
  const label = ` ${row.label} `;
  const toRight = row.from === left;
  const shaft = label.padEnd(ARROW_WIDTH - 1, "-");
  const arrow = toRight ? `-${shaft.slice(0, ARROW_WIDTH - 2)}>` : `<-${shaft.slice(0, ARROW_WIDTH - 2)}`;
  return `${timeColumn(row.time)}|${arrow}|${row.note === "" ? "" : ` ${row.note}`}`;
}

function messageLine(row: LadderRow): string {
  const note = row.note === "" ? "" : `  ${row.note}`;
  if (row.to === "") return `${timeColumn(row.time)}${row.from}:${note}`;
  return `${timeColumn(row.time)}${row.from} -> ${row.to}  ${row.label}${note}`;
}

/** Seconds with milliseconds, right-aligned. */
function timeColumn(time: Instant): string {
  return `${(time / 1000).toFixed(3).padStart(TIME_WIDTH - 2)}  `;
}

const TIME_WIDTH = 14;
const ARROW_WIDTH = 32;
