/** What may be said of a terminal line: who may come in, as what, and how the terminal is. */
import {
  DEFAULT_EXEC_TIMEOUT_SECONDS,
  DEFAULT_PRIVILEGE,
  DEFAULT_SYNCHRONOUS,
  DEFAULT_TERMINAL_LENGTH,
  DEFAULT_TERMINAL_WIDTH,
  LINE_TRANSPORTS,
  type LineLogin,
  type LineSettings,
  type LineTransport,
  type SynchronousLogging,
} from "../../config/line-settings.ts";
import { keeping, keptPhrase } from "../keeping.ts";
import { defaulted, possible } from "../lenses.ts";
import { type Lens, type Statement, statementsAt } from "../mode.ts";
import {
  type ArgumentsOf,
  anyOrder,
  choice,
  flag,
  oneOf,
  optional,
  type Part,
  value,
  word,
} from "../sentence.ts";
import { integer, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { KEPT_OF_LINES, LINE_PLACE, ofEach } from "./line-place.ts";
import { SEVERITY } from "./log-level.ts";
import { PASSWORD_PART, passwordOf, writtenPassword } from "./password-parts.ts";

const settingOfLines = statementsAt(LINE_PLACE);

function lineSetting<const S extends readonly Part[]>(
  parts: S,
  lens: Lens<LineSettings, ArgumentsOf<S>>,
): Statement {
  return settingOfLines(parts, ofEach(lens));
}

const LOGIN = lineSetting(
  [
    ...phrase("login", "Enable password checking"),
    optional(
      oneOf("method", {
        local: [word("local", "Local password checking")],
        authentication: [
          word("authentication", "Authentication parameters."),
          value("list", NAME, "Use an authentication list with this name."),
        ],
      }),
    ),
  ],
  {
    key: 1,
    set: (line, { method }, origin) => ({ ...line, login: { value: method ?? PASSWORD_LOGIN, origin } }),
    unset: (line, _args, origin) => ({ ...line, login: { value: { kind: "none" }, origin } }),
    get: ({ login }) => {
      switch (login?.value.kind) {
        case undefined:
        case "none":
          return [];
        case "password":
          return [{ method: undefined }];
        case "local":
        case "authentication":
          return [{ method: login.value }];
      }
    },
    negations: ({ login }) => (login?.value.kind === "none" ? [{}] : []),
  },
);

const PASSWORD_LOGIN: LineLogin = { kind: "password" };

const TRANSPORT_INPUT = lineSetting(
  [
    ...phrase("transport input", "Define which protocols to use when connecting to the terminal server"),
    oneOf("protocols", {
      all: [word("all", "All protocols")],
      none: [word("none", "No protocols")],
      some: [
        anyOrder(
          1,
          // In the order in which IOS prints them.
          [flag("pad", "pad", "X.3 PAD")],
          [flag("telnet", "telnet", "TCP/IP Telnet protocol")],
          [flag("rlogin", "rlogin", "Unix rlogin protocol")],
          [flag("lapb-ta", "lapb-ta", "LAPB Terminal Adapter")],
          [flag("mop", "mop", "DEC MOP Remote Console Protocol")],
          [flag("udptn", "udptn", "UDPTN async via UDP protocol")],
          [flag("v120", "v120", "Async over ISDN")],
          [flag("ssh", "ssh", "TCP/IP SSH protocol")],
        ),
      ],
    }),
  ],
  {
    key: 2,
    set: (line, { protocols }, origin) => ({
      ...line,
      transportInput: { value: LINE_TRANSPORTS.filter((each) => isIn(each, protocols)), origin },
    }),
    unset: (line) => ({ ...line, transportInput: undefined }),
    get: ({ transportInput }) => {
      if (transportInput === undefined) return [];
      const { value: given } = transportInput;
      if (given.length === 0) return [{ protocols: { kind: "none" as const } }];
      if (given.length === LINE_TRANSPORTS.length) return [{ protocols: { kind: "all" as const } }];
      const said = (transport: LineTransport) => (given.includes(transport) ? (true as const) : undefined);
      return [
        {
          protocols: {
            kind: "some" as const,
            "lapb-ta": said("lapb-ta"),
            mop: said("mop"),
            pad: said("pad"),
            rlogin: said("rlogin"),
            ssh: said("ssh"),
            telnet: said("telnet"),
            udptn: said("udptn"),
            v120: said("v120"),
          },
        },
      ];
    },
  },
);

type Protocols =
  | { readonly kind: "all" | "none" }
  | ({ readonly kind: "some" } & { readonly [T in LineTransport]: true | undefined });

function isIn(transport: LineTransport, protocols: Protocols): boolean {
  return protocols.kind === "some" ? protocols[transport] === true : protocols.kind === "all";
}

const ACCESS_CLASS = lineSetting(
  [
    ...phrase("access-class", "Filter connections based on an IP access list"),
    value("list", NAME, "IP access list"),
    choice("direction", {
      in: ["in", "Filter incoming connections"],
      out: ["out", "Filter outgoing connections"],
    }),
  ],
  {
    set: (line, { list, direction }, origin) => withAccessClass(line, direction, { value: list, origin }),
    unset: (line, { direction }) =>
      direction === undefined ? line : withAccessClass(line, direction, undefined),
    get: ({ accessClassIn, accessClassOut }) => [
      ...(accessClassIn === undefined ? [] : [{ list: accessClassIn.value, direction: "in" as const }]),
      ...(accessClassOut === undefined ? [] : [{ list: accessClassOut.value, direction: "out" as const }]),
    ],
  },
);

function withAccessClass(
  line: LineSettings,
  direction: "in" | "out",
  list: LineSettings["accessClassIn"],
): LineSettings {
  return direction === "in" ? { ...line, accessClassIn: list } : { ...line, accessClassOut: list };
}

const EXEC_TIMEOUT = lineSetting(
  [
    ...phrase("exec-timeout", "Set the EXEC timeout"),
    value("minutes", integer(0, 35_791), "Timeout in minutes"),
    optional(value("seconds", integer(0, 2_147_483), "Timeout in seconds")),
  ],
  {
    key: 1,
    set: (line, { minutes, seconds = 0 }, origin) => ({
      ...line,
      execTimeoutSeconds: { value: minutes * 60 + seconds, origin },
    }),
    // To IOS, `no` is to wait for ever.
    unset: (line, _args, origin) => ({ ...line, execTimeoutSeconds: { value: 0, origin } }),
    get: ({ execTimeoutSeconds: { value: seconds } }, all) =>
      all || seconds !== DEFAULT_EXEC_TIMEOUT_SECONDS
        ? [{ minutes: Math.min(Math.floor(seconds / 60), 35_791), seconds: secondsBeside(seconds) }]
        : [],
  },
);

/** Of a time whose minutes are written apart. */
function secondsBeside(total: number): number {
  return total - Math.min(Math.floor(total / 60), 35_791) * 60;
}

const PRIVILEGE = lineSetting(
  [
    ...phrase("privilege level", "Assign default privilege level for line"),
    value("level", integer(0, 15), "Default privilege level for line"),
  ],
  defaulted({
    key: 2,
    initial: DEFAULT_PRIVILEGE,
    read: (line: LineSettings) => line.privilege,
    write: (line, privilege) => ({ ...line, privilege }),
    toValue: ({ level }: { readonly level: number }) => level,
    toArguments: (level) => ({ level }),
  }),
);

const PASSWORD = lineSetting(
  [...phrase("password", "Set a password"), PASSWORD_PART],
  possible({
    key: 1,
    read: (line: LineSettings) => line.password,
    write: (line, password) => ({ ...line, password }),
    toValue: ({ password }: { readonly password: Parameters<typeof passwordOf>[0] }) => passwordOf(password),
    toArguments: (password) => ({ password: writtenPassword(password) }),
  }),
);

const LOGGING_SYNCHRONOUS = lineSetting(
  [
    ...phrase("logging synchronous", "Synchronized message output"),
    anyOrder(
      0,
      [
        word("level", "Severity level to output asynchronously"),
        oneOf("level", {
          all: [word("all", "All severity levels")],
          severity: [value("severity", SEVERITY, "Severity level")],
        }),
      ],
      [
        word("limit", "Messages queue size"),
        value("limit", integer(0, 2_147_483_647), "Messages queue size"),
      ],
    ),
  ],
  possible({
    key: 2,
    read: (line: LineSettings) => line.loggingSynchronous,
    write: (line, loggingSynchronous) => ({ ...line, loggingSynchronous }),
    toValue: ({ level, limit = DEFAULT_SYNCHRONOUS.limit }): SynchronousLogging => ({
      level: level === undefined ? DEFAULT_SYNCHRONOUS.level : level.kind === "all" ? "all" : level.severity,
      limit,
    }),
    toArguments: ({ level, limit }) => ({
      level:
        level === DEFAULT_SYNCHRONOUS.level
          ? undefined
          : level === "all"
            ? { kind: "all" as const }
            : { kind: "severity" as const, severity: level },
      limit: limit === DEFAULT_SYNCHRONOUS.limit ? undefined : limit,
    }),
  }),
);

const LENGTH = lineSetting(
  [
    ...phrase("length", "Set number of lines on a screen"),
    value("lines", integer(0, 512), "Number of lines on screen (0 for no pausing)"),
  ],
  defaulted({
    key: 1,
    initial: DEFAULT_TERMINAL_LENGTH,
    read: (line: LineSettings) => line.length,
    write: (line, length) => ({ ...line, length }),
    toValue: ({ lines }: { readonly lines: number }) => lines,
    toArguments: (lines) => ({ lines }),
  }),
);

const WIDTH = lineSetting(
  [
    ...phrase("width", "Set width of the display terminal"),
    value("columns", integer(0, 512), "Number of characters on a screen line"),
  ],
  defaulted({
    key: 1,
    initial: DEFAULT_TERMINAL_WIDTH,
    read: (line: LineSettings) => line.width,
    write: (line, width) => ({ ...line, width }),
    toValue: ({ columns }: { readonly columns: number }) => columns,
    toArguments: (columns) => ({ columns }),
  }),
);

const ROTARY = lineSetting(
  [
    ...phrase("rotary", "Add line to a rotary group"),
    value("group", integer(0, 127), "Rotary group to add line to"),
  ],
  possible({
    key: 1,
    read: (line: LineSettings) => line.rotary,
    write: (line, rotary) => ({ ...line, rotary }),
    toValue: ({ group }: { readonly group: number }): number => group,
    toArguments: (group) => ({ group }),
  }),
);

export const LINE_STATEMENTS: readonly Statement[] = [
  ACCESS_CLASS,
  EXEC_TIMEOUT,
  PRIVILEGE,
  PASSWORD,
  LOGGING_SYNCHRONOUS,
  LOGIN,
  ROTARY,
  kept("absolute-timeout", "Set absolute timeout for line disconnection"),
  kept("activation-character", "Define the activation character"),
  kept("authorization", "Authorization parameters"),
  kept("accounting", "Accounting parameters"),
  kept("autocommand", "Automatically execute an EXEC command"),
  kept("autohangup", "Automatically hangup when last connection closes"),
  kept("autoselect", "Set line to autoselect"),
  kept("callback", "Callback settings"),
  kept("databits", "Set number of data bits per character"),
  kept("disconnect-character", "Define the disconnect character"),
  kept("escape-character", "Change the current line's escape character"),
  kept("exec", "Configure EXEC"),
  kept("exec-banner", "Enable the display of the EXEC banner"),
  kept("exec-character-bits", "Size of characters to the command exec"),
  kept("flowcontrol", "Set the flow control"),
  kept("full-help", "Provide help to unprivileged user"),
  kept("history", "Enable and control the command history function"),
  kept("insecure", "Mark line as 'insecure' for LAT"),
  kept("international", "Enable international 8-bit character support"),
  kept("ip", "IP options"),
  kept("ipv6", "IPv6 options"),
  kept("location", "Enter terminal location description"),
  kept("lockable", "Allow users to lock a line"),
  kept("logout-warning", "Set Warning countdown for absolute timeout of line"),
  kept("modem", "Configure the Modem Control Lines"),
  kept("monitor", "Copy debug output to the current terminal line"),
  kept("motd-banner", "Enable the display of the MOTD banner"),
  kept("notify", "Inform users of output from concurrent sessions"),
  kept("padding", "Set padding for a specified output character"),
  kept("parity", "Set terminal parity"),
  kept("refuse-message", "Define a refuse banner"),
  kept("rxspeed", "Set the receive speed"),
  kept("script", "specify event related chat scripts to execute on the line"),
  kept("session-disconnect-warning", "Set warning countdown for session-timeout"),
  kept("session-limit", "Set maximum number of sessions"),
  kept("session-timeout", "Set interval for closing connection when there is no input traffic"),
  kept("special-character-bits", "Size of the escape (and other special) characters"),
  kept("speed", "Set the transmit and receive speeds"),
  kept("start-character", "Define the start character"),
  kept("stop-character", "Define the stop character"),
  kept("stopbits", "Set async line stop bits"),
  kept("telnet", "Telnet protocol-specific configuration"),
  kept("terminal-type", "Set the terminal type"),
  kept("timeout", "Timeouts for the line"),
  kept("transport output", "Define which protocols to use for outgoing connections"),
  kept("transport preferred", "Specify the preferred protocol to use"),
  TRANSPORT_INPUT,
  kept("txspeed", "Set the transmit speed"),
  kept("vacant-message", "Define a vacant banner"),
  LENGTH,
  WIDTH,
];

function kept(words: string, help: string): Statement {
  return keeping(
    keptPhrase(words, help),
    { replaces: "statement", keepsNo: true, effect: "none", block: undefined },
    KEPT_OF_LINES,
  );
}
