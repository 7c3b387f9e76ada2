/** skeyid in a guest, where a kernel with IPsec is. */
import { writeFileSync } from "node:fs";
import { BUILT_SKEYID } from "./built-skeyid.ts";
import type { Guest } from "./guest.ts";

export class GuestRouter {
  readonly #guest: Guest;

  private constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** Runs until it says that it does. */
  static async start(
    guest: Guest,
    configuration: string,
    ...options: readonly string[]
  ): Promise<GuestRouter> {
    writeFileSync(`${guest.folder}/router.cfg`, configuration);
    await guest.do(`: >/run/skeyid.log
      ${SKEYID} run ${guest.folder}/router.cfg --state-dir /run/skeyid ${options.join(" ")} \\
        >/run/skeyid.log 2>&1 </dev/null &
      echo $! >/run/skeyid.pid
      for i in {1..2000}; do
        grep -q STARTED /run/skeyid.log && exit 0
        [ -d /proc/$! ] || break
        sleep 0.1
      done
      cat /run/skeyid.log; exit 1`);
    return new GuestRouter(guest);
  }

  log(): Promise<string> {
    return this.#guest.do("cat /run/skeyid.log");
  }

  console(...commands: readonly string[]): Promise<string> {
    const words = commands.map((command) => `'${command}'`).join(" ");
    return this.#guest.do(`${SKEYID} console --state-dir /run/skeyid ${words}`);
  }

  /** Until it has ended. */
  async end(signal: "TERM" | "KILL"): Promise<void> {
    await this.#guest.do(`pid=$(cat /run/skeyid.pid); kill -${signal} $pid
      for i in {1..2000}; do [ -d /proc/$pid ] || exit 0; sleep 0.05; done; exit 1`);
  }
}

const SKEYID = BUILT_SKEYID.join(" ");
