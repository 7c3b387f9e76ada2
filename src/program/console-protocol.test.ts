import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type ConsoleRequest, encodeMessage, MessageReader } from "./console-protocol.ts";

fc.configureGlobal({ seed: 2409 });

describe("what a console and a gateway say to each other", () => {
  it("arrives as it was said, however the stream cuts it", () => {
    const requests = fc.array(
      fc
        .tuple(fc.constantFrom("line" as const, "keys" as const), fc.string({ unit: "binary" }))
        .map(([kind, text]) => ({ kind, text })),
    );
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 20 }), (said, size) => {
        const stream = said.map(encodeMessage).join("");
        const reader = new MessageReader<ConsoleRequest>();
        const heard: ConsoleRequest[] = [];
        for (let at = 0; at < stream.length; at += size)
          heard.push(...reader.take(stream.slice(at, at + size)));
        assert.deepEqual(heard, said);
      }),
    );
  });

  it("leaves out what is no message, and does not gather without end", () => {
    const reader = new MessageReader<ConsoleRequest>();
    const noise = 'no json\n{"kind":5}\nnull\n[]\n"kind"\n';
    assert.deepEqual(reader.take(`${noise}${encodeMessage({ kind: "line", text: "" })}`), [
      { kind: "line", text: "" },
    ]);
    for (let i = 0; i < 5; i++) assert.deepEqual(reader.take("x".repeat(400_000)), []);
    assert.deepEqual(reader.take(`\n${encodeMessage({ kind: "line", text: "" })}`), [
      { kind: "line", text: "" },
    ]);
  });
});
