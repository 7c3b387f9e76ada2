/** `privilege`: which level a command needs, where that is not IOS's own choice. */
import type { Origin } from "../base/origin.ts";

/** What IOS calls the modes in these lines. */
export type PrivilegeMode = "configure" | "exec" | "interface" | "line";

export interface PrivilegeSettings {
  readonly mode: PrivilegeMode;
  /** With all that begins with these words. Here that is so anyway. */
  readonly isAll: boolean;
  /** 0 to 15. */
  readonly level: number;
  /** The words the command begins with, as written. */
  readonly command: string;
  readonly origin: Origin | undefined;
}

/** Everything. */
export const TOP_LEVEL = 15;
/** Where sessions begin. */
export const USER_LEVEL = 1;
