/** A gateway on ordinary UDP sockets: IKE and ESP in UDP without root. */
import type { RouterPolicy } from "../config/compile.ts";
import type { InterfaceConfiguration } from "../config/router-policy.ts";
import { type InterfaceView, NO_TRAFFIC } from "../gateway/machine-view.ts";
import { systemClock } from "../host/clock.ts";
import { systemRandom } from "../host/entropy.ts";
import { JobPool } from "../host/job-pool.ts";
import { hasReverseRoutes } from "../host/linux/reverse-routing.ts";
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
  for (const line of withoutEffect(policy)) ears.onNotice(line);
  return {
    view: () => started.driver.view(),
    request: (request) => started.driver.request(request),
    // None of the machine's interfaces is its own, and the machine's routes are none of its business.
    machine: () => ({ interfaces: policy.interfaces.map(socketInterface), routes: [] }),
    setPolicy: (next) => started.setPolicy(next),
    traceroute: (options, print, done) => started.traceroute(options, print, done),
    ping: (echoes, pingEars) => started.ping(echoes, pingEars),
    stop: () => started.stop(),
  };
}

/** What is the machine's to do, which is left as it is. */
function withoutEffect({ interfaces, nat, ipsec, localPolicyRoutes, rip }: RouterPolicy): readonly string[] {
  const filtered = interfaces.some(({ accessGroups }) => accessGroups.in ?? accessGroups.out);
  const ignored = [
    ...(filtered ? ["ip access-group"] : []),
    ...(nat.rules.length + nat.statics.length > 0 ? ["ip nat"] : []),
    ...(hasReverseRoutes(ipsec) ? ["reverse-route"] : []),
    ...(localPolicyRoutes === undefined ? [] : ["ip local policy"]),
    ...(rip === undefined ? [] : ["router rip"]),
  ];
  return ignored.length === 0 ? [] : [`without effect in userspace: ${ignored.join(", ")}`];
}

function socketInterface({ name, mtu }: InterfaceConfiguration): InterfaceView {
  return {
    name,
    hardware: "a UDP socket",
    hardwareAddress: undefined,
    hasCarrier: true,
    mtu,
    traffic: NO_TRAFFIC,
  };
}
