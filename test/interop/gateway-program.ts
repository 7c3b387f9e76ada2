/**
 * The gateway on two ordinary UDP sockets, with one host behind it: run in a namespace by the tests with real peers. It reads
 * commands as JSON lines from stdin and writes what happens as JSON lines to stdout.
 */
import { createSocket, type Socket } from "node:dgram";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { utf8 } from "../../src/base/octets.ts";
import { type Instant, instant } from "../../src/base/time.ts";
import { loadConfiguration } from "../../src/cli/load.ts";
import { compile } from "../../src/config/compile.ts";
import { readRsaKeys } from "../../src/config/rsa-key-text.ts";
import { performJob } from "../../src/crypto/perform-job.ts";
import type { GatewayEffect, GatewayInput } from "../../src/gateway/contract.ts";
import { Gateway } from "../../src/gateway/gateway.ts";
import { systemRandom } from "../../src/host/entropy.ts";
import { NAT_TRAVERSING_CONVENTIONS } from "../../src/ike/wire-conventions.ts";
import { buildIcmp, echoReplyTo, parseIcmp } from "../../src/net/icmp.ts";
import { ipv4 } from "../../src/net/ip-address.ts";
import { buildIpv4Packet, type Ipv4Packet, parseIpv4Packet } from "../../src/net/ipv4-packet.ts";
import { PROTOCOL } from "../../src/net/protocols.ts";
import { parseUdp } from "../../src/net/udp.ts";
import { GATEWAY_ADDRESS, PEER_INSIDE } from "./namespaces.ts";

export type Command =
  | {
      readonly do: "ping";
      readonly count: number;
      readonly everyMilliseconds: number;
      /** Milliseconds after the last one. */
      readonly patience: number;
    }
  | { readonly do: "clear"; readonly what: "ipsec" | "isakmp" }
  | { readonly do: "view" }
  | { readonly do: "stop" };

const HOST = ipv4("10.1.0.10");
const OWN = ipv4(GATEWAY_ADDRESS);

