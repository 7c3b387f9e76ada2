/** `clear crypto connection`: a connection of `show crypto engine connections active`, of either phase. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { A, B, INITIATOR, isakmpSa, view } from "../../../test/support/case-study-views.ts";
import { FakeConsole } from "../../../test/support/fake-router.ts";

function requestsOf(line: string) {
  const console = new FakeConsole("");
  console.router.view = () => view([isakmpSa(A, B)], [INITIATOR]);
  assert.deepEqual(console.output(line), [], line);
  return console.router.requests;
}

test("a connection is cleared by its number, whichever phase it is of", () => {
  assert.deepEqual(requestsOf("clear crypto connection 1"), [{ kind: "clear-isakmp-sas", connId: 1 }]);
  assert.deepEqual(requestsOf("clear crypto connection 2029"), [
    { kind: "clear-ipsec-sas", entry: { destination: A, protocol: "esp", spi: 0x8eab0b22 } },
  ]);
  assert.deepEqual(requestsOf("clear crypto connection 2030"), [
    { kind: "clear-ipsec-sas", entry: { destination: B, protocol: "esp", spi: 0xeb84dc85 } },
  ]);
});

test("where there is no such connection nothing happens", () => {
  assert.deepEqual(requestsOf("clear crypto connection 77"), []);
});
