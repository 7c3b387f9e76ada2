/** Starts a gateway on this machine, or says what is in the way; the same steps, without changes, for `--check`. */
import type { RouterPolicy } from "../config/compile.ts";
import type { ExportedKeys, GatewayEvent } from "../gateway/contract.ts";
import { systemClock } from "../host/clock.ts";
import { systemRandom } from "../host/entropy.ts";
import { type InterfaceMatching, matchInterfaces } from "../host/linux/interface-matching.ts";
import { pingThroughKernel } from "../host/linux/kernel-ping.ts";
import { traceThroughKernel } from "../host/linux/kernel-traceroute.ts";
import type { Libc } from "../host/linux/libc.ts";
import { LinuxGateway } from "../host/linux/linux-gateway.ts";
import { devices } from "../host/linux/machine.ts";
import { MachineChanges, readSysctl } from "../host/linux/machine-changes.ts";
import { machineState } from "../host/linux/machine-state.ts";
import { jobPerformer } from "../host/linux/native-jobs.ts";
import { isOsError, type OsError } from "../host/linux/os-error.ts";
import {
  findPrerequisites,
  type GuardedDevice,
  type SysctlAdvice,
  socketProblems,
  sysctlAdvice,
  tunProblems,
} from "../host/linux/prerequisites.ts";
import { reversePathFilter } from "../host/linux/reverse-path.ts";
import { hasReverseRoutes } from "../host/linux/reverse-routing.ts";
import { protectsTranslated } from "../host/linux/translated-protection.ts";
import { startTunnels } from "../host/linux/tunnel-interfaces.ts";
import type { OnWire } from "../host/linux/wire-tap.ts";
import { whyNotKernel } from "../host/linux/xfrm/kernel-fitness.ts";
import { removeOwn } from "../host/linux/xfrm/own-numbers.ts";
import { XfrmGateway } from "../host/linux/xfrm/xfrm-gateway.ts";
import type { RunOptions } from "./run-options.ts";
import type { RunningGateway } from "./run-router.ts";

/** Who hears what happens while it runs. */
export interface RunEars {
  readonly onEvent: (event: GatewayEvent) => void;
  readonly onKeys: ((keys: ExportedKeys) => void) | undefined;
  readonly onWire: OnWire | undefined;
  readonly onNotice: (line: string) => void;
  readonly onOsError: (error: OsError) => void;
  readonly onFault: (error: unknown) => void;
}

/** What was found of the machine before anything is changed. */
export type Survey =
  | {
      readonly kind: "ready";
      readonly libc: Libc;
      readonly matching: InterfaceMatching;
      readonly dataplane: "tun" | "xfrm";
      readonly advice: readonly SysctlAdvice[];
      /** What will be done or might be done, a line each. */
      readonly remarks: readonly string[];
    }
  /** One line each. */
  | { readonly kind: "problems"; readonly problems: readonly string[] };

export async function surveyMachine(policy: RouterPolicy, options: RunOptions): Promise<Survey> {
  const prerequisites = await findPrerequisites();
  if (prerequisites.kind === "problems") return prerequisites;
  const { libc } = prerequisites;
  const matching = matchInterfaces(policy.interfaces, await devices(), {
    named: options.interfaces,
    assign: options.configureAddresses,
  });
  if (matching.problems.length > 0) return problems(matching.problems);
  if (matching.matched.length === 0)
    return problems(["the configuration has no interface with an address that is not shut down"]);
  const missing = new Set(matching.missing.map(({ address }) => address.split("/")[0]));
  const there = matching.matched.map(({ address }) => address).filter((address) => !missing.has(address));
  const occupied = socketProblems(libc, there);
  if (occupied.length > 0) return problems(occupied);
  const withMaps = guardedDevices(policy, matching);
  const choice = chooseDataplane(
    libc,
    policy,
    options,
    withMaps.map(({ device }) => device),
  );
  if (choice.problems.length > 0) return problems(choice.problems);
  const { dataplane } = choice;
  // The kernel's own IPsec looks at all that comes in, whatever its reverse path.
  const guarded = dataplane === "xfrm" ? [] : withMaps;
  const advice = sysctlAdvice(guarded);
  const remarks = [
    ...remarksOn(matching, advice, options),
    choice.remark,
    ...unguarded(guarded),
    ...(options.configure ? [] : unfiltered(policy)),
    ...(options.configure && dataplane === "tun" && protectsTranslated(policy) ? lostAnswers() : []),
    ...leftToTheLab(policy),
  ];
  return { kind: "ready", libc, matching, dataplane, advice, remarks };
}

