/** Which interface's crypto map has a line for a packet, by addresses and protocol: where no route says it. */
import type { IpsecPolicy } from "../../ipsec/policy.ts";
import { ipv4FromNumber } from "../../net/ip-address.ts";
import { blockContains } from "../../net/selector.ts";
import { u32At } from "../../net/words.ts";

/** `direction` is that of the packet, a whole IPv4 packet. Empty where no line has it. */
export function protectingInterface(
  policy: IpsecPolicy,
  packet: Uint8Array,
  direction: "outbound" | "inbound",
): string {
  const first = ipv4FromNumber(u32At(packet, 12));
  const second = ipv4FromNumber(u32At(packet, 16));
  const [local, remote] = direction === "outbound" ? [first, second] : [second, first];
  const protocol = packet[9] ?? 0;
  const found = policy.interfaces.find(({ entries }) =>
    entries.some(({ rules }) =>
      rules.some(
        ({ action, selector }) =>
          action === "permit" &&
          (selector.protocol === 0 || selector.protocol === protocol) &&
          blockContains(selector.local, local) &&
          blockContains(selector.remote, remote),
      ),
    ),
  );
  return found?.name ?? "";
}
