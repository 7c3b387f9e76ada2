/**
 * libreswan's pluto in a guest, with the kernel's IPsec. Debian's package cannot be installed beside strongSwan's, so it is
 * unpacked to a folder; all that pluto reads and writes is named, and in the guest.
 */
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GATEWAY_ADDRESS, PEER_ADDRESS } from "../namespaces.ts";
import type { Guest } from "./guest.ts";

/** Undefined if pluto is there; otherwise why not, and what would enable it. */
export function whyNoPluto(): string | undefined {
  if (!existsSync(`${UNPACKED}/pluto`))
    return `needs ${UNPACKED}/pluto: .ci/run unpacks Debian's libreswan there`;
  return existsSync("/usr/bin/certutil") ? undefined : "needs certutil: apt-get install libnss3-tools";
}

export interface PlutoSettings {
  /** libreswan's spelling: `aes128-sha1;modp1536`. */
  readonly ike: string;
  /** `aes128-sha1`; with PFS, the group follows: `aes128-sha1;modp1536`. */
  readonly esp: string;
  readonly pfs: boolean;
  readonly preSharedKey: string;
}

export class GuestPluto {
  readonly #guest: Guest;

  private constructor(guest: Guest) {
    this.#guest = guest;
  }

  static async start(guest: Guest, settings: PlutoSettings): Promise<GuestPluto> {
    writeFileSync(`${guest.folder}/ipsec.conf`, connectionOf(settings));
    writeFileSync(`${guest.folder}/ipsec.secrets`, `: PSK "${settings.preSharedKey}"\n`);
    const options = [
      ...["--nofork", "--no-dnssec", "--logfile /run/pluto.log", `--config ${guest.folder}/ipsec.conf`],
      ...[`--secretsfile ${guest.folder}/ipsec.secrets`, "--rundir /run/pluto", "--nssdir /run/nss"],
      "--ipsecdir /run/ipsec.d",
    ];
    // It looks for its own helpers where the package would have put them.
    await guest.do(`mountpoint -q /usr/libexec || mount -t tmpfs none /usr/libexec
      ln -sfn ${UNPACKED} ${PROGRAMS}
      rm -rf /run/pluto /run/nss; mkdir -p /run/pluto /run/nss /run/ipsec.d
      certutil -N -d sql:/run/nss --empty-password
      ${PROGRAMS}/pluto ${options.join(" ")} >/run/pluto.out 2>&1 </dev/null &
      echo $! >/run/pluto.pid
      for i in {1..200}; do [ -S /run/pluto/pluto.ctl ] && break; sleep 0.05; done
      ${PROGRAMS}/addconn --config ${guest.folder}/ipsec.conf net &&
        ${PROGRAMS}/whack --listen || { cat /run/pluto.out /run/pluto.log; exit 1; }`);
    return new GuestPluto(guest);
  }

  async initiate(): Promise<void> {
    await this.#guest.do(`timeout 15 ${PROGRAMS}/whack --initiate --name net`);
  }

  log(): Promise<string> {
    return this.#guest.do("cat /run/pluto.log");
  }

  async stop(): Promise<void> {
    await this.#guest.run(`${PROGRAMS}/whack --shutdown; pid=$(cat /run/pluto.pid)
      for i in {1..100}; do [ -d /proc/$pid ] || exit 0; sleep 0.05; done; kill -KILL $pid`);
  }
}

const UNPACKED = fileURLToPath(new URL("../../../.peers/libreswan/usr/libexec/ipsec", import.meta.url));
const PROGRAMS = "/usr/libexec/ipsec";

function connectionOf({ ike, esp, pfs }: PlutoSettings): string {
  return `config setup
  ikev1-policy=accept
conn net
  ikev2=no
  authby=secret
  left=${PEER_ADDRESS}
  leftsubnet=10.2.0.0/24
  leftupdown=/bin/true
  right=${GATEWAY_ADDRESS}
  rightsubnet=10.1.0.0/24
  ike=${ike}
  phase2alg=${esp}
  pfs=${pfs ? "yes" : "no"}
  ikelifetime=3600s
  salifetime=3600s
  auto=add
`;
}
