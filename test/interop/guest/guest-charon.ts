/** strongSwan's charon in a guest, with the kernel's IPsec: raw ESP, protocol 50. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CharonSettings, connectionConfiguration } from "../charon.ts";
import type { Guest } from "./guest.ts";

export class GuestCharon {
  readonly #guest: Guest;

  private constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** It is ready when it answers: its socket is there a moment before anybody listens. */
  static async start(guest: Guest): Promise<GuestCharon> {
    writeFileSync(`${guest.folder}/strongswan.conf`, DAEMON);
    await guest.do(`mkdir -p ${SWANCTL}/{conf.d,x509,x509ca,private,rsa,pubkey}
      export STRONGSWAN_CONF=${guest.folder}/strongswan.conf
      /usr/sbin/charon-systemd >/run/charon.out 2>&1 </dev/null &
      echo $! >/run/charon.pid
      for i in {1..2000}; do swanctl --stats --uri unix:///run/vici >/dev/null 2>&1 && exit 0; sleep 0.05; done
      cat /run/charon.out; exit 1`);
    return new GuestCharon(guest);
  }

  /** A file that the settings that are loaded next name: `x509/own.pem`. */
  put(path: string, text: string): void {
    const file = join(this.#guest.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Settings in place of those before. */
  async load(settings: CharonSettings): Promise<void> {
    writeFileSync(`${this.#guest.folder}/swanctl.conf`, connectionConfiguration(settings));
    await this.#swanctl(`--load-all --noprompt --file ${this.#guest.folder}/swanctl.conf`);
  }

  async initiate(): Promise<void> {
    await this.#swanctl("--initiate --child net --timeout 90");
  }

  /** The SAs as swanctl lists them. */
  sas(): Promise<string> {
    return this.#swanctl("--list-sas");
  }

  log(): Promise<string> {
    return this.#guest.do("cat /run/charon.log");
  }

  async stop(): Promise<void> {
    await this.#guest.run(`pid=$(cat /run/charon.pid); kill $pid
      for i in {1..200}; do [ -d /proc/$pid ] || exit 0; sleep 0.05; done; kill -KILL $pid`);
  }

  #swanctl(words: string): Promise<string> {
    return this.#guest.do(`export STRONGSWAN_CONF=${this.#guest.folder}/strongswan.conf SWANCTL_DIR=${SWANCTL}
      swanctl ${words} --uri unix:///run/vici`);
  }
}

const SWANCTL = "/run/swanctl";

const DAEMON = `charon-systemd {
  load_modular = no
  load = random nonce openssl gcrypt hmac md5 sha1 sha2 pem pkcs1 x509 pubkey kernel-netlink socket-default vici attr
  plugins {
    vici {
      socket = unix:///run/vici
    }
  }
  filelog {
    file {
      path = /run/charon.log
      default = 1
      flush_line = yes
    }
  }
}
`;