function main(configuration: string, keys: string): void {
  const { configuration: value } = loadConfiguration(configuration, "gateway.cfg");
  const rsaKeys = readRsaKeys(keys, "gateway");
  const { policy, problems } = compile(value, typeof rsaKeys === "string" ? {} : { rsaKeys });
  if (policy === undefined) {
    say({ failed: problems.map(({ message }) => message) });
    process.exit(1);
  }
  const outside = policy.ipsec.interfaces[0]?.name ?? "";
  const gateway = new Gateway({
    policy,
    random: systemRandom,
    holdPackets: true,
    exportKeys: false,
    conventions: NAT_TRAVERSING_CONVENTIONS,
    wallClockAtStart: Date.now() - now(),
  });
  const sockets = new Map<number, Socket>();
  let timer: NodeJS.Timeout | undefined;
  let answered = 0;
  let asked = 0;
  /** Of pings, their identifier. */
  let round = 0;

  const input = (given: GatewayInput): void => {
    for (const effect of gateway.handle(now(), given)) perform(effect);
    clearTimeout(timer);
    const deadline = gateway.nextDeadline();
    if (deadline !== undefined)
      timer = setTimeout(() => input({ kind: "wake" }), Math.max(0, deadline.at - now()));
  };

  const perform = (effect: GatewayEffect): void => {
    if (effect.kind === "send-datagram")
      sockets.get(effect.local.port)?.send(effect.bytes, effect.remote.port, effect.remote.address);
    if (effect.kind === "start-job")
      setImmediate(() => input({ kind: "job-done", id: effect.id, result: performJob(effect.job) }));
    if (effect.kind === "event") say({ event: effect.event });
    const packet =
      effect.kind === "transmit" || effect.kind === "receive" ? parseIpv4Packet(effect.bytes) : undefined;
    if (packet !== undefined && effect.kind === "transmit") transmit(packet);
    if (packet !== undefined && effect.kind === "receive") receive(packet);
  };

  /** ESP in UDP leaves by the socket whose port it has. */
  const transmit = (packet: Ipv4Packet): void => {
    const datagram = parseUdp(packet);
    if (datagram !== undefined)
      sockets.get(datagram.sourcePort)?.send(datagram.payload, datagram.destinationPort, packet.destination);
  };

  /** The host behind us answers echoes and counts answers. */
  const receive = (packet: Ipv4Packet): void => {
    const message = parseIcmp(packet);
    // What answers an earlier round comes too late.
    if (message?.kind === "echo-reply" && message.identifier === round) answered += 1;
    if (message?.kind !== "echo-request") return;
    asked += 1;
    leave(
      buildIpv4Packet(
        {
          source: packet.destination,
          destination: packet.source,
          protocol: PROTOCOL.ICMP,
          timeToLive: 64,
          identification: asked,
        },
        buildIcmp(echoReplyTo(message)),
      ),
    );
  };

  const leave = (bytes: Uint8Array): void =>
    input({ kind: "outbound-packet", interfaceName: outside, bytes });

  const obey = (command: Command): void => {
    if (command.do === "ping") ping(command);
    if (command.do === "clear")
      input({
        kind: "request",
        request:
          command.what === "ipsec"
            ? { kind: "clear-ipsec-sas", peer: undefined }
            : { kind: "clear-isakmp-sas", connId: undefined },
      });
    if (command.do === "view") {
      const { ike, ipsec } = gateway.view(now());
      say({
        view: {
          answered,
          asked,
          states: ike.isakmpSas.map(({ state }) => state),
          counters: ipsec.flows[0]?.counters,
          pairs: ipsec.flows[0]?.inbound.length ?? 0,
        },
      });
    }
    if (command.do !== "stop") return;
    input({ kind: "request", request: { kind: "shut-down" } });
    setTimeout(() => process.exit(0), 100);
  };

  const ping = ({ count, everyMilliseconds, patience }: Command & { readonly do: "ping" }): void => {
    const before = answered;
    let sent = 0;
    round += 1;
    // Answers take a moment; once all are there nobody waits for more.
    const settle = (waited: number): void => {
      if (answered - before >= sent || waited >= patience)
        say({ pinged: { sent, answered: answered - before } });
      else setTimeout(() => settle(waited + 20), 20);
    };
    const next = (): void => {
      sent += 1;
      const echo = buildIcmp({
        kind: "echo-request",
        identifier: round,
        sequenceNumber: sent,
        data: utf8("a ping through the tunnel"),
      });
      leave(
        buildIpv4Packet(
          {
            source: HOST,
            destination: ipv4(PEER_INSIDE),
            protocol: PROTOCOL.ICMP,
            timeToLive: 64,
            identification: sent,
          },
          echo,
        ),
      );
      if (sent < count) setTimeout(next, everyMilliseconds);
      else settle(0);
    };
    next();
  };

  let bound = 0;
  for (const port of [500, 4500]) {
    const socket = createSocket("udp4");
    sockets.set(port, socket);
    socket.on("message", (bytes, from) =>
      input({
        kind: "datagram",
        local: { address: OWN, port },
        remote: { address: ipv4(from.address), port: from.port },
        bytes: Uint8Array.from(bytes),
      }),
    );
    socket.bind(port, GATEWAY_ADDRESS, () => {
      bound += 1;
      if (bound === 2) say({ ready: true });
    });
  }
  // The other end writes one command a line, of the type above.
  createInterface({ input: process.stdin }).on("line", (line) => obey(JSON.parse(line) as Command));
}

function now(): Instant {
  return instant(Math.floor(performance.now()));
}

function say(what: object): void {
  process.stdout.write(
    `${JSON.stringify(what, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value))}\n`,
  );
}

const [, , configuration = "", keys = ""] = process.argv;
main(Buffer.from(configuration, "base64").toString("utf8"), Buffer.from(keys, "base64").toString("utf8"));
