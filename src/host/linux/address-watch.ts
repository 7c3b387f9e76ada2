/** Whether the machine still has the addresses of our interfaces. Sockets stay bound to one that is away; the operator ought to know. */
import type { IpAddress } from "../../net/ip-address.ts";
import { ipBatch } from "./ip-command.ts";
import { devices } from "./machine.ts";
import { type MachineSetup, routeCommands } from "./machine-setup.ts";

export class AddressWatch {
  readonly #options: MachineSetup & { readonly onNotice: (line: string) => void };
  readonly #lost = new Set<IpAddress>();

  constructor(options: MachineSetup & { readonly onNotice: (line: string) => void }) {
    this.#options = options;
  }

  /** Something has changed on the machine. */
  async changed(): Promise<void> {
    const { matching, onNotice } = this.#options;
    const there = new Set(
      (await devices()).flatMap(({ isUp, addresses }) =>
        isUp ? addresses.map(({ address }) => address) : [],
      ),
    );
    for (const { name, device, address } of matching.matched) {
      if (there.has(address) !== this.#lost.has(address)) continue;
      const isBack = this.#lost.delete(address);
      if (!isBack) this.#lost.add(address);
      onNotice(`${name} ${isBack ? `is back: ${device} has` : `is down: ${device} is without`} ${address}`);
      // The kernel forgets the routes of a device that goes down.
      if (isBack) await ipBatch(routeCommands(this.#options, "replace"), "go on");
    }
  }
}
