/** A gateway on ordinary UDP sockets: IKE and ESP in UDP without root. */
import type { RouterPolicy } from "../config/compile.ts";
import { systemClock } from "../host/clock.ts";
import { systemRandom } from "../host/entropy.ts";
import { JobPool } from "../host/job-pool.ts";
import { UserspaceGateway } from "../host/linux/userspace-gateway.ts";
import type { RunEars } from "./run-machine.ts";
import type { RunOptions } from "./run-options.ts";
import type { RunningGateway } from "./run-router.ts";

export async function startInUserspace(
  policy: RouterPolicy,
  options: RunOptions,
  ears: RunEars,
): Promise<RunningGateway | readonly string[]> {
  const started = await UserspaceGateway.start({
    ...ears,
    router: policy,
    ports: options.ports,
    peers: options.peers,
    random: systemRandom,
    clock: systemClock,
    jobs: new JobPool(),
    holdPackets: options.hold,
    conventions: options.conventions,
  });
  if (typeof started === "string") return [started];
  return {
    view: () => started.driver.view(),
    request: (request) => started.driver.request(request),
    // It has no interfaces of the machine, and the machine's routes are none of its business.
    machine: () => ({ interfaces: [], routes: [] }),
    setPolicy: (next) => started.setPolicy(next),
    ping: (echoes, pingEars) => started.ping(echoes, pingEars),
    stop: () => started.stop(),
  };
}
