/** IOS's ping through the kernel: echoes leave as any packet of this machine does, into the tunnel if policy says so. */
import { PROTOCOL } from "../../net/protocols.ts";
import type { Clock } from "../clock.ts";
import { type EchoEars, type EchoOptions, EchoRun } from "./echo-run.ts";
import type { Libc } from "./libc.ts";
import { NativeSocket, SOCKET_OCTETS } from "./native-socket.ts";
import { isOsError } from "./os-error.ts";
import { PacketArena } from "./packet-arena.ts";
import { RECEIVE_OCTETS, ReceiveVector } from "./receive-vector.ts";

/** Starts a ping; the function returned ends it early, with what there is. */
export function pingThroughKernel(
  libc: Libc,
  clock: Clock,
  options: EchoOptions,
  { onMark, onDone }: EchoEars,
): () => void {
  const arena = new PacketArena(libc, 2 * SOCKET_OCTETS + RECEIVE_OCTETS);
  const sockets = [
    NativeSocket.open(arena, { kind: "raw", protocol: PROTOCOL.ICMP }),
    NativeSocket.open(arena, { kind: "packets" }),
  ].flatMap((socket) => (isOsError(socket) ? [] : [socket]));
  const [hearing, sending] = sockets;
  const run = new EchoRun(
    options,
    clock,
    (packet) => {
      // What the kernel cannot send is not answered either. A source of 0.0.0.0 it fills in.
      sending?.send(packet, { address: options.destination, port: 0 });
      sending?.flush();
    },
    {
      onMark,
      onDone: (result) => {
        for (const socket of sockets) socket.close();
        onDone(result);
      },
    },
  );
  hearing?.listen(
    new ReceiveVector(arena),
    (messages) => {
      for (const { bytes } of messages) run.heard(bytes);
    },
    () => {},
  );
  return () => run.finish();
}
