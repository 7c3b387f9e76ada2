/** A certification authority made by openssl for one test: real certificates for us and for real peers. Needs openssl. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";

export interface Issued {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  readonly der: Buffer;
  readonly serialNumber: string;
}

export class OpensslAuthority {
  readonly #folder = mkdtempSync(`${tmpdir()}/authority-`);
  readonly #name: string;

  /** `issuer` makes it one below another. */
  constructor(name: string, issuer?: OpensslAuthority) {
    this.#name = name;
    const isCa = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
    if (issuer === undefined) this.#issue(this.#folder, "ca", `/O=Lab/CN=${name}`, isCa, 3650, undefined);
    else issuer.#issue(this.#folder, "ca", `/O=Lab/CN=${name}`, isCa, 3650, issuer.#folder);
  }

  get own(): Issued {
    return this.#issued("ca");
  }

  /** `extensions`: lines of an openssl extension file. */
  issue(subject: string, extensions = "keyUsage=digitalSignature\n", days = 30): Issued {
    this.#issue(this.#folder, "leaf", subject, extensions, days, this.#folder);
    return this.#issued("leaf");
  }

  /** A list with these of its certificates on it, in DER. */
  revocationList(...revoked: readonly Issued[]): Buffer {
    const file = (end: string) => `${this.#folder}/list.${end}`;
    const entries = revoked.map(
      ({ serialNumber }) => `R\t300101000000Z\t260101000000Z\t${serialNumber}\tunknown\t/CN=any\n`,
    );
    writeFileSync(file("db"), entries.join(""));
    writeFileSync(
      file("cnf"),
      `[ca]\ndefault_ca=own\n[own]\ndatabase=${file("db")}\ndefault_md=sha256\ndefault_crl_days=30\n`,
    );
    const keys = ["-cert", `${this.#folder}/ca.pem`, "-keyfile", `${this.#folder}/ca.key`];
    openssl("ca", "-config", file("cnf"), "-gencrl", ...keys, "-out", file("pem"));
    return execFileSync("openssl", ["crl", "-in", file("pem"), "-outform", "der"]);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #issue(
    folder: string,
    name: string,
    subject: string,
    extensions: string,
    days: number,
    by: string | undefined,
  ): void {
    const file = (end: string) => `${folder}/${name}.${end}`;
    writeFileSync(file("ext"), extensions);
    openssl(
      "req",
      "-new",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      file("key"),
      "-out",
      file("csr"),
      "-subj",
      subject,
    );
    const signer =
      by === undefined
        ? ["-signkey", file("key")]
        : ["-CA", `${by}/ca.pem`, "-CAkey", `${by}/ca.key`, "-CAcreateserial"];
    const times = ["-days", String(days)];
    openssl(
      "x509",
      "-req",
      "-in",
      file("csr"),
      ...signer,
      "-sha256",
      ...times,
      "-extfile",
      file("ext"),
      "-out",
      file("pem"),
    );
  }

  #issued(name: string): Issued {
    const pem = `${this.#folder}/${name}.pem`;
    const der = execFileSync("openssl", ["x509", "-in", pem, "-outform", "der"]);
    const serial = execFileSync("openssl", ["x509", "-in", pem, "-noout", "-serial"], { encoding: "utf8" });
    return {
      certificate: readFileSync(pem, "utf8"),
      key: readFileSync(`${this.#folder}/${name}.key`, "utf8"),
      der,
      serialNumber: serial.trim().replace("serial=", ""),
    };
  }

  toString(): string {
    return this.#name;
  }
}

function openssl(...args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "ignore"] });
}

/** Lines of a configuration of ours with a certificate of our own and those of authorities. */
export function trustpointLines(own: Issued, authorities: readonly Issued[]): string {
  const lines = (owner: string, { der, serialNumber }: Issued) =>
    ` certificate ${owner}${serialNumber}\n  ${der.toString("hex")}\n  quit\n`;
  return `crypto ca trustpoint lab
 crl optional
crypto ca certificate chain lab
${lines("", own)}${authorities.map((each) => lines("ca ", each)).join("")}`;
}
