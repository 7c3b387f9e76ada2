/** Sends messages to the servers that `logging host` names. */
import type { Configuration } from "../config/configuration.ts";
import { LogSender } from "../host/log-sender.ts";
import { syslogDatagram } from "../observe/syslog-datagram.ts";
import type { RunLog } from "./run-log.ts";

/** The function returned ends it. */
export function sendToServers(log: RunLog, configuration: () => Configuration): () => void {
  const sender = new LogSender();
  log.sendBy((message) => {
    const { logging, hostname, interfaces } = configuration();
    const source = interfaces.find(({ name }) => name === logging.sourceInterface?.value)?.address;
    const datagram = syslogDatagram(message, logging, { hostname: hostname.value, timeOfDay: Date.now() });
    for (const server of logging.servers) sender.send(datagram, server, source?.value.address);
  });
  return () => {
    log.sendBy(() => {});
    sender.close();
  };
}
