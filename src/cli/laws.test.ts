/** What holds for every statement of the configuration language, present and future. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { plain } from "../../test/support/plain-configuration.ts";
import {
  configurationLines,
  lineIn,
  lineOf,
  place,
  type RandomPlace,
} from "../../test/support/sentence-arbitraries.ts";
import { documentsBySentence } from "../../test/support/standing-of-commands.ts";
import type { Configuration } from "../config/configuration.ts";
import { GLOBAL_MODE } from "./config/global-mode.ts";
import { PIX_MODE } from "./config/pix/pix-mode.ts";
import { candidatesOf, type Editing, type Entered, enter, MOVEMENTS, startEditing } from "./editing.ts";
import { COMMANDS } from "./exec/commands.ts";
import type { Node } from "./grammar.ts";
import { continuations, rowsFor } from "./help.ts";
import { loadConfiguration } from "./load.ts";
import { ABBREVIATION, match } from "./match.ts";
import { type Mode, openedModes, type Statement } from "./mode.ts";
import { commandReference } from "./reference.ts";
import { runningConfig } from "./running-config.ts";
import type { Sentence } from "./sentence.ts";
import { syntaxLines } from "./syntax.ts";
import { splitLine } from "./words.ts";

fc.configureGlobal({ seed: 2409 });

/** How much longer to look for an exception: `LAW_TIMES=10` tries thousands of configurations. */
const TIMES = Number(process.env.LAW_TIMES ?? 1);

interface Dialect {
  readonly name: string;
  readonly global: Mode;
  /** Before any line. */
  readonly empty: Configuration;
}

/** The PIX speaks of interfaces by names that must be there. */
const DIALECTS: readonly Dialect[] = [
  { name: "IOS", global: GLOBAL_MODE, empty: startEditing().configuration },
  {
    name: "PIX",
    global: PIX_MODE,
    empty: loadConfiguration(
      "PIX Version 5.2\nnameif ethernet0 outside security0\nnameif ethernet1 inside security100",
      "names",
    ).configuration,
  },
];

const MODES: readonly Mode[] = DIALECTS.flatMap(({ global }) => [global, ...openedModes(global.statements)]);

function entered(editing: Editing, text: string): Entered {
  return enter(editing, text, { file: "test", line: 1, closesLater: () => true });
}

function enteredAll(lines: readonly string[], configuration?: Configuration): Editing {
  return lines.reduce((editing, line) => {
    const next = entered(editing, line).editing;
    // A text that a line begins is ended by the next delimiter: here at once.
    return next.raw?.kind === "text" ? entered(next, next.raw.delimiter).editing : next;
  }, startEditing(configuration));
}

/** The place, in a configuration in which nothing of the line's kind is said. */
function at({ headers }: RandomPlace, configuration: Configuration): Editing {
  return headers.reduce((editing, header) => entered(editing, header).editing, startEditing(configuration));
}

for (const { name, global, empty } of DIALECTS)
  test(`${name}: what running-config prints is read again as the same configuration`, () => {
    fc.assert(
      fc.property(configurationLines(global), fc.boolean(), (lines, all) => {
        const { configuration } = enteredAll(lines, empty);
        const printed = runningConfig(configuration, { all });
        const again = loadConfiguration(printed.join("\n"), "again");
        assert.deepEqual(
          again.problems.filter(({ severity }) => severity === "error"),
          [],
        );
        assert.deepEqual(plain(again.configuration), plain(configuration));
      }),
      { numRuns: 400 * TIMES },
    );
  });

test("every statement can be entered, and its line is its alone in its mode", () => {
  for (const mode of MODES)
    for (const statement of mode.statements)
      fc.assert(
        fc.property(lineOf(statement), ({ text }) => {
          const line = splitLine(text);
          const readers = mode.statements.filter((other) => readsInFull(other, text));
          assert.deepEqual(readers, [statement], text);
          const outcome = match([...MOVEMENTS, ...candidatesOf(mode)], line);
          assert.ok(outcome.kind === "accepted" && outcome.candidate.kind === "statement", text);
          assert.equal(outcome.candidate.statement, statement, text);
        }),
        { numRuns: 4 },
      );
});

