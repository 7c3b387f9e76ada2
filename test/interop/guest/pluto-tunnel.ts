/**
 * A tunnel between pluto in a guest and a gateway of ours that tells its events as JSON: ESP goes in UDP, as that gateway
 * carries it.
 */
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import type { GatewayProcess, Told } from "../gateway-process.ts";
import type { PlutoSettings } from "./guest-pluto.ts";
import { KEY } from "./joined-guest.ts";

export const ENCAPSULATED: PlutoSettings = {
  ike: "aes128-sha1;modp1536",
  esp: "aes128-sha1",
  preSharedKey: KEY,
  connection: { encapsulation: "yes" },
};

/** Five of five, as soon as there is a tunnel and a first one has come back: a guest's kernel takes its time. */
export async function pings(gateway: GatewayProcess, told: () => string): Promise<void> {
  await until(() => /^ipsec-sas-created/m.test(told()), told);
  await gateway.pingUntilAnswered();
  assert.deepEqual(await gateway.ping(5, 5), { sent: 5, answered: 5 });
}

/** Fails with what has been told after so many milliseconds. */
export async function until(isSo: () => boolean, told: () => string, milliseconds = 120_000): Promise<void> {
  for (let waited = 0; !isSo(); waited += 50) {
    assert.ok(waited < milliseconds, `not told, but:\n${told()}`);
    await wait(50);
  }
}

/** An event as a line: `message-sent MM1 again`, `message-dropped … no KE payload`. */
export function lineOf({ event }: Told): string {
  if (event === undefined) return "";
  const { kind, step, retransmission, protocol, reason, detail, explanation } = event;
  const { notifyType, identity } = event;
  const again = typeof retransmission === "number" && retransmission > 0 ? "again" : undefined;
  return [kind, step, again, protocol, notifyType, identity, reason, detail, explanation]
    .filter((word) => word !== undefined)
    .join(" ");
}
