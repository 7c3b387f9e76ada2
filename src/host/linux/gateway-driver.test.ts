import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "../../base/time.ts";
import { loadConfiguration } from "../../cli/load.ts";
import { compile } from "../../config/compile.ts";
import { Gateway } from "../../gateway/gateway.ts";
import { systemRandom } from "../entropy.ts";
import { GatewayDriver } from "./gateway-driver.ts";

test("a time of day that is set is handed in, one that is slowly brought into line is not", ({ mock }) => {
  mock.timers.enable({ apis: ["Date", "setInterval"], now: 5000 });
  const handle = mock.method(Gateway.prototype, "handle");
  const { policy } = compile(loadConfiguration("hostname r\n", "r.cfg").configuration);
  assert.ok(policy, "it compiles");
  const driver = new GatewayDriver({
    policy,
    random: systemRandom,
    clock: { now: () => instant(Math.min(Date.now() - 5000, 60_000)) },
    jobs: { start() {}, cancel() {}, close: async () => {} },
    port: { sendDatagram() {}, transmit() {}, receive() {}, flush() {} },
    onEvent() {},
    onKeys: undefined,
    onFault: (error) => assert.fail(String(error)),
    holdPackets: false,
  });
  mock.timers.tick(60_000);
  assert.equal(handle.mock.callCount(), 0);
  // The time of day goes on, the clock of this test does not.
  mock.timers.tick(10_000);
  assert.deepEqual(
    handle.mock.calls.map(({ arguments: [, input] }) => input),
    [{ kind: "clock-set", wallClockAtStart: 15_000 }],
  );
  driver.close();
});
