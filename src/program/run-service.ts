/** A gateway from its start to its end: log lines, capture, consoles, signals. */
import { join } from "node:path";
import type { RouterPolicy } from "../config/compile.ts";
import { systemClock } from "../host/clock.ts";
import { HealthMonitor } from "../host/health.ts";
import { describeOsError } from "../host/linux/os-error.ts";
import { isakmpOnOff } from "../observe/syslog.ts";
import { ConsoleServer } from "./console-server.ts";
import { LabRecording } from "./lab-recording.ts";
import { sendToServers } from "./log-servers.ts";
import { RunLog } from "./run-log.ts";
import { type RunEars, startOnMachine } from "./run-machine.ts";
import type { RunOptions } from "./run-options.ts";
import { type RouterInFiles, type RunningGateway, RunRouter } from "./run-router.ts";
import { startInUserspace } from "./run-userspace.ts";
import { EXIT, type Terminal } from "./terminal.ts";
import { Door } from "./ways-in/door.ts";
import { SshServer } from "./ways-in/ssh-server.ts";
import { TelnetServer } from "./ways-in/telnet-server.ts";
import { TerminalLines } from "./ways-in/terminal-lines.ts";
import type { WaysIn } from "./ways-in/way-in.ts";

export interface RunRequest extends RouterInFiles {
  readonly policy: RouterPolicy;
  readonly options: RunOptions;
  readonly stateDirectory: string;
  readonly terminal: Terminal;
}

/** Answers with the exit code. */
export async function runUntilStopped(request: RunRequest): Promise<number> {
  const { options, configuration, policy, stateDirectory, terminal } = request;
  outliveReaders();
  let router: RunRouter | undefined;
  const log = new RunLog(systemClock, () => router?.configuration() ?? configuration, options.debug);
  log.listen(terminal.print, "console");
  const stopSending = sendToServers(log, () => router?.configuration() ?? configuration);
  const recording = openRecording(options, terminal, log);
  if (recording === undefined) return EXIT.found;
  const stopped = stopSignal(log);
  const gateway = await start(request, earsOf(log, recording, options));
  if (!("stop" in gateway)) {
    terminal.complain(gateway.map((line) => `skeyid run: ${line}`));
    return EXIT.found;
  }
  const health = new HealthMonitor();
  const lines = new TerminalLines(() => systemClock.now());
  router = new RunRouter(request, gateway, log, health, lines);
  log.say(isakmpOnOff(policy.ike.enabled));
  const ways: WaysIn = { router, log, lines, door: new Door(() => systemClock.now()) };
  const consoles = await ConsoleServer.start(join(stateDirectory, CONSOLE_SOCKET), ways);
  if (typeof consoles === "string") log.say([`%SKEYID-4-CONSOLE: no console can attach: ${consoles}`]);
  const ssh = new SshServer(ways, options.ssh);
  const telnet = new TelnetServer(ways, options.telnetPort);
  router.follow(() => {
    ssh.refresh();
    telnet.refresh();
  });
  log.say([`%SKEYID-5-STARTED: ${policy.hostname} runs as process ${process.pid}`]);
  const code = await stopped;
  ssh.close();
  telnet.close();
  if (typeof consoles !== "string") consoles.close();
  await gateway.stop();
  health.close();
  recording.close();
  log.say([`%SKEYID-5-STOPPED: ${policy.hostname} has told its peers and left the machine as it was found`]);
  stopSending();
  return code;
}

async function start(request: RunRequest, ears: RunEars): Promise<RunningGateway | readonly string[]> {
  const { policy, options, stateDirectory } = request;
  return options.userspace
    ? await startInUserspace(policy, options, ears)
    : await startOnMachine(policy, options, stateDirectory, ears);
}

function earsOf(log: RunLog, recording: LabRecording, options: RunOptions): RunEars {
  return {
    onEvent: (event) => log.event(event),
    onKeys: options.keys === undefined ? undefined : (keys) => recording.keys(keys),
    onWire: options.pcap === undefined ? undefined : (bytes) => recording.packet(wirePacket(bytes)),
    onNotice: (line) => log.say([`%SKEYID-5-MACHINE: ${line}`]),
    onOsError: (error) => log.sayOnce("%SKEYID-4-SYSTEM", describeOsError(error)),
    onFault: (error) =>
      log.sayOnce("%SKEYID-2-FAULT", error instanceof Error ? (error.stack ?? error.message) : String(error)),
  };
}

function wirePacket(bytes: Uint8Array) {
  return { at: systemClock.now(), link: "", from: "", bytes, fate: "delivered" as const };
}

function openRecording(
  { pcap, keys }: RunOptions,
  terminal: Terminal,
  log: RunLog,
): LabRecording | undefined {
  const tell = (sentence: string): void => log.sayOnce("%SKEYID-4-RECORDING", sentence);
  try {
    return new LabRecording(pcap, keys, Date.now() - systemClock.now(), tell);
  } catch (error) {
    terminal.complain([`skeyid run: ${error instanceof Error ? error.message : error}`]);
    return undefined;
  }
}

/** A log whose reader has gone, or whose disk is full, must not take the tunnels with it. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners("error");
    stream.on("error", () => {});
  }
}

/** Comes with the exit code when the process is told to stop, or meets a mistake of ours outside the gateway. */
function stopSignal(log: RunLog): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
      process.on(signal, () => resolve(EXIT.fine));
    process.on("uncaughtException", (error) => {
      log.say(["%SKEYID-2-FAULT: it ends", ...(error.stack ?? error.message).split("\n")]);
      resolve(EXIT.found);
    });
  });
}

const CONSOLE_SOCKET = "console.sock";
