/** The consoles of a lab: a session at each router, and a small one at each host. */
import { promptingServices } from "../cli/prompting-services.ts";
import { Session } from "../cli/session.ts";
import type { ScreenSize } from "../cli/terminal/pager.ts";
import { HostConsole } from "./host-console.ts";
import type { Lab } from "./lab.ts";
import type { LabConsole } from "./lab-console.ts";
import type { LabRouter } from "./lab-router.ts";

/** Routers first, in their order, then hosts. `print` gets text with the name of its console. */
export function labConsoles(lab: Lab, print: (console: string, text: string) => void): LabConsole[] {
  return [
    ...lab.routers.map((router) => new RouterConsole(router, (text) => print(router.name, text))),
    ...lab.hosts.map((host) => new HostConsole(host, (text) => print(host.name, text))),
  ];
}

class RouterConsole implements LabConsole {
  readonly name: string;
  readonly #session: Session;
  #done: (() => void) | undefined;

  constructor(router: LabRouter, print: (text: string) => void) {
    this.name = router.name;
    const services = promptingServices(router, () => this.#settle());
    this.#session = new Session(services, print);
  }

  get isLeft(): boolean {
    return this.#session.closed();
  }

  greet(): void {
    this.#session.greet();
  }

  prompt(): string {
    return this.#session.prompt();
  }

  enter(line: string, done: () => void): void {
    this.#done = done;
    this.#session.line(line);
    this.#settle();
  }

  help(before: string): void {
    this.#session.help(before);
  }

  complete(before: string): string | undefined {
    return this.#session.complete(before);
  }

  hidesInput(): boolean {
    return this.#session.hidesInput();
  }

  paused(): boolean {
    return this.#session.paused();
  }

  more(key: string): void {
    this.#session.more(key);
    this.#settle();
  }

  history(): readonly string[] {
    return this.#session.history();
  }

  resize(screen: ScreenSize): void {
    this.#session.resize(screen);
  }

  interrupt(): void {
    this.#session.interrupt();
    this.#settle();
  }

  #settle(): void {
    if (this.#session.busy()) return;
    const done = this.#done;
    this.#done = undefined;
    done?.();
  }
}
