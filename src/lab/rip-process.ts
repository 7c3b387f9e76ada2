/** RIP on the stack of a router, while its configuration has it. */
import type { Random } from "../base/random.ts";
import type { RipView } from "../cli/services.ts";
import type { RipPolicy } from "../config/router-policy.ts";
import type { Endpoint } from "../net/ip-address.ts";
import { PROTOCOL } from "../net/protocols.ts";
import { RIP_PORT } from "../net/rip.ts";
import { buildUdp } from "../net/udp.ts";
import type { IpStack } from "./ip-stack.ts";
import { RipSpeaker } from "./rip-speaker.ts";
import type { Route } from "./route-table.ts";
import type { UdpPorts } from "./udp-ports.ts";

export interface RipPlace {
  readonly stack: IpStack;
  readonly ports: UdpPorts;
  readonly random: Random;
  /** `routes` gives others than before. */
  readonly onRoutes: () => void;
}

export class RipProcess {
  readonly #place: RipPlace;
  #speaker: RipSpeaker | undefined;

  constructor(place: RipPlace) {
    this.#place = place;
  }

  /** What the configuration says now; undefined: nothing of RIP. */
  reconfigure(policy: RipPolicy | undefined): void {
    const { stack, ports, random, onRoutes } = this.#place;
    if (policy === undefined) {
      this.#speaker?.stop();
      this.#speaker = undefined;
      ports.close(RIP_PORT);
    } else if (this.#speaker !== undefined) this.#speaker.reconfigure(policy);
    else {
      const speaker = new RipSpeaker(policy, {
        world: stack.world,
        random,
        ports: () => stack.interfacesUp,
        send: (name, remote, bytes) => this.#send(name, remote, bytes),
        onRoutes,
      });
      this.#speaker = speaker;
      ports.listen(RIP_PORT, ({ interfaceName, remote, bytes }) =>
        speaker.hear(interfaceName, remote, bytes),
      );
    }
  }

  /** Routes have changed, and with them perhaps which tunnels are up. */
  seePorts(): void {
    this.#speaker?.seePorts();
  }

  routes(): readonly Route[] {
    return this.#speaker?.routes() ?? [];
  }

  view(): RipView | undefined {
    return this.#speaker?.view();
  }

  #send(interfaceName: string, { address, port }: Endpoint, bytes: Uint8Array): void {
    const datagram = { sourcePort: RIP_PORT, destinationPort: port, payload: bytes };
    this.#place.stack.sendBy(interfaceName, {
      destination: address,
      protocol: PROTOCOL.UDP,
      typeOfService: INTERNETWORK_CONTROL,
      timeToLive: RIP_TIME_TO_LIVE,
      payload: (source) => buildUdp(datagram, source, address),
    });
  }
}

/** IOS marks routing so. */
const INTERNETWORK_CONTROL = 0xc0;
/** IOS's. */
const RIP_TIME_TO_LIVE = 2;
