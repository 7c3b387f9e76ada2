/** What holds for every command of exec mode, and for those that configuration mode carries out at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc, { type Arbitrary } from "fast-check";
import { FakeConsole } from "../../test/support/fake-router.ts";
import { wordsOf } from "../../test/support/sentence-arbitraries.ts";
import { GLOBAL_MODE } from "./config/global-mode.ts";
import { PIX_MODE } from "./config/pix/pix-mode.ts";
import { candidatesOf, MOVEMENTS } from "./editing.ts";
import type { Command } from "./exec/command.ts";
import { COMMANDS } from "./exec/commands.ts";
import { CONFIGURATION_COMMANDS } from "./exec/configuration-commands.ts";
import { continuations, rowsFor } from "./help.ts";
import { match } from "./match.ts";
import type { Sentence } from "./sentence.ts";
import { splitLine } from "./words.ts";

fc.configureGlobal({ seed: 2409 });

interface Candidate {
  readonly sentence: Sentence;
}

/** Commands, and what may be entered at the same place beside them. */
const PLACES: readonly { readonly commands: readonly Command[]; readonly all: readonly Candidate[] }[] = [
  { commands: COMMANDS, all: COMMANDS },
  ...[GLOBAL_MODE, PIX_MODE].map((mode) => ({
    commands: CONFIGURATION_COMMANDS,
    all: [...MOVEMENTS, ...candidatesOf(mode), ...CONFIGURATION_COMMANDS],
  })),
];

test("every command is read as itself, in full and with each word as short as it may be", () => {
  for (const { commands, all } of PLACES)
    for (const command of commands)
      fc.assert(
        fc.property(wordsOf(command.sentence), (words) => {
          const full = match(all, splitLine(words.join(" ")));
          assert.ok(full.kind === "accepted" && full.candidate === command, words.join(" "));
          const short = abbreviated(all, words).join(" ");
          const again = match(all, splitLine(short));
          assert.ok(again.kind === "accepted" && again.candidate === command, `${words.join(" ")}: ${short}`);
          assert.deepEqual(again.args, full.args, short);
        }),
        { numRuns: 8 },
      );
});

/** Each keyword cut down to the fewest letters that leave one keyword possible. */
function abbreviated(all: readonly Candidate[], words: readonly string[]): string[] {
  return words.map((word, i) => {
    const { rows } = continuations(all, splitLine(words.slice(0, i).join(" ")));
    const keywords = rows.filter(({ isLiteral, endsWord }) => isLiteral && endsWord);
    if (!keywords.some(({ text }) => text === word)) return word;
    for (let length = 1; length < word.length; length++)
      if (rowsFor(keywords, word.slice(0, length)).length === 1) return word.slice(0, length);
    return word;
  });
}

const FOREIGN = ["crypto", "exit", "zzz", "any", "255.255.255.255", "70000", "-1"];

test("help lists exactly what may follow in a command", () => {
  for (const { commands, all } of PLACES)
    for (const command of commands)
      fc.assert(
        fc.property(wordsOf(command.sentence), fc.nat(12), (words, cut) => {
          const before = words.slice(0, cut).join(" ");
          const { rows, mayEnd, failure } = continuations(all, splitLine(before));
          assert.equal(failure, undefined, before);
          assert.equal(mayEnd, before !== "" && match(all, splitLine(before)).kind === "accepted", before);
          for (const { text, isLiteral, endsWord } of rows)
            if (isLiteral && endsWord) {
              const { kind } = match(all, splitLine(`${before} ${text}`));
              assert.ok(kind === "accepted" || kind === "incomplete", `${before} ${text}: ${kind}`);
            }
          const takesValues = rows.some(({ isLiteral, endsWord }) => !isLiteral || !endsWord);
          // Text to the end of the line goes on for ever.
          const isInText = mayEnd && match(all, splitLine(`${before} zzz zzz`)).kind === "accepted";
          if (takesValues || isInText) return;
          for (const word of FOREIGN.filter((each) => rowsFor(rows, each).length === 0))
            assert.equal(match(all, splitLine(`${before} ${word}`)).kind, "invalid", `${before} ${word}`);
        }),
        { numRuns: 8 },
      );
});

const MODES: readonly Arbitrary<readonly string[]>[] = [
  [],
  ["disable"],
  ["configure terminal"],
  ["configure terminal", "interface Ethernet0/0"],
  ["configure terminal", "crypto isakmp policy 1"],
  ["configure terminal", "crypto map vpn 10 ipsec-isakmp"],
  ["configure terminal", "crypto key pubkey-chain rsa", "named-key peer"],
  ["configure terminal", "line vty 0 4"],
  ["configure terminal", "router ospf 1"],
].map((lines) => fc.constant(lines));

/** A mode lists its own words alone; what it does not read falls back to global configuration all the same. */
function isGlobal(text: string): boolean {
  return match(candidatesOf(GLOBAL_MODE), splitLine(text)).kind === "accepted";
}

test("what ? lists at a console is not refused there, and what it does not list is", () => {
  const words = [...COMMANDS, ...CONFIGURATION_COMMANDS, ...candidatesOf(GLOBAL_MODE)].map(({ sentence }) =>
    wordsOf(sentence),
  );
  fc.assert(
    fc.property(
      fc.oneof(...MODES),
      fc.oneof(...words),
      fc.nat(6),
      fc.constantFrom("", "", "no ", "default ", "do "),
      (lines, sentence, cut, prefix) => {
        const console = () => {
          const made = new FakeConsole("hostname R\ninterface Ethernet0/0\n");
          made.type(...lines);
          return made;
        };
        const before = `${prefix}${sentence.slice(0, cut).join(" ")}`.trim();
        const rows = console().help(before === "" ? "" : `${before} `);
        if (rows[0]?.startsWith("%") || /\^$/.test(rows[0] ?? "")) return;
        const listed = rows.map((row) => row.trim().split(/\s/)[0] ?? "").filter((word) => word !== "|");
        for (const word of listed.filter((each) => /^[a-z]/.test(each))) {
          const answer = console().output(`${before} ${word}`.trimStart()).join("\n");
          assert.doesNotMatch(
            answer,
            /Invalid input|Ambiguous/,
            `${lines.join(" / ")}: ${before} ${word}: ${answer}`,
          );
        }
        if (listed.some((each) => /[A-Z<]/.test(each.replace("<cr>", "")))) return;
        const isInText = !/Invalid input/.test(console().output(`${before} zzz zzz`.trimStart()).join("\n"));
        if (listed.includes("<cr>") && isInText) return;
        for (const word of ["zzz", "70000"].filter((each) => !isGlobal(`${before} ${each}`))) {
          const answer = console().output(`${before} ${word}`.trimStart()).join("\n");
          assert.match(answer, /Invalid input/, `${lines.join(" / ")}: ${before} ${word}`);
        }
      },
    ),
    { numRuns: 300 * Number(process.env.LAW_TIMES ?? 1) },
  );
});
