/**
 * This machine as the router of a configuration: its interfaces, sockets and TUN devices, the rules that steer packets to
 * us, and the gateway behind them. What is changed on the machine is undone when it stops.
 */
import type { RouterPolicy } from "../../config/router-policy.ts";
import type { GatewayInput } from "../../gateway/contract.ts";
import { NODE_TRANSFORMS, type PacketTransforms } from "../../ipsec/packet-transforms.ts";
import type { IpsecPolicy } from "../../ipsec/policy.ts";
import { u32At } from "../../net/words.ts";
import { AddressWatch } from "./address-watch.ts";
import { AwaitedSteering, withHeld } from "./awaited-steering.ts";
import { Egress } from "./egress.ts";
import { FollowUp, followsSas, isOfSas } from "./follow-up.ts";
import { GatewayDriver, type GatewayDriverOptions } from "./gateway-driver.ts";
import type { MatchedInterface } from "./interface-matching.ts";
import { KernelPort } from "./kernel-port.ts";
import type { Libc } from "./libc.ts";
import { loadLibcrypto } from "./libcrypto.ts";
import { mainRoutes } from "./machine.ts";
import { type MachineChanges, writeSysctl } from "./machine-changes.ts";
import { changePacketRules, configureMachine, type MachineSetup, policyFor } from "./machine-setup.ts";
import { nativeTransforms } from "./native-transforms.ts";
import type { OsError } from "./os-error.ts";
import { protectingInterface } from "./protecting-interface.ts";
import { ReverseRouting } from "./reverse-routing.ts";
import { Steering } from "./steering.ts";
import { usualSource } from "./steering-plan.ts";
import { temporaryPolicy } from "./temporary-steering.ts";
import { type OnWire, tapInput, tapped } from "./wire-tap.ts";

export interface LinuxGatewayOptions extends Omit<GatewayDriverOptions, "policy" | "port">, MachineSetup {
  readonly libc: Libc;
  /** Claimed for this process; undone when the gateway stops, or does not start. */
  readonly changes: MachineChanges;
  /** False: packets one by one, and the cryptography of crypto/. */
  readonly offload: boolean;
  /** Hears what crosses the wire. */
  readonly onWire: OnWire | undefined;
  readonly onOsError: (error: OsError) => void;
  /** What has changed on the machine and concerns us, in a line. */
  readonly onNotice: (line: string) => void;
}

export class LinuxGateway {
  readonly driver: GatewayDriver;
  readonly #options: LinuxGatewayOptions;
  readonly #port: KernelPort;
  readonly #changes: MachineChanges;
  readonly #steering: Steering;
  readonly #egress: Egress;
  #ipsec: IpsecPolicy;
  /** SAs decide what is steered and routed. */
  #followsSas: boolean;
  /** What dynamic maps have become for their peers. */
  #temporary: IpsecPolicy = { interfaces: [] };
  /** Decrypted packets wait for the rules that steer their answers to us. */
  readonly #awaited = new AwaitedSteering(() => this.driver.temporaryFlows());
  readonly #reverseRouting: ReverseRouting;
  readonly #followUp: FollowUp;
  #toldRefusal: string | undefined;
  #interfaces: RouterPolicy["interfaces"];
  readonly #addresses: AddressWatch;

  private constructor(
    options: LinuxGatewayOptions,
    port: KernelPort,
    egress: Egress,
    transforms: PacketTransforms,
  ) {
    const { router, matching, changes } = options;
    this.#options = options;
    this.#changes = changes;
    this.#port = port;
    this.#egress = egress;
    this.#ipsec = router.ipsec;
    this.#followsSas = followsSas(router.ipsec);
    this.#interfaces = router.interfaces;
    this.#awaited.setPolicy(router.ipsec);
    this.#addresses = new AddressWatch(options);
    this.#reverseRouting = new ReverseRouting(options);
    this.#followUp = new FollowUp(() => this.#follow(), options.onFault);
    this.driver = new GatewayDriver({
      ...options,
      onEvent: (event) => {
        options.onEvent(event);
        if (!this.#followsSas || !isOfSas(event)) return;
        this.#awaited.changed();
        this.#followUp.ask();
      },
      policy: policyFor(router, matching.matched),
      transforms,
      space: port.arena,
      lowersMss: true,
      joinsTcp: options.offload,
      port: withHeld(options.onWire === undefined ? port : tapped(port, options.onWire), this.#awaited),
    });
    this.#steering = new Steering({
      changes,
      protectDevice: port.protectDevice.name,
      checkDevice: port.checkDevice.name,
      mtu: tunMtu(router, matching.matched),
      sourceHint: usualSource(router.ipsec),
      deviceOf: (name) => matching.matched.find((each) => each.name === name)?.device,
    });
  }

  /** Runs, or nothing is changed and one line says why. */
  static async start(options: LinuxGatewayOptions): Promise<LinuxGateway | string> {
    const { changes } = options;
    const refusal = await configureMachine(changes, options);
    const port =
      refusal ??
      KernelPort.open({ ...options, interfaces: options.matching.matched, onError: options.onOsError });
    if (typeof port === "string") {
      await changes.undoAll();
      await options.jobs.close();
      return port;
    }
    const nameOf = new Map(options.matching.matched.map(({ device, name }) => [device, name]));
    const egress = new Egress(await mainRoutes(), nameOf);
    const libcrypto = await loadLibcrypto();
    const transforms =
      "kind" in libcrypto || !options.offload
        ? NODE_TRANSFORMS
        : nativeTransforms(libcrypto, port.arena.memory);
    const gateway = new LinuxGateway(options, port, egress, transforms);
    const fault = await gateway.#begin();
    if (fault === undefined) return gateway;
    await gateway.stop();
    return fault;
  }

