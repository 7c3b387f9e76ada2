/** /proc as the kernel writes it; addresses of routes are words in the order of this machine. */
import assert from "node:assert/strict";
import { endianness } from "node:os";
import { test } from "node:test";
import { ipv4 } from "../../net/ip-address.ts";
import { deviceTraffic, kernelRoutes, machineState } from "./machine-state.ts";

const skip =
  endianness() === "LE" ? false : "the words below are those of a machine with the other byte order";

test("devices are told with what they have carried", () => {
  const traffic = deviceTraffic(
    [
      "Inter-|   Receive                                                |  Transmit",
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
      "    lo: 2318608    1667    0    0    0     0          0         0  2318608    1667    0    0    0     0       0          0",
      "  eth0:1000 10 1 2 5 6 0 0 2000 20 3 4 7 8 0 0",
    ].join("\n"),
  );
  assert.deepEqual([...traffic.keys()], ["lo", "eth0"]);
  assert.deepEqual(traffic.get("eth0"), {
    ...{ octetsIn: 1000, packetsIn: 10, errorsIn: 1, dropsIn: 2, overrunsIn: 5, framesIn: 6 },
    ...{ octetsOut: 2000, packetsOut: 20, errorsOut: 3, dropsOut: 4, underrunsOut: 7, collisions: 8 },
  });
});

test("routes are told by the names of the configuration, refusals left out", { skip }, () => {
  const routes = kernelRoutes(
    [
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
      "eth0\t00000000\t010200C0\t0003\t0\t0\t5\t00000000\t0\t0\t0",
      "eth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
      "*\t0000000A\t00000000\t0200\t0\t0\t0\t000000FF\t0\t0\t0",
      "",
    ].join("\n"),
    (device) => (device === "eth1" ? "Ethernet1/0" : device),
  );
  assert.deepEqual(
    routes.map(({ prefix, prefixLength, origin, nextHop, interfaceName, metric }) => [
      `${prefix.address}/${prefixLength}`,
      ...[origin, nextHop, interfaceName, metric],
    ]),
    [
      ["0.0.0.0/0", "kernel", "192.0.2.1", "eth0", 5],
      ["192.0.2.0/24", "connected", undefined, "Ethernet1/0", 0],
    ],
  );
});

test("this machine answers, whatever it has", () => {
  const { interfaces } = machineState([
    { name: "Ethernet0/0", device: "no-such-device", address: ipv4("192.0.2.1"), mtu: 1500 },
  ]);
  assert.deepEqual(
    interfaces.map(({ name, hasCarrier, traffic }) => [name, hasCarrier, traffic.packetsIn]),
    [["Ethernet0/0", false, 0]],
  );
});
