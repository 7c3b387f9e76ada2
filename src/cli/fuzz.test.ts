/** A session that gets anything typed at it: right lines, lines cut, mixed and spoilt, in every mode. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FakeConsole } from "../../test/support/fake-router.ts";
import { EXEC_LINES } from "../../test/support/lines-of-the-documents.ts";
import { configurationLines } from "../../test/support/sentence-arbitraries.ts";
import { Dice } from "../lab/seeded-random.ts";
import { GLOBAL_MODE } from "./config/global-mode.ts";
import { PIX_MODE } from "./config/pix/pix-mode.ts";
import type { Mode } from "./mode.ts";
import { runningConfig } from "./running-config.ts";

const LINES = 100_000;
/** A session ends after so many: what is configured makes each line slower. */
const LINES_OF_A_SESSION = 150;

test("a hundred thousand lines, half of them wrong, make no session throw", () => {
  const dice = new Dice("a session that gets anything");
  const random = (below: number) => Math.floor((dice.u32() / 2 ** 32) * below);
  const streams = { ios: linesOf(GLOBAL_MODE), pix: linesOf(PIX_MODE) };
  let configured = 0;
  let console = new FakeConsole("hostname R");
  let next = streams.ios;
  for (let i = 0; i < LINES; i++) {
    if (i % LINES_OF_A_SESSION === 0) {
      configured += runningConfig(console.router.configuration(), { all: true }).length;
      const isPix = random(4) === 0;
      console = new FakeConsole(isPix ? "PIX Version 5.2\nnameif ethernet0 outside security0" : "hostname R");
      next = isPix ? streams.pix : streams.ios;
    }
    if (console.session.closed()) console = new FakeConsole("hostname R");
    typeAt(console, spoilt(next(), random, next), random);
  }
  assert.ok(configured > LINES / 20, `many of the lines counted, and made a configuration: ${configured}`);
});

function typeAt(console: FakeConsole, line: string, random: (below: number) => number): void {
  const { session, router } = console;
  if (session.paused()) session.more("q");
  const action = random(40);
  if (action === 0) session.help(line);
  else if (action === 1) session.complete(line);
  else if (action === 2) session.interrupt();
  else session.line(line);
  router.finishPing();
  router.finishKeys();
  if (session.prompt().length > 4000) assert.fail("the prompt grows");
}

/** Configurations in the order in which they are written, with exec commands among them, over and over. */
function linesOf(global: Mode): () => string {
  const commands = EXEC_LINES.flatMap(({ lines }) => lines);
  const configurations = fc.sample(configurationLines(global), { numRuns: 400, seed: 1 });
  const lines = configurations.flatMap((some, i) => [
    "enable",
    "configure terminal",
    ...some.flatMap((line, at) => [
      line,
      ...(at % 8 === 7 ? [`do ${commands[(i + at) % commands.length]}`] : []),
    ]),
    "end",
    commands[i % commands.length] ?? "",
  ]);
  let next = 0;
  return () => lines[next++ % lines.length] ?? "";
}

function spoilt(line: string, random: (below: number) => number, other: () => string): string {
  const at = random(line.length + 1);
  const words = line.split(" ");
  switch (random(16)) {
    case 0:
      return line.slice(0, at);
    case 1:
      return line.slice(0, at) + String.fromCharCode(random(0x250)) + line.slice(at);
    case 2:
      return `${words.slice(0, random(words.length)).join(" ")} ${other()}`;
    case 3:
      return words.toReversed().join(" ");
    case 4:
      return `no ${line}`;
    case 5:
      return `${random(2) === 0 ? "do" : "default"} ${line}`;
    case 6:
      return words.map((word) => word.slice(0, 1 + random(word.length))).join(" ");
    default:
      return line;
  }
}
