/**
 * `show crypto isakmp sa`, in the layout of Examples 13-4 and 13-6 of the IPsec chapter: the peer's address under `dst`,
 * ours under `src`, at either end. Addresses stand in IOS's columns of 15.
 */
import type { GatewayView } from "../../gateway/contract.ts";

export function showIsakmpSa(view: GatewayView): string[] {
  return [
    line("dst", "src", "state", "conn-id", "slot"),
    ...view.ike.isakmpSas.map(({ sa, state }) =>
      line(sa.remote.address, sa.local.address, state, String(sa.connId), "0"),
    ),
  ];
}

function line(dst: string, src: string, state: string, connId: string, slot: string): string {
  return `${dst.padEnd(15)} ${src.padEnd(15)} ${state.padEnd(14)} ${connId.padEnd(10)} ${slot}`;
}
