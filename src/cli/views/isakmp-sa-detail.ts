/** `show crypto isakmp sa detail`, in the layout of IOS 12.4: what was agreed on, how long it lasts, what the peer can. */
import { clockText } from "../../base/clock-text.ts";
import { elapsed, type Instant } from "../../base/time.ts";
import type { CipherName, HashName } from "../../crypto/names.ts";
import type { GatewayView } from "../../gateway/contract.ts";
import type { AuthenticationMethod } from "../../ike/policy.ts";
import type { IsakmpSaView } from "../../ike/view.ts";

export function showIsakmpSaDetail({ now, ike }: GatewayView): string[] {
  return [
    "Codes: C - IKE configuration mode, D - Dead Peer Detection",
    "       K - Keepalives, N - NAT-traversal",
    "       T - cTCP encapsulation, X - IKE Extended Authentication",
    "       psk - Preshared key, rsig - RSA signature",
    "       renc - RSA encryption",
    "IPv4 Crypto ISAKMP SA",
    "",
    "C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.",
    "",
    ...ike.isakmpSas.flatMap((sa) => saLines(now, sa)),
  ];
}

function saLines(now: Instant, view: IsakmpSaView): string[] {
  const { sa, encryption, hash, authentication, group, expiresAt, capabilities } = view;
  const columns = [
    String(sa.connId).padEnd(5),
    sa.local.address.padEnd(15),
    sa.remote.address.padEnd(15),
    "".padEnd(6),
    STATUS[view.state].padEnd(6),
    (encryption === undefined ? "" : CIPHERS[encryption]).padEnd(4),
    (hash === undefined ? "" : HASHES[hash]).padEnd(6),
    (authentication === undefined ? "" : METHODS[authentication]).padEnd(4),
    String(group ?? "").padEnd(2),
    (expiresAt === undefined || expiresAt < now ? "0" : clockText(elapsed(now, expiresAt))).padEnd(8),
    `${capabilities.deadPeerDetection ? "D" : ""}${capabilities.natTraversal ? "N" : ""}`,
  ];
  return [columns.join(" "), `       Engine-id:Conn-id =  SW:${sa.connId}`, ""];
}

const NEGOTIATING = "";
const STATUS: { readonly [S in IsakmpSaView["state"]]: string } = {
  MM_NO_STATE: NEGOTIATING,
  MM_SA_SETUP: NEGOTIATING,
  MM_KEY_EXCH: NEGOTIATING,
  AG_NO_STATE: NEGOTIATING,
  AG_INIT_EXCH: NEGOTIATING,
  QM_IDLE: "ACTIVE",
  DELETED: "DELETED",
};

const CIPHERS: { readonly [C in CipherName]: string } = {
  des: "des",
  "3des": "3des",
  "aes-128": "aes",
  "aes-192": "aes",
  "aes-256": "aes",
};

const HASHES: { readonly [H in HashName]: string } = {
  md5: "md5",
  sha1: "sha",
  sha256: "sha256",
  sha384: "sha384",
  sha512: "sha512",
};

const METHODS: { readonly [A in AuthenticationMethod]: string } = {
  "pre-share": "psk",
  "rsa-sig": "rsig",
  "rsa-encr": "renc",
};
