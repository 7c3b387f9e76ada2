/** `crypto isakmp keepalive`: dead peer detection. */
import type { Configuration } from "../../config/configuration.ts";
import { DEFAULT_DPD_RETRY_SECONDS } from "../../config/defaults.ts";
import type { DeadPeerDetection } from "../../ike/policy.ts";
import { possible } from "../lenses.ts";
import { globalSetting } from "../mode.ts";
import { choice, optional, value } from "../sentence.ts";
import { integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";

export const ISAKMP_KEEPALIVE = globalSetting(
  [
    ...phrase("crypto isakmp keepalive", "Set a keepalive interval for use with IOS peers"),
    value("seconds", integer(10, 3600), "Number of seconds between keep alives"),
    optional(value("retrySeconds", integer(2, 60), "Number of seconds between retries if keepalive fails")),
    optional(
      choice("mode", {
        "on-demand": ["on-demand", "DPD queries are sent when needed"],
        periodic: ["periodic", "DPD queries are sent at regular intervals"],
      }),
    ),
  ],
  possible({
    key: 3,
    read: ({ isakmp }: Configuration) => isakmp.deadPeerDetection,
    write: (configuration, deadPeerDetection) => ({
      ...configuration,
      isakmp: { ...configuration.isakmp, deadPeerDetection },
    }),
    toValue: ({ seconds, retrySeconds, mode }): DeadPeerDetection => ({
      seconds,
      retrySeconds: retrySeconds ?? DEFAULT_DPD_RETRY_SECONDS,
      mode: mode ?? "on-demand",
    }),
    // IOS leaves the defaults out.
    toArguments: ({ seconds, retrySeconds, mode }) => ({
      seconds,
      retrySeconds: retrySeconds === DEFAULT_DPD_RETRY_SECONDS ? undefined : retrySeconds,
      mode: modeWritten(mode),
    }),
  }),
);

function modeWritten(mode: DeadPeerDetection["mode"]): DeadPeerDetection["mode"] | undefined {
  return mode === "periodic" ? mode : undefined;
}
