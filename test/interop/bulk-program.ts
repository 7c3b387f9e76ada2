/**
 * One end of a TCP connection that carries much: `bulk-program.ts listen PORT` or `bulk-program.ts ADDRESS PORT`. Each end sends
 * as many octets as the other, its own ones, and says the digests of what it sent and of what it received.
 */
import { createHash } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";

const OCTETS = 6_000_000;
const [address = "", port = ""] = process.argv.slice(2);

if (address === "listen") {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    server.close();
    carry(socket, 1);
  });
  server.listen(Number(port), () => console.log("listening"));
} else carry(connect({ host: address, port: Number(port), allowHalfOpen: true }), 2);

function carry(socket: Socket, seed: number): void {
  const sent = new Uint8Array(OCTETS);
  // Sums of what lies apart, so that no two stretches are alike.
  for (let i = 0, state = seed; i < OCTETS; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    sent[i] = state >>> 16;
  }
  const received = createHash("sha256");
  let count = 0;
  socket.on("data", (octets) => {
    count += octets.length;
    received.update(octets);
  });
  socket.on("end", () => console.log(`received ${count} ${received.digest("hex")}`));
  socket.end(sent, () => console.log(`sent ${OCTETS} ${createHash("sha256").update(sent).digest("hex")}`));
}
