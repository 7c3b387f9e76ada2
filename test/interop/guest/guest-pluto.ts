/**
 * libreswan's pluto in a guest, with the kernel's IPsec. Debian's package cannot be installed beside strongSwan's, so it is
 * unpacked to a folder; all that pluto reads and writes is named, and in the guest.
 */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GATEWAY_ADDRESS, PEER_ADDRESS } from "../namespaces.ts";
import type { Issued } from "../openssl-authority.ts";
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
  readonly pfs?: boolean;
  readonly preSharedKey: string;
  /** More of the connection, which overrules what it has by itself: `{ aggressive: "yes" }`. */
  readonly connection?: Readonly<Record<string, string>>;
}

/** What pluto shows and believes: its own certificate, known to its configuration as `peer`, and authorities. */
export interface PlutoCertificates {
  readonly own: Issued;
  readonly authorities: readonly Issued[];
}

export class GuestPluto {
  readonly #guest: Guest;

  private constructor(guest: Guest) {
    this.#guest = guest;
  }

  static async start(
    guest: Guest,
    settings: PlutoSettings,
    certificates?: PlutoCertificates,
  ): Promise<GuestPluto> {
    const pluto = new GuestPluto(guest);
    pluto.#write(settings);
    const options = [
      ...["--nofork", "--no-dnssec", "--logfile /run/pluto.log", `--config ${guest.folder}/ipsec.conf`],
      ...[`--secretsfile ${guest.folder}/ipsec.secrets`, "--rundir /run/pluto", `--nssdir ${DATABASE}`],
      "--ipsecdir /run/ipsec.d",
    ];
    // It looks for its own helpers where the package would have put them.
    await guest.do(`mountpoint -q /usr/libexec || mount -t tmpfs none /usr/libexec
      ln -sfn ${UNPACKED} ${PROGRAMS}
      rm -rf /run/pluto /run/pluto.log ${DATABASE}; mkdir -p /run/pluto ${DATABASE} /run/ipsec.d
      certutil -N -d sql:${DATABASE} --empty-password
      ${certificates === undefined ? "" : pluto.#import(certificates)}
      ${PROGRAMS}/pluto ${options.join(" ")} >/run/pluto.out 2>&1 </dev/null &
      echo $! >/run/pluto.pid
      for i in {1..2000}; do [ -S /run/pluto/pluto.ctl ] && break; sleep 0.05; done
      ${PROGRAMS}/addconn --config ${guest.folder}/ipsec.conf net &&
        ${PROGRAMS}/whack --listen || { cat /run/pluto.out /run/pluto.log; exit 1; }`);
    return pluto;
  }

  /** Settings in place of those before, whose SAs end, and nothing impaired but what is said, as `--impair` has it. */
  async load(settings: PlutoSettings, impairments: readonly string[] = []): Promise<void> {
    this.#write(settings);
    const impair = ["none", ...impairments].map((what) => `${PROGRAMS}/whack --impair ${what}`);
    await this.#guest.do(`${impair.join(" && ")} && ${PROGRAMS}/whack --rereadsecrets &&
      ${PROGRAMS}/addconn --config ${this.#guest.folder}/ipsec.conf net`);
  }

  /** Its connection is no more: SAs are deleted, and nobody is answered. */
  async unload(): Promise<void> {
    await this.#guest.do(`${PROGRAMS}/whack --impair none && ${PROGRAMS}/whack --delete --name net`);
  }

  async initiate(): Promise<void> {
    await this.#guest.do(`timeout 90 ${PROGRAMS}/whack --initiate --name net`);
  }

  /** Tells pluto so many things, one a call of whack; none is waited for longer than it takes to say. */
  async whack(...words: readonly string[]): Promise<string> {
    return await this.#guest.do(words.map((each) => `${PROGRAMS}/whack ${each}`).join("\n"));
  }

  log(): Promise<string> {
    return this.#guest.do("cat /run/pluto.log");
  }

  /** As the power goes: its peers hear nothing. */
  async crash(): Promise<void> {
    await this.#guest.do("kill -KILL $(cat /run/pluto.pid)");
  }

  async stop(): Promise<void> {
    await this.#guest.run(`${PROGRAMS}/whack --shutdown; pid=$(cat /run/pluto.pid)
      for i in {1..100}; do [ -d /proc/$pid ] || exit 0; sleep 0.05; done; kill -KILL $pid`);
  }

  #write(settings: PlutoSettings): void {
    writeFileSync(`${this.#guest.folder}/ipsec.conf`, connectionOf(settings));
    writeFileSync(`${this.#guest.folder}/ipsec.secrets`, `: PSK "${settings.preSharedKey}"\n`);
  }

  /** The lines that bring certificates and the key into pluto's database. */
  #import({ own, authorities }: PlutoCertificates): string {
    const { folder } = this.#guest;
    writeFileSync(`${folder}/own.pem`, own.certificate + own.key);
    const options = ["-name", "peer", "-passout", "pass:", "-in", `${folder}/own.pem`];
    execFileSync("openssl", ["pkcs12", "-export", ...options, "-out", `${folder}/own.p12`]);
    const ofAuthorities = authorities.map(({ certificate }, index) => {
      writeFileSync(`${folder}/authority${index}.pem`, certificate);
      return `certutil -A -d sql:${DATABASE} -n authority${index} -t CT,, -a -i ${folder}/authority${index}.pem`;
    });
    const ofOwn = `pk12util -i ${folder}/own.p12 -d sql:${DATABASE} -W "" -K ""`;
    return [...ofAuthorities, ofOwn].join(" && ");
  }
}

const UNPACKED = fileURLToPath(new URL("../../../.peers/libreswan/usr/libexec/ipsec", import.meta.url));
const PROGRAMS = "/usr/libexec/ipsec";
const DATABASE = "/run/nss";

function connectionOf({ ike, esp, pfs = false, connection = {} }: PlutoSettings): string {
  const settings = {
    ikev2: "no",
    authby: "secret",
    left: PEER_ADDRESS,
    leftsubnet: "10.2.0.0/24",
    leftupdown: "/bin/true",
    right: GATEWAY_ADDRESS,
    rightsubnet: "10.1.0.0/24",
    ike,
    phase2alg: esp,
    pfs: pfs ? "yes" : "no",
    ikelifetime: "3600s",
    salifetime: "3600s",
    auto: "add",
    ...connection,
  };
  const lines = Object.entries(settings).map(([name, value]) => `  ${name}=${value}\n`);
  return `config setup\n  ikev1-policy=accept\nconn net\n${lines.join("")}`;
}
