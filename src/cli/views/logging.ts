/** `show logging`: where messages go, how many went there, and those that are kept. */
import type { Configuration } from "../../config/configuration.ts";
import type { Threshold } from "../../config/logging-settings.ts";
import type { LoggingView } from "../../observe/logging.ts";
import { LOG_LEVEL_NAMES } from "../config/log-level.ts";

export function showLogging({ logging }: Configuration, { counts, lines }: LoggingView): string[] {
  const size = logging.bufferSize.value;
  const isBuffered = logging.buffer.value !== "off";
  return [
    `Syslog logging: ${logging.on.value ? "enabled" : "disabled"} (0 messages dropped, 0 flushes, 0 overruns)`,
    `    Console logging: ${state(logging.console.value, counts.console, "messages")}`,
    `    Monitor logging: ${state(logging.monitor.value, counts.monitor, "messages")}`,
    `    Buffer logging: ${state(logging.buffer.value, counts.buffer, "messages")}`,
    `    Trap logging: ${state(logging.trap.value, counts.trap, "message lines")}`,
    ...logging.servers.map(
      ({ address, port }) =>
        `        Logging to ${address} (udp port ${port}), ${counts.trap} message lines logged`,
    ),
    ...(isBuffered ? ["", `Log Buffer (${size} bytes):`, "", ...lines] : []),
  ];
}

function state(threshold: Threshold, count: number, what: string): string {
  return threshold === "off" ? "disabled" : `level ${LOG_LEVEL_NAMES[threshold]}, ${count} ${what} logged`;
}