/** Without taking any word for one cut short. */
function readsInFull(statement: Statement, text: string): boolean {
  const outcome = match([statement], splitLine(text));
  return outcome.kind === "accepted" && !outcome.strengths.includes(ABBREVIATION);
}

for (const { name, global, empty } of DIALECTS)
  test(`${name}: every unique abbreviation says the same as the words in full`, () => {
    fc.assert(
      fc.property(
        place(global).chain((where) => fc.tuple(fc.constant(where), lineIn(where.mode))),
        ([where, { words }]) => {
          const editing = at(where, empty);
          const full = entered(editing, words.join(" "));
          const short = entered(editing, abbreviated(where.mode, words).join(" "));
          assert.equal(short.kind, full.kind);
          assert.deepEqual(plain(short.editing.configuration), plain(full.editing.configuration));
        },
      ),
      { numRuns: 800 * TIMES },
    );
  });

/** Each keyword cut down to the fewest letters that leave one keyword possible. */
function abbreviated(mode: Mode, words: readonly string[]): string[] {
  const candidates = [...MOVEMENTS, ...candidatesOf(mode)];
  return words.map((word, i) => {
    const { rows } = continuations(candidates, splitLine(words.slice(0, i).join(" ")));
    const keywords = rows.filter(({ isLiteral, endsWord }) => isLiteral && endsWord);
    if (!keywords.some(({ text }) => text === word)) return word;
    for (let length = 1; length < word.length; length++)
      if (rowsFor(keywords, word.slice(0, length)).length === 1) return word.slice(0, length);
    return word;
  });
}

for (const { name, global, empty } of DIALECTS)
  test(`${name}: a line and then \`no\` with it leave nothing behind`, () => {
    fc.assert(
      fc.property(
        configurationLines(global),
        place(global).chain((where) => fc.tuple(fc.constant(where), lineIn(where.mode))),
        (lines, [where, { text }]) => {
          const configuration = enteredAll(lines, empty).configuration;
          // A PIX's line makes what it speaks of, and `no` leaves that there.
          const made =
            name === "PIX" ? entered(at(where, configuration), text).editing.configuration : configuration;
          const base = entered(at(where, made), `no ${text}`);
          // IOS does not let go of everything: a physical interface stays.
          if (base.kind === "refused") return;
          const before = at(where, base.editing.configuration);
          const after = entered(before, text);
          if (after.kind === "refused") return;
          const back = entered(at(where, after.editing.configuration), `no ${text}`);
          assert.deepEqual(plain(back.editing.configuration), plain(before.configuration), text);
        },
      ),
      { numRuns: 400 * TIMES },
    );
  });

for (const { name, global, empty } of DIALECTS)
  test(`${name}: a line and then \`default\` with it leave nothing behind`, () => {
    fc.assert(
      fc.property(
        configurationLines(global),
        place(global).chain((where) => fc.tuple(fc.constant(where), lineIn(where.mode))),
        (lines, [where, { text }]) => {
          const { configuration } = enteredAll(lines, empty);
          // What the line speaks of is there afterwards: an interface, the list that it stands in.
          const made = entered(at(where, configuration), text);
          const base = entered(at(where, made.editing.configuration), `default ${text}`);
          if (made.kind === "refused" || base.kind === "refused") return;
          const before = at(where, base.editing.configuration);
          const after = entered(before, text);
          if (after.kind === "refused") return;
          const back = entered(at(where, after.editing.configuration), `default ${text}`);
          assert.deepEqual(plain(back.editing.configuration), plain(before.configuration), text);
        },
      ),
      { numRuns: 300 * TIMES },
    );
  });

