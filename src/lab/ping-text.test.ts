import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds } from "../base/time.ts";
import { ipv4 } from "../net/ip-address.ts";
import { DEFAULT_PING, type PingMark, type PingWatcher } from "./ping.ts";
import { pingSummary, printedPing } from "./ping-text.ts";

test("the first lost and four answered are 80 percent", () => {
  assert.equal(
    printed(".!!!!", [4, 4, 8, 4]),
    "Type escape sequence to abort.\n" +
      "Sending 5, 100-byte ICMP Echos to 10.1.2.1, timeout is 2 seconds:\n" +
      ".!!!!\n" +
      "Success rate is 80 percent (4/5), round-trip min/avg/max = 4/5/8 ms\n",
  );
});

test("without any answer there is no round trip to tell", () => {
  assert.match(printed(".....", []), /\n\.\.\.\.\.\nSuccess rate is 0 percent \(0\/5\)\n$/);
  assert.equal(
    pingSummary({ sent: 0, received: 0, marks: "", roundTrips: [] }),
    "Success rate is 0 percent (0/0)",
  );
});

test("a part of a percent is not rounded up, and no answer takes no time", () => {
  const roundTrips = [milliseconds(0), milliseconds(0.4)];
  assert.equal(
    pingSummary({ sent: 3, received: 2, marks: "!!.", roundTrips }),
    "Success rate is 66 percent (2/3), round-trip min/avg/max = 1/1/1 ms",
  );
});

test("marks stand seventy to a line", () => {
  const lines = printed("!".repeat(140), [1]).split("\n");
  assert.deepEqual(lines.slice(2, 5), [
    "!".repeat(70),
    "!".repeat(70),
    "Success rate is 100 percent (140/140), round-trip min/avg/max = 1/1/1 ms",
  ]);
});

function printed(marks: string, roundTrips: readonly number[]): string {
  let text = "";
  const start = (_: unknown, watcher: PingWatcher) => {
    for (const mark of marks) watcher.onMark(mark as PingMark); // the marks above are such
    const received = [...marks].filter((mark) => mark === "!").length;
    watcher.onDone({ sent: marks.length, received, marks, roundTrips: roundTrips.map(milliseconds) });
    return () => {};
  };
  printedPing(
    start,
    { ...DEFAULT_PING, destination: ipv4("10.1.2.1"), source: ipv4("10.1.1.1") },
    (more) => {
      text += more;
    },
    () => {},
  );
  return text;
}
