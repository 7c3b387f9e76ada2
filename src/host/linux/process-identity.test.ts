import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { basename } from "node:path";
import { it } from "node:test";
import { ipv4 } from "../../net/ip-address.ts";
import { holderOfUdp } from "./process-identity.ts";

const skip = process.platform === "linux" ? false : "needs Linux, whose /proc tells of processes";

it("who has a UDP port is named by the program, whatever it calls its threads", { skip }, async () => {
  const { title } = process;
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  try {
    await once(socket, "listening");
    process.title = "MainThread";
    const holder = holderOfUdp({ address: ipv4("127.0.0.1"), port: socket.address().port });
    assert.equal(holder, `${basename(process.execPath)} (process ${process.pid})`);
  } finally {
    process.title = title;
    socket.close();
  }
});