for (const { name, global } of DIALECTS)
  test(`${name}: help lists exactly what may follow`, () => {
    const foreign = ["crypto", "exit", "zzz", "any", "255.255.255.255", "70000", "-1"];
    fc.assert(
      fc.property(
        place(global).chain((where) => fc.tuple(fc.constant(where), lineIn(where.mode), fc.nat(12))),
        ([{ mode }, { words }, cut]) => {
          const candidates = [...MOVEMENTS, ...candidatesOf(mode)];
          const before = words.slice(0, cut).join(" ");
          const { rows, mayEnd, failure } = continuations(candidates, splitLine(before));
          const begun = splitLine(before).words.length;
          assert.equal(failure, undefined, before);
          assert.equal(mayEnd, match(candidates, splitLine(before)).kind === "accepted" && begun > 0, before);
          for (const { text, isLiteral, endsWord } of rows) {
            if (!isLiteral || !endsWord) continue;
            const next = match(candidates, splitLine(`${before} ${text}`));
            assert.notEqual(next.kind, "invalid", `${before} ${text}`);
            assert.notEqual(next.kind, "ambiguous", `${before} ${text}`);
          }
          const takesValues = rows.some(({ isLiteral, endsWord }) => !isLiteral || !endsWord);
          // Text to the end of the line goes on for ever.
          const isInText = mayEnd && match(candidates, splitLine(`${before} zzz zzz`)).kind === "accepted";
          if (takesValues || isInText) return;
          for (const word of foreign.filter((each) => rowsFor(rows, each).length === 0)) {
            const next = match(candidates, splitLine(`${before} ${word}`));
            assert.deepEqual(
              { kind: next.kind, at: "at" in next && next.at },
              { kind: "invalid", at: begun },
            );
          }
        },
      ),
      { numRuns: 800 * TIMES },
    );
  });

test("every word has help, and the same word at the same place has the same help", () => {
  const exec = COMMANDS.map(({ sentence }) => sentence);
  for (const sentences of [exec, ...MODES.map((mode) => mode.statements.map(({ sentence }) => sentence))]) {
    const known = new Map<string, string>();
    for (const sentence of sentences) {
      for (const { text, help } of literals(sentence.nodes)) assert.notEqual(help.trim(), "", text);
      let path = "";
      for (const node of sentence.nodes) {
        if (node.kind !== "word") break;
        path += ` ${node.text}`;
        assert.equal(known.get(path) ?? node.help, node.help, path);
        known.set(path, node.help);
      }
    }
  }
});

function literals(nodes: readonly Node[]): { text: string; help: string }[] {
  return nodes.flatMap((node): { text: string; help: string }[] => {
    switch (node.kind) {
      case "word":
        return [node];
      case "value":
      case "repeated":
        return [{ text: node.name, help: node.help }];
      case "optional":
        return literals(node.nodes);
      case "choice":
        return [
          ...node.words,
          ...(node.otherwise === undefined ? [] : [{ text: node.name, help: node.otherwise.help }]),
        ];
      case "branches":
        return node.branches.flatMap((branch) => literals(branch.nodes));
      case "any-order":
        return node.options.flatMap(literals);
      default:
        return [];
    }
  });
}

test("every sentence stands in the reference, and the reference is as the sentences are now", () => {
  const written = readFileSync(new URL("../../docs/commands.md", import.meta.url), "utf8");
  assert.equal(
    written,
    commandReference(documentsBySentence()),
    "run: node --import tsx scripts/generate-commands.ts",
  );
  const unescaped = written.replaceAll("\\|", "|");
  const sentences: Sentence[] = [
    ...COMMANDS.map(({ sentence }) => sentence),
    ...MODES.flatMap((mode) => mode.statements.map(({ sentence }) => sentence)),
  ];
  for (const { nodes } of sentences)
    for (const line of syntaxLines(nodes)) assert.ok(unescaped.includes(line), line);
});

for (const { name, global } of DIALECTS)
  test(`${name}: no prefix of a configuration and no random text makes reading it throw`, () => {
    const noise = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom(
        "no",
        "no no",
        "!",
        "\u0000",
        " ",
        "banner motd #",
        "exit",
        "end",
        "do show",
        "crypto isakmp key",
      ),
    );
    fc.assert(
      fc.property(
        configurationLines(global),
        fc.array(noise, { maxLength: 4 }),
        fc.nat(400),
        (lines, extra, cut) => {
          const text = [...(name === "PIX" ? ["PIX Version 5.2"] : []), ...lines, ...extra]
            .join("\n")
            .slice(0, cut);
          const { configuration } = loadConfiguration(text, "noise");
          runningConfig(configuration, { all: true });
        },
      ),
      { numRuns: 150 * TIMES },
    );
  });
