/** Files as commands name them. */
import { FLASH, parseFileName, RUNNING, STARTUP } from "../files/file-store.ts";
import type { ValueType } from "../grammar.ts";
import { choice } from "../sentence.ts";
import { NAME } from "../value-types.ts";

/** In flash, or anywhere by its place. */
const FILE: ValueType<string> = {
  ...NAME,
  placeholder: "FILE",
  domain: { kind: "among", words: ["flash:old.cfg", "saved"] },
  parse: parseFileName,
};

/** `running-config`, `startup-config`, or a file. */
export function filePart<const N extends string>(name: N, help: string) {
  return choice(
    name,
    {
      [RUNNING]: [RUNNING as string, "Current operating configuration"], // the type of all names
      [STARTUP]: [STARTUP as string, "Startup configuration"], // as above
    },
    { type: FILE, help },
    "FILE",
  );
}

/** What stands after `dir`, with or without a place. */
export const PLACE: ValueType<"flash:" | "nvram:"> = {
  ...NAME,
  placeholder: "PLACE",
  domain: { kind: "among", words: ["flash:", "nvram:"] },
  samples: [
    { text: FLASH, help: "Files in flash" },
    { text: "nvram:", help: "The startup configuration" },
  ],
  parse: (text) => (text === "flash:" || text === "nvram:" ? text : undefined),
};
