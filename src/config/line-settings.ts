/** `line con`, `line aux`, `line vty`: terminal lines, each with settings of its own. */
import type { Origin } from "../base/origin.ts";
import type { KeptLines, Setting } from "./configuration.ts";
import type { Severity } from "./logging-settings.ts";
import type { HiddenPassword } from "./password.ts";

export type LineKind = "con" | "aux" | "vty";

export interface LineSettings {
  readonly kind: LineKind;
  readonly number: number;
  /** Undefined is IOS's default: none on the console, the line's password elsewhere. */
  readonly login: Setting<LineLogin> | undefined;
  /** What `login` alone asks for. */
  readonly password: Setting<HiddenPassword> | undefined;
  /** What may come in; undefined where nothing is said. */
  readonly transportInput: Setting<readonly LineTransport[]> | undefined;
  /** Names or numbers of access lists: who may connect, and where a session may connect to. */
  readonly accessClassIn: Setting<string> | undefined;
  readonly accessClassOut: Setting<string> | undefined;
  /** Of silence, after which a session ends; 0 is never. */
  readonly execTimeoutSeconds: Setting<number>;
  /** At which sessions begin, 0 to 15. */
  readonly privilege: Setting<number>;
  /** `logging synchronous`: the line that is being typed comes back below messages; without it, they tear it. */
  readonly loggingSynchronous: Setting<SynchronousLogging> | undefined;
  /** Lines of the terminal; 0 is no pausing. */
  readonly length: Setting<number>;
  /** Columns. */
  readonly width: Setting<number>;
  /** The rotary group it belongs to. */
  readonly rotary: Setting<number> | undefined;
  readonly kept: KeptLines;
  readonly origin: Origin | undefined;
}

export type LineLogin =
  /** `no login`. */
  | { readonly kind: "none" }
  /** `login`: the password of the line. */
  | { readonly kind: "password" }
  /** `login local`: users. */
  | { readonly kind: "local" }
  /** `login authentication`: a list of AAA's. */
  | { readonly kind: "authentication"; readonly list: string };

/** `logging synchronous`: messages do not tear what is being typed. */
export interface SynchronousLogging {
  /** Messages of this severity and the graver ones are shown as they come all the same. */
  readonly level: Severity | "all";
  /** How many messages IOS lets wait; none waits here. */
  readonly limit: number;
}

export const DEFAULT_SYNCHRONOUS: SynchronousLogging = { level: 2, limit: 20 };

/** Every message is drawn around what is being typed, grave ones too: that loses nothing. */
export function isSynchronous({ loggingSynchronous }: LineSettings): boolean {
  return loggingSynchronous !== undefined && loggingSynchronous.value.level !== "all";
}

export const LINE_TRANSPORTS = ["ssh", "telnet", "lapb-ta", "mop", "pad", "rlogin", "udptn", "v120"] as const;
export type LineTransport = (typeof LINE_TRANSPORTS)[number];

export const DEFAULT_EXEC_TIMEOUT_SECONDS = 600;
export const DEFAULT_PRIVILEGE = 1;
export const DEFAULT_TERMINAL_LENGTH = 24;
export const DEFAULT_TERMINAL_WIDTH = 80;

export function newLine(kind: LineKind, number: number, origin: Origin | undefined): LineSettings {
  return {
    kind,
    number,
    login: undefined,
    password: undefined,
    transportInput: undefined,
    accessClassIn: undefined,
    accessClassOut: undefined,
    execTimeoutSeconds: { value: DEFAULT_EXEC_TIMEOUT_SECONDS, origin: undefined },
    privilege: { value: DEFAULT_PRIVILEGE, origin: undefined },
    loggingSynchronous: undefined,
    length: { value: DEFAULT_TERMINAL_LENGTH, origin: undefined },
    width: { value: DEFAULT_TERMINAL_WIDTH, origin: undefined },
    rotary: undefined,
    kept: [],
    origin,
  };
}

/** A line as the configuration has it, with IOS's defaults where it says nothing. */
export function lineSettings(lines: readonly LineSettings[], kind: LineKind, number: number): LineSettings {
  return (
    lines.find((line) => line.kind === kind && line.number === number) ?? newLine(kind, number, undefined)
  );
}

/** What a login at the line asks for. */
export function loginOf({ kind, login }: LineSettings): LineLogin {
  return login?.value ?? { kind: kind === "con" ? "none" : "password" };
}
