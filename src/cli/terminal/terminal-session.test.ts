import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FakeRouter } from "../../../test/support/fake-router.ts";
import { terminalEmulator } from "../../../test/support/terminal-emulator.ts";
import { TerminalSession } from "./terminal-session.ts";

fc.configureGlobal({ seed: 2409 });

function attached(text = "hostname R1\n", length = 24, width = 70) {
  const emulator = terminalEmulator(width);
  const router = new FakeRouter(text);
  const monitored: boolean[] = [];
  let closed = 0;
  const session = new TerminalSession(router, emulator.write, {
    screen: { length, width },
    onMonitor: (on) => monitored.push(on),
    onClosed: () => {
      closed += 1;
    },
  });
  return {
    session,
    router,
    monitored,
    rows: () => emulator.rows(),
    closed: () => closed,
    type: (keys: string) => session.input(keys),
  };
}

test("lines are typed, edited, completed and helped with", () => {
  const { type, rows } = attached();
  type("sh hist\u0001\u001b[C\u001b[Cow\u0005ory\r");
  assert.deepEqual(rows(), ["R1#show history", "  show history", "R1#"]);
  type("conf\tt\r");
  type("hostn\tR2\rdo show priv?\u001a");
  assert.deepEqual(rows().slice(2), [
    "R1#configure t",
    "Enter configuration commands, one per line.  End with CNTL/Z.",
    "R1(config)#hostname R2",
    "R2(config)#do show priv?",
    "privilege",
    "R2(config)#do show priv",
    "Current privilege level is 15",
    "R2#",
  ]);
  type("\u001b[A\u0010");
  assert.equal(rows().at(-1), "R2#hostname R2");
});

test("a password is not shown", () => {
  const { type, rows } = attached("hostname R1\nenable secret cisco\n");
  type("enable\rwro?ng\rcis");
  assert.deepEqual(rows(), ["R1>enable", "Password:", "Password:"]);
  type("co\rshow privilege\r");
  assert.deepEqual(rows().slice(2), [
    "Password:",
    "R1#show privilege",
    "Current privilege level is 15",
    "R1#",
  ]);
});

test("output stops at the end of the screen, and the keys go on with it", () => {
  const { type, rows } = attached("hostname R1\n", 4);
  type("show running-config\r");
  assert.deepEqual(rows().slice(-2), ["Current configuration:", " --More--"]);
  type("\r");
  assert.deepEqual(rows().slice(-2), ["!", " --More--"]);
  type("/end\r");
  assert.deepEqual(rows().slice(-3), ["!", "end", "R1#"]);
  type("show running-config\rq");
  assert.deepEqual(rows().slice(-2), ["Current configuration:", "R1#"]);
});

test("with logging synchronous log lines appear above what is being typed", () => {
  const { type, rows, session, monitored } = attached("hostname R1\nline con 0\n logging synchronous\n");
  type("terminal monitor\rshow");
  assert.deepEqual(monitored, [true]);
  session.log(["*Mar  1 00:00:01: something"]);
  assert.deepEqual(rows(), ["R1#terminal monitor", "*Mar  1 00:00:01: something", "R1#show"]);
});

test("without logging synchronous log lines tear what is being typed, and Ctrl-L shows it again", () => {
  const { type, rows, session } = attached();
  type("show pri");
  session.log(["*Mar  1 00:00:01: something"]);
  type("vi");
  assert.deepEqual(rows(), ["R1#show pri", "*Mar  1 00:00:01: something", "vi"]);
  type("\u000c");
  assert.equal(rows().at(-1), "R1#show privi");
  session.log(["*Mar  1 00:00:02: more"]);
  type("l\r");
  assert.deepEqual(rows().slice(-4), ["*Mar  1 00:00:02: more", "l", "Current privilege level is 15", "R1#"]);
});

test("an edit of what stands above a log line shows the whole line again", () => {
  const { type, rows, session } = attached();
  type("show prix");
  session.log(["*Mar  1 00:00:01: something"]);
  type("\u007f");
  assert.deepEqual(rows(), ["R1#show prix", "*Mar  1 00:00:01: something", "R1#show pri"]);
});

test("what is typed while a ping runs waits for its end, and the escape sequence ends it", () => {
  const { type, rows, router } = attached();
  type("ping 10.0.0.1\rshow priv\r");
  assert.deepEqual(rows(), ["R1#ping 10.0.0.1", "!!"]);
  router.finishPing();
  assert.equal(rows().at(-2), "Current privilege level is 15");
  type("ping 10.0.0.1\r\u001e");
  assert.equal(rows().at(-1), "R1#");
});

test("exit, Ctrl-D on an empty line and a terminal that goes away end it, once", () => {
  for (const keys of ["exit\r", "\u0004", "exit\rshow version\r\u0004"]) {
    const { type, closed, session } = attached();
    type(keys);
    session.end();
    assert.equal(closed(), 1, JSON.stringify(keys));
  }
});

test("whatever is typed, it neither throws nor shows a control character", () => {
  const keys = fc.array(
    fc.oneof(
      fc.constantFrom(
        "\r",
        "\t",
        "?",
        " ",
        "|",
        "\u001b[A",
        "\u001a",
        "\u0003",
        "\u0019",
        "\u001e",
        "conf t",
        "show ",
        "interface e0",
        "enable",
        "q",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(keys, fc.integer({ min: 0, max: 6 }), (typed, length) => {
      const { type, session, rows } = attached("hostname R1\n", length);
      for (const each of typed) type(each);
      session.log(["log"]);
      session.end();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      assert.ok(!rows().some((row) => /[\u0000-\u001f\u007f]/.test(row)), "no control character is shown");
    }),
    { numRuns: 200 },
  );
});
