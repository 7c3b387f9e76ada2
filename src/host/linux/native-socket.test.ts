import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Endpoint, ipv4, ipv4ToNumber } from "../../net/ip-address.ts";
import { loadLibc } from "./libc.ts";
import { NativeSocket, SOCKET_OCTETS } from "./native-socket.ts";
import { isOsError } from "./os-error.ts";
import { PacketArena } from "./packet-arena.ts";
import { RECEIVE_OCTETS, type ReceivedMessage, ReceiveVector } from "./receive-vector.ts";

const LOCALHOST = ipv4("127.0.0.1");
const libc = await loadLibc();
const skip = "kind" in libc ? `needs libc: ${libc.reason}` : false;

describe("sockets through libc", { skip }, () => {
  const heard: ReceivedMessage[] = [];
  let arrived = (): void => {};
  let arena: PacketArena;
  let receiver: NativeSocket;
  let sender: NativeSocket;
  let from: Endpoint;
  let to: Endpoint;

  before(() => {
    assert.ok(!("kind" in libc));
    arena = new PacketArena(libc, 16 * SOCKET_OCTETS + RECEIVE_OCTETS);
    [receiver, to] = openAnywhere(arena);
    [sender, from] = openAnywhere(arena);
    receiver.listen(
      new ReceiveVector(arena),
      (messages) => {
        for (const message of messages) heard.push(...datagramsOf(message));
        arrived();
      },
      ({ text }) => assert.fail(text),
    );
  });

  after(() => {
    receiver.close();
    sender.close();
    receiver.close();
  });

  it("carry datagrams of every length, in order, with where they came from", async () => {
    const sent = [0, 1, 20, 1400, 9000, 65_507].map((length) =>
      new Uint8Array(length).map((_, i) => (i * 7 + length) & 255),
    );
    for (const bytes of sent) assert.equal(sender.send(bytes, to), undefined);
    assert.equal(sender.flush(), undefined);
    await until(() => heard.length === sent.length);
    heard.forEach(({ remote, bytes }, i) => {
      assert.deepEqual(remote, from);
      assert.deepEqual(bytes, sent[i]);
    });
  });

  it("carry more than one batch, each message a copy of its own", async () => {
    heard.length = 0;
    for (let i = 0; i < 100; i++) assert.equal(sender.send(Uint8Array.of(i), to), undefined);
    sender.flush();
    await until(() => heard.length === 100);
    assert.deepEqual(
      heard.map(({ bytes }) => bytes[0]),
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  it("send one after the other what is given as one", async () => {
    for (const length of [1, 999, 1000, 1001, 60_000]) {
      heard.length = 0;
      const bytes = new Uint8Array(length).map((_, i) => (i * 11) & 255);
      assert.equal(
        sender.sendTo(bytes, ipv4ToNumber(to.address), to.port, { segmentLength: 1000 }),
        undefined,
      );
      assert.equal(sender.flush(), undefined);
      const count = Math.ceil(length / 1000);
      await until(() => heard.length === count);
      heard.forEach((message, i) => {
        assert.deepEqual(message.bytes, bytes.slice(i * 1000, (i + 1) * 1000));
      });
    }
  });

  it("tell what the system refuses, and send the rest", async () => {
    heard.length = 0;
    assert.equal(sender.send(new Uint8Array(70_000), to)?.code, "EMSGSIZE");
    sender.send(Uint8Array.of(1), { address: ipv4("255.255.255.255"), port: 9 });
    sender.send(Uint8Array.of(2), to);
    assert.equal(sender.flush()?.code, "EACCES", "nobody asked to send broadcasts");
    await until(() => heard.length === 1);
    assert.deepEqual(heard[0]?.bytes, Uint8Array.of(2));
  });

  it("say which address and port could not be had", () => {
    assert.ok(!("kind" in libc));
    const taken = NativeSocket.open(arena, { kind: "udp", local: to });
    assert.ok(isOsError(taken));
    assert.deepEqual([taken.code, taken.what], ["EADDRINUSE", `UDP 127.0.0.1:${to.port}`]);
    const foreign = { address: ipv4("192.0.2.77"), port: 0 };
    const notHere = NativeSocket.open(arena, { kind: "udp", local: foreign });
    assert.ok(isOsError(notHere));
    assert.equal(notHere.code, "EADDRNOTAVAIL");
  });

  function until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      arrived = () => {
        if (isSo()) resolve();
      };
      arrived();
    });
  }
});

/** On a port that nobody has, below those that the system gives out by itself. */
function openAnywhere(of: PacketArena): [NativeSocket, Endpoint] {
  for (let port = 20_000 + (process.pid % 10_000); port < 32_000; port++) {
    const local = { address: LOCALHOST, port };
    const socket = NativeSocket.open(of, { kind: "udp", local });
    if (!isOsError(socket)) return [socket, local];
  }
  return assert.fail("no port is free");
}

/** In octets of their own. */
function datagramsOf(message: ReceivedMessage): readonly ReceivedMessage[] {
  const { bytes, segmentLength } = message;
  const count = Math.max(1, Math.ceil(bytes.length / Math.max(1, segmentLength)));
  return Array.from({ length: count }, (_, i) => ({
    ...message,
    bytes: bytes.slice(i * segmentLength, (i + 1) * segmentLength),
  }));
}
