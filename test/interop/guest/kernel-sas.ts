/** The SAs of a Linux kernel, as `ip -s xfrm state` prints them, keys included. */
import type { Guest } from "./guest.ts";

export interface KernelSa {
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly spi: number;
  readonly mode: string;
  /** In hexadecimal. */
  readonly encryptionKey: string;
  readonly integrityKey: string;
  readonly packets: number;
}

export function kernelSas(text: string): readonly KernelSa[] {
  return text.split(/^(?=src )/m).flatMap((block) => {
    const [, source = "", destination = ""] = /^src (\S+) dst (\S+)/.exec(block) ?? [];
    const [, protocol, spi, mode = ""] =
      /proto (esp|ah) spi (0x[0-9a-f]+)\S* reqid \S+ mode (\S+)/.exec(block) ?? [];
    if (protocol === undefined) return [];
    return {
      source,
      destination,
      protocol,
      spi: Number(spi),
      mode,
      encryptionKey: /\s(?:enc|aead) \S+ 0x([0-9a-f]+)/.exec(block)?.[1] ?? "",
      integrityKey: /\sauth(?:-trunc)? \S+ 0x([0-9a-f]+)/.exec(block)?.[1] ?? "",
      packets: Number(/lifetime current:\s+\d+\(bytes\), (\d+)\(packets\)/.exec(block)?.[1]),
    };
  });
}

/** Waits until the guest's kernel has no SA: a guest is slow, it may still have Deletes to read. Fails after some minutes. */
export async function untilNoSas(guest: Guest): Promise<void> {
  await guest.do(
    'for i in {1..1000}; do [ -z "$(ip xfrm state)" ] && exit 0; sleep 0.1; done; ip xfrm state; exit 1',
  );
}

/** What skeyid may change in a guest. */
export function kernelState(guest: Guest): Promise<string> {
  return guest.do(
    "ip xfrm policy; ip -o xfrm state list proto esp; ip -4 rule; ip -4 route show table all; sysctl net.core.xfrm_acq_expires",
  );
}
