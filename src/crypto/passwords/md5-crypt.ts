/** md5-crypt, the hash of IOS's type 5: `$1$salt$hash`. A thousand rounds of MD5, in the order of FreeBSD's first crypt of this kind. */
import { concat, utf8 } from "../../base/octets.ts";
import { hash } from "../hash.ts";
import { CRYPT_ALPHABET } from "./salt.ts";

const MAGIC = "$1$";
const ROUNDS = 1000;
/** Characters; more are not looked at. */
const SALT_MAX = 8;

/** The whole text, `$1$` and salt included. */
export function md5Crypt(password: Uint8Array, salt: string): string {
  const used = salt.slice(0, SALT_MAX);
  const saltOctets = utf8(used);
  const parts = [password, utf8(MAGIC), saltOctets];
  const mixed = hash("md5", password, saltOctets, password);
  for (let left = password.length; left > 0; left -= mixed.length) parts.push(mixed.subarray(0, left));
  for (let bits = password.length; bits > 0; bits >>= 1)
    parts.push((bits & 1) === 1 ? Uint8Array.of(0) : password.subarray(0, 1));
  let digest = hash("md5", ...parts);
  for (let round = 0; round < ROUNDS; round++) {
    const isOdd = (round & 1) === 1;
    digest = hash(
      "md5",
      concat(
        isOdd ? password : digest,
        round % 3 === 0 ? NOTHING : saltOctets,
        round % 7 === 0 ? NOTHING : password,
        isOdd ? digest : password,
      ),
    );
  }
  return `${MAGIC}${used}$${written(digest)}`;
}

/** The salt of a hash; undefined where the text is none. */
export function saltOfMd5Crypt(text: string): string | undefined {
  return /^\$1\$([^$]{1,8})\$[./0-9A-Za-z]{22}$/.exec(text)?.[1];
}

const NOTHING = new Uint8Array(0);

/** Three octets as four characters, least significant first; which octets go together is a matter of history. */
function written(digest: Uint8Array): string {
  let text = "";
  for (const [high, middle, low] of TRIPLES) text += characters(digest, [high, middle, low], 4);
  return text + characters(digest, [11], 2);
}

const TRIPLES = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

function characters(digest: Uint8Array, from: readonly number[], count: number): string {
  let value = from.reduce((sum, at) => (sum << 8) | (digest[at] ?? 0), 0);
  let text = "";
  for (let i = 0; i < count; i++) {
    text += CRYPT_ALPHABET[value & 63];
    value >>= 6;
  }
  return text;
}
