/** Waiting for what must happen, in tests with other programs, which happens when they get to it. */
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";

/** Until it is so. Fails with what is `told` after a thousand looks: minutes, as a look may take its time. */
export async function until(isSo: () => boolean | Promise<boolean>, told?: () => string): Promise<void> {
  for (let looks = 0; !(await isSo()); looks++) {
    assert.ok(looks < 1000, `${isSo} in time${told === undefined ? "" : `, but:\n${told()}`}`);
    await wait(100);
  }
}
