/**
 * A stream of numbered UDP datagrams between hosts, to see what a path loses, repeats and reorders. Each carries the
 * stream's number, its own number and, in the rest, octets that follow from both, so that damage is seen too.
 */

import type { Milliseconds } from "../base/time.ts";
import type { Endpoint } from "../net/ip-address.ts";
import { putU32, u32At } from "../net/words.ts";
import type { UdpPorts } from "./udp-ports.ts";
import type { World } from "./world.ts";

export interface BulkSettings {
  readonly remote: Endpoint;
  readonly stream: number;
  readonly count: number;
  readonly interval: Milliseconds;
  /** Octets of each datagram's payload, at least 8. */
  readonly size: number;
}

export interface BulkReport {
  /** Different datagrams that came undamaged. */
  readonly received: number;
  /** Datagrams that had come before. */
  readonly duplicated: number;
  /** Datagrams that came after one with a higher number. */
  readonly reordered: number;
  readonly damaged: number;
  /** Numbers up to the highest that came, without those received. */
  readonly missing: number;
}

/** Sends the whole stream, one datagram an interval; `done` is called after the last. */
export function sendBulk(world: World, ports: UdpPorts, settings: BulkSettings, done: () => void): void {
  let number = 0;
  const sendNext = () => {
    if (number >= settings.count) return done();
    ports.send(BULK_PORT, settings.remote, bulkDatagram(settings.stream, number, settings.size));
    number += 1;
    world.after(settings.interval, sendNext);
  };
  sendNext();
}

/** Counts what comes to the bulk port, by stream. */
export class BulkReceiver {
  readonly #streams = new Map<number, StreamCount>();

  constructor(ports: UdpPorts) {
    ports.listen(BULK_PORT, ({ bytes }) => this.#count(bytes));
  }

  report(stream: number): BulkReport {
    const count = this.#streams.get(stream) ?? emptyCount();
    const { seen, highest, duplicated, reordered, damaged } = count;
    return { received: seen.size, duplicated, reordered, damaged, missing: highest + 1 - seen.size };
  }

  #count(bytes: Uint8Array): void {
    const stream = u32At(bytes, 0);
    const number = u32At(bytes, 4);
    const count = this.#streams.get(stream) ?? emptyCount();
    this.#streams.set(stream, count);
    const expected = bulkDatagram(stream, number, bytes.length);
    if (bytes.length < BULK_HEADER_LENGTH || !bytes.every((byte, i) => byte === expected[i]))
      count.damaged += 1;
    else if (count.seen.has(number)) count.duplicated += 1;
    else {
      if (number < count.highest) count.reordered += 1;
      count.seen.add(number);
      count.highest = Math.max(count.highest, number);
    }
  }
}

interface StreamCount {
  readonly seen: Set<number>;
  highest: number;
  duplicated: number;
  reordered: number;
  damaged: number;
}

function emptyCount(): StreamCount {
  return { seen: new Set(), highest: -1, duplicated: 0, reordered: 0, damaged: 0 };
}

function bulkDatagram(stream: number, number: number, size: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(size, BULK_HEADER_LENGTH));
  for (let i = BULK_HEADER_LENGTH; i < bytes.length; i++) bytes[i] = stream * 31 + number * 7 + i;
  putU32(bytes, 0, stream);
  putU32(bytes, 4, number);
  return bytes;
}

/** An arbitrary port, below the ephemeral ones. */
export const BULK_PORT = 5001;

const BULK_HEADER_LENGTH = 8;
