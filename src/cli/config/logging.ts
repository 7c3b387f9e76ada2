/** `logging`: which messages go to the console, to sessions, to the buffer and to servers. */
import type { Configuration, Setting } from "../../config/configuration.ts";
import {
  DEFAULT_BUFFER_SIZE,
  DEFAULT_FACILITY,
  DEFAULT_LOGGING,
  type LoggingSettings,
  type LogServer,
  SYSLOG_PORT,
  type Threshold,
} from "../../config/logging-settings.ts";
import { INTERFACE_NAME } from "../interface-names.ts";
import { defaulted, possible, toggle } from "../lenses.ts";
import { globalSetting, type Statement } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { choice, optional, type Part, value, word } from "../sentence.ts";
import { ADDRESS, integer } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { LOG_LEVEL } from "./log-level.ts";

function withLogging(configuration: Configuration, change: Partial<LoggingSettings>): Configuration {
  return { ...configuration, logging: { ...configuration.logging, ...change } };
}

const ON = globalSetting(
  phrase("logging on", "Enable logging to all enabled destinations"),
  toggle<Configuration>({
    initial: true,
    read: ({ logging }) => logging.on,
    write: (configuration, on) => withLogging(configuration, { on }),
  }),
);

/** A destination with a threshold; without a level it is that of the default. */
function destination(name: "console" | "monitor" | "trap", help: string): Statement {
  const initial = DEFAULT_LOGGING[name].value;
  const withLevel = (configuration: Configuration, level: Setting<Threshold>) =>
    withLogging(configuration, { [name]: level });
  return globalSetting([...phrase(`logging ${name}`, help), optional(LOG_LEVEL)], {
    key: 2,
    set: (configuration, { level }, origin) => withLevel(configuration, { value: level ?? initial, origin }),
    unset: (configuration, _args, origin) => withLevel(configuration, { value: "off", origin }),
    get: ({ logging }, all) => {
      const { value: level } = logging[name];
      return level === "off" || (level === initial && !all) ? [] : [{ level }];
    },
    negations: ({ logging }) => (logging[name].value === "off" ? [{}] : []),
  });
}

const BUFFERED = globalSetting(
  [
    ...phrase("logging buffered", "Set buffered logging parameters"),
    optional(value("size", integer(4096, 2_147_483_647), "Logging buffer size")),
    optional(LOG_LEVEL),
  ],
  {
    key: 2,
    set: (configuration, { size, level }, origin) =>
      withLogging(configuration, {
        bufferSize: { value: size ?? DEFAULT_BUFFER_SIZE, origin },
        buffer: { value: level ?? 7, origin },
      }),
    unset: (configuration, _args, origin) =>
      withLogging(configuration, {
        bufferSize: DEFAULT_LOGGING.bufferSize,
        buffer: { value: "off", origin },
      }),
    get: ({ logging: { buffer, bufferSize } }, all) => {
      if (buffer.value === "off") return [];
      const isUsual = buffer.value === 7 && bufferSize.value === DEFAULT_BUFFER_SIZE;
      // IOS prints it as soon as somebody has said it.
      return isUsual && buffer.origin === undefined && !all
        ? []
        : [{ size: bufferSize.value, level: buffer.value }];
    },
    negations: ({ logging }) => (logging.buffer.value === "off" ? [{}] : []),
  },
);

const FACILITY = globalSetting(
  [
    ...phrase("logging facility", "Facility parameter for syslog messages"),
    choice("facility", {
      kern: [0, "Kernel"],
      user: [1, "User process"],
      mail: [2, "Mail system"],
      daemon: [3, "System daemons"],
      auth: [4, "Authorization system"],
      syslog: [5, "Syslog itself"],
      lpr: [6, "Line printer system"],
      news: [7, "USENET news"],
      uucp: [8, "Unix-to-Unix copy system"],
      cron: [9, "Cron/at facility"],
      sys9: [9, "System use"],
      sys10: [10, "System use"],
      sys11: [11, "System use"],
      sys12: [12, "System use"],
      sys13: [13, "System use"],
      sys14: [14, "System use"],
      local0: [16, "Local use"],
      local1: [17, "Local use"],
      local2: [18, "Local use"],
      local3: [19, "Local use"],
      local4: [20, "Local use"],
      local5: [21, "Local use"],
      local6: [22, "Local use"],
      local7: [DEFAULT_FACILITY, "Local use"],
    }),
  ],
  defaulted({
    key: 2,
    initial: DEFAULT_FACILITY,
    read: ({ logging }: Configuration) => logging.facility,
    write: (configuration, facility) => withLogging(configuration, { facility }),
    toValue: ({ facility }: { readonly facility: number }) => facility,
    toArguments: (facility) => ({ facility }),
  }),
);

const FORMAT = globalSetting(
  phrase("logging format rfc5424", "Write messages to servers with the fields of RFC 5424"),
  toggle<Configuration>({
    initial: false,
    read: ({ logging }) => logging.rfc5424,
    write: (configuration, rfc5424) => withLogging(configuration, { rfc5424 }),
  }),
);

/** `logging host`, and without that word as older IOS has it. */
function server(words: string, prints: boolean): Statement {
  const parts = [
    ...phrase(words, "Set syslog server IP address and parameters"),
    value("address", ADDRESS, "IP address of the syslog server"),
    optional(
      word("transport", "Specify the transport protocol (default=UDP)"),
      word("udp", "User Datagram Protocol"),
      word("port", "Specify the UDP port number (default=514)"),
      value("port", integer(1, 65_535), "Port number"),
    ),
  ] as const satisfies readonly Part[];
  return globalSetting(parts, {
    key: words.split(" ").length + 1,
    set: (configuration, { address, port = SYSLOG_PORT }, origin) => {
      const own: LogServer = { address, port, origin };
      const servers = replaced(configuration.logging.servers, own, (other) => other.address === address);
      return servers.length > SERVERS_MAX
        ? { refused: `% No more than ${SERVERS_MAX} syslog servers` }
        : withLogging(configuration, { servers });
    },
    unset: (configuration, { address }) =>
      withLogging(configuration, {
        servers: configuration.logging.servers.filter((other) => other.address !== address),
      }),
    get: ({ logging }) =>
      prints
        ? logging.servers.map(({ address, port }) => ({
            address,
            port: port === SYSLOG_PORT ? undefined : port,
          }))
        : [],
  });
}

/** Each message goes to each of them. */
const SERVERS_MAX = 16;

const SOURCE_INTERFACE = globalSetting(
  [
    ...phrase("logging source-interface", "Specify interface for source address in logging transactions"),
    value("interface", INTERFACE_NAME, "Interface"),
  ],
  possible({
    key: 2,
    read: ({ logging }: Configuration) => logging.sourceInterface,
    write: (configuration, sourceInterface) => withLogging(configuration, { sourceInterface }),
    toValue: (args: { readonly interface: string }) => args.interface,
    toArguments: (name) => ({ interface: name }),
  }),
);

export const LOGGING_STATEMENTS: readonly Statement[] = [
  ON,
  BUFFERED,
  destination("console", "Set console logging parameters"),
  destination("monitor", "Set terminal line (monitor) logging parameters"),
];

/** What IOS prints with the servers. */
export const LOG_SERVER_STATEMENTS: readonly Statement[] = [
  destination("trap", "Set syslog server logging level"),
  FACILITY,
  FORMAT,
  SOURCE_INTERFACE,
  server("logging host", true),
  server("logging", false),
];