function guardedDevices(
  { ipsec, interfaces }: RouterPolicy,
  { matched }: InterfaceMatching,
): GuardedDevice[] {
  return matched.flatMap(({ name, device }) => {
    const guarded = ipsec.interfaces.find((each) => each.name === name);
    const prefix = interfaces.find((each) => each.name === name)?.prefix;
    if (guarded === undefined || prefix === undefined) return [];
    return [{ device, reversePath: reversePathFilter(guarded, prefix) }];
  });
}

/** What no setting of the kernel's can prevent there. */
function unguarded(guarded: readonly GuardedDevice[]): readonly string[] {
  return guarded
    .filter(({ reversePath }) => reversePath === "loose")
    .map(
      ({ device }) =>
        `what comes by ${device} in clear for this machine itself is taken even where it must be protected: only the kernel's own IPsec can refuse it (--dataplane xfrm)`,
    );
}

/** Answers to what is protected under its translated address come by a device that the routes do not lead back to. */
function lostAnswers(): readonly string[] {
  const filter = readSysctl("net/ipv4/conf/all/rp_filter") ?? "0";
  return filter === "0"
    ? []
    : [
        `sysctl net.ipv4.conf.all.rp_filter is ${filter}, and has to be 0: answers to what is protected under a translated address are lost`,
      ];
}

/** What the kernel is not told without leave. */
function unfiltered({ interfaces, nat, ipsec }: RouterPolicy): readonly string[] {
  const filtered = interfaces.filter(({ accessGroups }) => accessGroups.in ?? accessGroups.out);
  return [
    ...filtered.map(({ name }) => `the access lists of ${name} are not in force (--configure sets them)`),
    ...(nat.rules.length + nat.statics.length === 0
      ? []
      : ["addresses are not translated (--configure lets the kernel do it)"]),
    ...(hasReverseRoutes(ipsec) ? ["reverse-route sets no routes (--configure lets it)"] : []),
  ];
}

/** What the routers of a lab do, and Linux is not told. */
function leftToTheLab({ interfaces, localPolicyRoutes, rip }: RouterPolicy): readonly string[] {
  const logging = interfaces.filter(({ accessGroups }) =>
    [accessGroups.in, accessGroups.out].some((list) => list?.lines.some(({ log }) => log !== undefined)),
  );
  return [
    ...logging.map(
      ({ name }) => `packets are not logged by the access lists of ${name}: nftables holds them`,
    ),
    ...(localPolicyRoutes === undefined
      ? []
      : ["ip local policy is not in force: what this machine sends itself goes by its own routes"]),
    ...(rip === undefined
      ? []
      : ["router rip is not spoken: let a routing daemon of this machine, such as FRR's ripd, speak it"]),
  ];
}

interface DataplaneChosen {
  readonly dataplane: "tun" | "xfrm";
  readonly remark: string;
  /** In its way. */
  readonly problems: readonly string[];
}

/** As asked for; otherwise the kernel, where it can carry what this configuration protects and nobody wants to see its packets. */
function chooseDataplane(
  libc: Libc,
  policy: RouterPolicy,
  options: RunOptions,
  devices: readonly string[],
): DataplaneChosen {
  const { dataplane, pcap } = options;
  const ours = (reason: string): DataplaneChosen => ({
    dataplane: "tun",
    remark: `packets are carried by skeyid${reason}`,
    problems: tunProblems(libc),
  });
  if (dataplane === "tun") return ours("");
  if (dataplane === "auto" && pcap !== undefined) return ours(", so that they can be captured");
  const reason = whyNotKernel(libc, policy, devices);
  if (dataplane === "auto" && reason !== undefined) return ours(`, as the kernel cannot: ${reason}`);
  return {
    dataplane: "xfrm",
    remark: "packets are carried by the kernel's IPsec",
    problems: reason === undefined ? [] : [`--dataplane xfrm: ${reason}; --dataplane tun does without`],
  };
}

