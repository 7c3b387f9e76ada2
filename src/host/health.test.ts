/** The load of this process, measured. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HealthMonitor } from "./health.ts";

test("a busy process is seen to be busy", () => {
  const monitor = new HealthMonitor();
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user < 50_000);
  const { processor, memory, processId } = monitor.view();
  monitor.close();
  assert.equal(processId, process.pid);
  assert.ok(processor[0] > 0, `${processor[0]} per cent`);
  assert.ok(memory.heapUsed <= memory.heapTotal && memory.resident > 0, "memory is told");
});
