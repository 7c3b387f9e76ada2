/** IOS's traceroute by the clock of this machine. Who sends and hears is told apart: the kernel, or a gateway without root. */
import type { Milliseconds } from "../../base/time.ts";
import { type Probe, Traceroute, type TracerouteOptions } from "../../lab/traceroute.ts";
import type { Clock } from "../clock.ts";

export interface TraceEars {
  readonly print: (text: string) => void;
  readonly done: () => void;
}

/** Starts one, with a source port that no other has. */
export function traceRun(
  options: TracerouteOptions,
  clock: Clock,
  send: (probe: Probe) => void,
  { print, done }: TraceEars,
): Traceroute {
  const world = {
    now: () => clock.now(),
    after: (span: Milliseconds, act: () => void) => {
      const timer = setTimeout(act, span);
      return { cancel: () => clearTimeout(timer) };
    },
    send,
  };
  nextPort = nextPort === 0xffff ? FIRST_PORT : nextPort + 1;
  return new Traceroute(options, nextPort, world, print, done);
}

/** Of ports that are nobody's (RFC 6335 §6). */
const FIRST_PORT = 49152;
let nextPort = FIRST_PORT;