/** Another one runs with this state directory: one line. */
export function whoRunsAlready(stateDirectory: string): string | undefined {
  const owner = MachineChanges.runningOwner(stateDirectory);
  return owner === undefined ? undefined : `skeyid is running here already (process ${owner}): end it first`;
}

/** The gateway, or lines about what is in the way. */
export async function startOnMachine(
  policy: RouterPolicy,
  options: RunOptions,
  stateDirectory: string,
  ears: RunEars,
): Promise<RunningGateway | readonly string[]> {
  const prerequisites = await findPrerequisites();
  if (prerequisites.kind === "problems") return prerequisites.problems;
  const claim = await MachineChanges.claim(stateDirectory);
  if (claim.kind === "problem") return [claim.problem];
  const { changes, leftovers } = claim;
  if (leftovers > 0) ears.onNotice("what an earlier skeyid left on this machine when it crashed is removed");
  // Only now: what was left may have hidden what is missing.
  const survey = await surveyMachine(policy, options);
  if (survey.kind === "problems") {
    await changes.undoAll();
    return survey.problems;
  }
  for (const remark of survey.remarks) ears.onNotice(remark);
  const { libc, advice, dataplane } = survey;
  const tunnels = await startTunnels({ ...ears, libc, changes, interfaces: policy.interfaces });
  if (typeof tunnels === "string") {
    await changes.undoAll();
    return [tunnels];
  }
  const matching = { ...survey.matching, matched: [...survey.matching.matched, ...tunnels.matched] };
  for (const { name, device } of tunnels.matched)
    ears.onNotice(
      `${name} is ${device}, with GRE of ${tunnels.carrier === "kernel" ? "the kernel" : "skeyid"}`,
    );
  const forgotten = removeOwn(libc);
  if (!isOsError(forgotten) && forgotten > 0)
    ears.onNotice("SAs and policies that an earlier skeyid left in the kernel are removed");
  const started = await (dataplane === "xfrm" ? XfrmGateway : LinuxGateway).start({
    ...ears,
    ...{ libc, matching, changes, router: policy },
    random: systemRandom,
    clock: systemClock,
    jobs: await jobPerformer(libc),
    holdPackets: options.hold,
    offload: options.offload,
    conventions: options.conventions,
    sysctls: options.configure ? advice : [],
    setRoutes: options.configure,
    setPacketRules: options.configure,
  });
  if (typeof started === "string") {
    tunnels.close();
    return [started];
  }
  return {
    view: () => started.driver.view(),
    request: (request) => started.driver.request(request),
    machine: () => machineState(matching.matched),
    setPolicy: (next) => void started.setPolicy(next),
    traceroute: (options, print, done) => traceThroughKernel(libc, systemClock, options, print, done),
    ping: (echoes, ears) => pingThroughKernel(libc, systemClock, echoes, ears),
    stop: async () => {
      await started.stop();
      tunnels.close();
    },
  };
}

function remarksOn(
  { matched, missing }: InterfaceMatching,
  advice: readonly SysctlAdvice[],
  { configure }: RunOptions,
): readonly string[] {
  return [
    ...matched.map(({ name, device, address }) => {
      const isMissing = missing.some(
        (each) => each.device === device && each.address.startsWith(`${address}/`),
      );
      return `${name} is ${device}, ${isMissing ? "which gets" : "which has"} ${address}`;
    }),
    ...advice.map(({ name, value, why }) =>
      configure
        ? `sysctl ${dotted(name)} is set to ${value} while it runs`
        : `sysctl -w ${dotted(name)}=${value} is missing: until then ${why} (--configure sets it)`,
    ),
  ];
}

/** As sysctl(8) takes it where a device's name has a dot. */
function dotted(name: string): string {
  return name.includes(".") ? name : name.replaceAll("/", ".");
}

function problems(lines: readonly string[]): Survey {
  return { kind: "problems", problems: lines };
}
