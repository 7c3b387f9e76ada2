/** `reload`: the router begins anew with its startup configuration, now or later. */
import { seconds } from "../../base/time.ts";
import { isModified, restart } from "../files/configuration-files.ts";
import { scheduleReload, timeLeft } from "../files/pending-changes.ts";
import type { ValueType } from "../grammar.ts";
import { optional, value, word } from "../sentence.ts";
import type { RouterServices } from "../services.ts";
import { LINE, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, type Console, command, privileged } from "./command.ts";
import { confirmation, type DialogueStep, yesOrNo } from "./dialogue.ts";
import { save } from "./file-commands.ts";

/** Minutes, or hours and minutes. */
const DELAY: ValueType<number> = {
  ...NAME,
  placeholder: "[HHH:]MMM",
  domain: { kind: "integer", min: 1, max: 999 },
  parse: (text) => {
    const [, hours = "0", minutes] = /^(?:(\d{1,3}):)?(\d{1,3})$/.exec(text) ?? [];
    const total = minutes === undefined ? 0 : Number(hours) * 60 + Number(minutes);
    return total > 0 ? total : undefined;
  },
  print: String,
};

export const RELOAD_COMMANDS: readonly Command[] = [
  privileged(phrase("reload", "Halt and perform a cold restart"), (console) =>
    console.follow(asking(console.services, undefined)),
  ),
  privileged(
    [
      ...phrase("reload"),
      word("in", "Reload after a time interval"),
      value("minutes", DELAY, "Delay before reload"),
      optional(value("reason", LINE, "Reason for reload")),
    ],
    (console, { minutes }) => console.follow(asking(console.services, minutes)),
  ),
  privileged([...phrase("reload"), word("cancel", "Cancel pending reload")], ({ services, print }) => {
    const pending = services.pending();
    const isThere = pending.reload !== undefined;
    pending.reload?.cancel();
    pending.reload = undefined;
    print(isThere ? ["", "***", "*** --- SHUTDOWN ABORTED ---", "***", ""] : ["%No reload is scheduled."]);
  }),
  command(phrase("show reload", "Scheduled reload information"), ({ services, print }) => {
    const { reload } = services.pending();
    print([
      reload === undefined ? "No reload is scheduled." : `Reload scheduled in ${timeLeft(services, reload)}`,
    ]);
  }),
];

/** First whether to save what would be lost. */
function asking(services: RouterServices, minutes: number | undefined): DialogueStep {
  const proceed = (): DialogueStep => proceeding(minutes);
  if (!isModified(services)) return proceed();
  return {
    kind: "asks",
    lines: [],
    dialogue: yesOrNo(
      "System configuration has been modified. Save?",
      () => ({
        kind: "does",
        lines: [],
        act: (console) => {
          if (save(console)) console.follow(proceed());
        },
      }),
      proceed,
    ),
  };
}

function proceeding(minutes: number | undefined): DialogueStep {
  return {
    kind: "asks",
    lines:
      minutes === undefined ? [] : [`Reload scheduled in ${minutes} ${minutes === 1 ? "minute" : "minutes"}`],
    dialogue: confirmation("Proceed with reload?", (console) => {
      if (minutes === undefined) begin(console);
      else scheduleReload(console.services, seconds(minutes * 60), () => reload(console.services));
    }),
  };
}

function begin({ services, print, begin: beginAnew }: Console): void {
  const wrong = reload(services);
  print(wrong);
  if (wrong.length === 0) beginAnew();
}

function reload(services: RouterServices): readonly string[] {
  services.log("%SYS-5-RELOAD: Reload requested");
  const wrong = restart(services);
  services.log(
    wrong.length === 0
      ? "%SYS-5-RESTART: System restarted --"
      : "%SKEYID-3-RELOAD: the startup configuration cannot run: the router goes on as it was",
  );
  return wrong;
}
