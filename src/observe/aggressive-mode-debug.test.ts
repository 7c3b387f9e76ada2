/** IOS's states of aggressive mode, in the order in which its debugging tells them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { A, IkePair } from "../../test/support/ike-pair.ts";
import { instant } from "../base/time.ts";
import { IosDebug } from "./ios-debug.ts";

function debugging(of: "A" | "B"): string[] {
  const pair = new IkePair({ changes: { clientEndpoint: { kind: "ipv4-address", address: A } } });
  pair.negotiate("A");
  const debug = new IosDebug();
  return pair.events[of].flatMap((event) =>
    debug.read({ at: instant(0), ...event }).flatMap(({ lines }) => lines),
  );
}

const ABOUT_PHASE_1 = /IKE_(READY|[IR]_AM|P1)|Aggressive|AG_|beginning|authenticated/;

test("an initiator goes from IKE_READY over IKE_I_AM1 to IKE_P1_COMPLETE", () => {
  assert.deepEqual(
    debugging("A").filter((line) => ABOUT_PHASE_1.test(line)),
    [
      "Old State = IKE_READY  New State = IKE_I_AM1",
      "ISAKMP (0:1): beginning Aggressive Mode exchange",
      "ISAKMP (0:1): sending packet to 172.16.172.20 (I) AG_INIT_EXCH",
      "ISAKMP (0:1): received packet from 172.16.172.20 (I) AG_INIT_EXCH",
      "ISAKMP (0:1): SA has been authenticated with 172.16.172.20",
      "ISAKMP (0:1): sending packet to 172.16.172.20 (I) AG_INIT_EXCH",
      "Old State = IKE_I_AM1  New State = IKE_P1_COMPLETE",
      ...debugging("A").filter((line) => line.includes("beginning Quick Mode")),
      "Old State = IKE_P1_COMPLETE  New State = IKE_P1_COMPLETE",
    ],
  );
});

test("a responder goes from IKE_READY over IKE_R_AM2 to IKE_P1_COMPLETE", () => {
  assert.deepEqual(
    debugging("B").filter((line) => ABOUT_PHASE_1.test(line)),
    [
      "ISAKMP (0:1): sending packet to 172.16.172.10 (R) AG_INIT_EXCH",
      "Old State = IKE_READY  New State = IKE_R_AM2",
      "ISAKMP (0:1): received packet from 172.16.172.10 (R) AG_INIT_EXCH",
      "ISAKMP (0:1): SA has been authenticated with 172.16.172.10",
      "Old State = IKE_R_AM2  New State = IKE_P1_COMPLETE",
    ],
  );
});
