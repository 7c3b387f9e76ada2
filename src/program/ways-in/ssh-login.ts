/** A user logs in over SSH (RFC 4252): by public key, by password, or asked for the password (RFC 4256). */
import type { AuthContext, PublicKeyAuthContext } from "ssh2";
import ssh2 from "ssh2";
import { plain } from "../../base/octets.ts";
import { userWithPassword } from "../../config/login.ts";
import { isKeyOf, type UserSettings } from "../../config/user-settings.ts";
import { WAYS_IN_LIMITS } from "./limits.ts";
import { type LoginAttempt, tellLogin, type WaysIn } from "./way-in.ts";

export class SshLogin {
  readonly #ways: WaysIn;
  readonly #from: Omit<LoginAttempt, "user">;
  readonly #giveUp: () => void;
  #wrongPasswords = 0;
  #requests = 0;
  #user: UserSettings | undefined;

  /** `giveUp` ends the connection after too many wrong passwords. */
  constructor(ways: WaysIn, from: Omit<LoginAttempt, "user">, giveUp: () => void) {
    this.#ways = ways;
    this.#from = from;
    this.#giveUp = giveUp;
  }

  /** Who has logged in. */
  get user(): UserSettings | undefined {
    return this.#user;
  }

  answer(context: AuthContext): void {
    this.#requests += 1;
    if (this.#requests > REQUESTS_MAX) return this.#giveUp();
    switch (context.method) {
      case "password":
        return this.#checkPassword(context, context.password);
      case "keyboard-interactive":
        return context.prompt([{ prompt: "Password: ", echo: false }], ([typed = ""]) =>
          this.#checkPassword(context, typed),
        );
      case "publickey":
        return this.#checkKey(context);
      default:
        return context.reject(METHODS);
    }
  }

  #checkPassword(context: AuthContext, typed: string): void {
    const user = userWithPassword(this.#ways.router.configuration(), context.username, typed);
    if (user !== undefined) return this.#admit(context, user);
    this.#wrongPasswords += 1;
    tellLogin(this.#ways, { ...this.#from, user: context.username }, "Login Authentication Failed");
    const { authenticationRetries } = this.#ways.router.configuration().ssh;
    const isLast = this.#wrongPasswords > authenticationRetries.value;
    setTimeout(() => {
      if (isLast) this.#giveUp();
      else context.reject(METHODS);
    }, WAYS_IN_LIMITS.refusalDelay).unref();
  }

  /** Asked first whether the key would do, then with a signature. */
  #checkKey(context: PublicKeyAuthContext): void {
    const { users, ssh } = this.#ways.router.configuration();
    const user = users.find(({ name }) => name === context.username);
    if (user === undefined || !isKeyOf(ssh, user.name, plain(context.key.data)))
      return context.reject(METHODS);
    if (context.signature === undefined || context.blob === undefined) return context.accept();
    const key = ssh2.utils.parseKey(context.key.data);
    const isProven =
      !(key instanceof Error) && key.verify(context.blob, context.signature, context.hashAlgo) === true;
    if (isProven) this.#admit(context, user);
    else context.reject(METHODS);
  }

  #admit(context: AuthContext, user: UserSettings): void {
    this.#user = user;
    tellLogin(this.#ways, { ...this.#from, user: user.name });
    context.accept();
  }
}

const METHODS: ("publickey" | "keyboard-interactive" | "password")[] = [
  "publickey",
  "keyboard-interactive",
  "password",
];
/** Agents offer every key they have. */
const REQUESTS_MAX = 30;