  /** A changed configuration: policies and steering follow it. Interfaces keep the addresses they had. */
  async setPolicy(router: RouterPolicy): Promise<void> {
    this.driver.setPolicy(policyFor(router, this.#options.matching.matched));
    this.#ipsec = router.ipsec;
    this.#followsSas = followsSas(router.ipsec);
    this.#awaited.setPolicy(router.ipsec);
    this.#interfaces = router.interfaces;
    const refusal = await this.#steering.change(router.ipsec);
    if (refusal !== undefined) this.#options.onNotice(`packets are steered as before: ${refusal}`);
    this.#followUp.ask();
    const refused = await this.#changePacketRules(router);
    if (refused !== undefined)
      this.#options.onNotice(`packets are filtered and translated as before: ${refused}`);
  }

  #changePacketRules(router: RouterPolicy): Promise<string | undefined> {
    return changePacketRules(this.#changes, this.#options, router, this.#port.protectDevice.name);
  }

  /** Tells the peers, closes everything and leaves the machine as it was found. */
  async stop(): Promise<void> {
    this.driver.close();
    this.#egress.close();
    await this.#followUp.stop();
    await this.#changes.undoAll();
    this.#port.close();
    await this.#options.jobs.close();
  }

  async #begin(): Promise<string | undefined> {
    // Our own devices, gone with us. Where /proc/sys is read-only the machine's settings hold for them too.
    const { protectDevice, checkDevice } = this.#port;
    for (const { name } of [protectDevice, checkDevice])
      writeSysctl(`net/ipv6/conf/${name}/disable_ipv6`, "1");
    // What is decrypted was checked against its SA, which is stricter than a reverse path; a loose one would not do on a
    // device without an address.
    writeSysctl(`net/ipv4/conf/${protectDevice.name}/rp_filter`, "0");
    const refusal = await this.#steering.start(this.#ipsec);
    if (refusal !== undefined) return `cannot steer packets: ${refusal}`;
    const refused = await this.#changePacketRules(this.#options.router);
    if (refused !== undefined) return `cannot filter and translate packets: ${refused}`;
    this.#egress.follow(() => {
      void this.#addresses.changed();
      this.#followUp.ask();
    });
    this.#followUp.ask();
    const { onWire } = this.#options;
    const take = (input: GatewayInput): void => {
      if (onWire !== undefined) tapInput(input, onWire);
      this.driver.take(input);
    };
    this.#port.start(take, {
      leavesBy: (packet) =>
        this.#egress.interfaceFor(packet) ?? this.#protectingInterface(packet, "outbound"),
      cameBy: (packet) => this.#protectingInterface(packet, "inbound"),
      adjustedMss: (packet) =>
        Math.min(this.#mssTowards(u32At(packet, 12)), this.#mssTowards(u32At(packet, 16))),
    });
    return undefined;
  }

  #protectingInterface(packet: Uint8Array, direction: "outbound" | "inbound"): string {
    const ofConfiguration = protectingInterface(this.#ipsec, packet, direction);
    return ofConfiguration === "" ? protectingInterface(this.#temporary, packet, direction) : ofConfiguration;
  }

  /** SAs have come or gone: steering and routes are for those that there are. */
  async #follow(): Promise<void> {
    const flows = this.driver.temporaryFlows();
    this.#temporary = temporaryPolicy(this.#ipsec, flows);
    const refusal = await this.#steering.follow(this.#temporary);
    if (refusal !== undefined && this.#toldRefusal === undefined)
      this.#options.onNotice(`not all that dynamic crypto maps protect is steered: ${refusal}`);
    this.#toldRefusal ??= refusal;
    for (const effect of this.#awaited.steered(flows)) this.#port.receive(effect);
    this.#port.flush();
    await this.#reverseRouting.follow(this.driver.reverseRoutes());
  }

  /** Where both ends of a connection are reached by the same interface, that is the one asked. */
  #mssTowards(address: number): number {
    const name = this.#egress.interfaceTowards(address);
    const own = this.#interfaces.find((each) => each.name === name);
    return own?.adjustMss ?? Number.POSITIVE_INFINITY;
  }
}

/** As if the protected interface were meant: what does not fit is told by us, who know what ESP adds. */
function tunMtu({ ipsec }: RouterPolicy, matched: readonly MatchedInterface[]): number {
  const isProtected = (name: string) => ipsec.interfaces.some((each) => each.name === name);
  const mtus = matched.filter(({ name }) => isProtected(name)).map(({ mtu }) => mtu);
  return mtus.length === 0 ? USUAL_MTU : Math.min(Math.max(...mtus), TUN_MTU_MAX);
}

const USUAL_MTU = 1500;
/** The TUN driver takes no more. */
const TUN_MTU_MAX = 65_535;
