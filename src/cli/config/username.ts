/** `username`: who may log in where a line says `login local`. */
import type { HiddenPassword } from "../../config/password.ts";
import type { UserCredential, UserSettings } from "../../config/user-settings.ts";
import { globalSetting } from "../mode.ts";
import { replaced } from "../replaced.ts";
import { oneOf, optional, value, word } from "../sentence.ts";
import { integer, NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import {
  ALGORITHM_PART,
  CLEAR_SECRET_PART,
  PASSWORD_PART,
  passwordOf,
  SECRET_PART,
  secretForAlgorithm,
  secretOf,
  type WrittenForAlgorithm,
  type WrittenPassword,
  writtenForAlgorithm,
  writtenPassword,
  writtenSecret,
} from "./password-parts.ts";

export const USERNAME = globalSetting(
  [
    ...phrase("username", "Establish User Name Authentication"),
    value("name", NAME, "User name"),
    optional(
      word("privilege", "Set user privilege level"),
      value("privilege", integer(0, 15), "User privilege level"),
    ),
    optional(
      oneOf("credential", {
        nopassword: [word("nopassword", "No password is required for the user to log in")],
        password: [word("password", "Specify the password for the user"), PASSWORD_PART],
        secret: [word("secret", "Specify the secret for the user"), SECRET_PART],
        algorithm: [
          word("algorithm-type", "Algorithm to use for hashing the plaintext secret for the user"),
          ALGORITHM_PART,
          word("secret", "Specify the secret for the user"),
          CLEAR_SECRET_PART,
        ],
      }),
    ),
  ],
  {
    key: 2,
    set: (configuration, { name, privilege, credential }, origin) => {
      const before = configuration.users.find((user) => user.name === name);
      const user: UserSettings = {
        name,
        privilege: privilege ?? before?.privilege,
        credential: credentialOf(credential) ?? before?.credential ?? { kind: "none" },
        origin,
      };
      return {
        ...configuration,
        users: replaced(configuration.users, user, (other) => other.name === name),
      };
    },
    unset: (configuration, { name }) => ({
      ...configuration,
      users: configuration.users.filter((user) => user.name !== name),
    }),
    get: ({ users }) =>
      users.map(({ name, privilege, credential }) => ({ name, privilege, credential: written(credential) })),
  },
);

type Written =
  | ({ readonly kind: "algorithm" } & WrittenForAlgorithm)
  | { readonly kind: "nopassword" }
  | { readonly kind: "password"; readonly password: Parameters<typeof passwordOf>[0] }
  | { readonly kind: "secret"; readonly secret: Parameters<typeof secretOf>[0] };

function credentialOf(credential: Written | undefined): UserCredential | undefined {
  switch (credential?.kind) {
    case undefined:
      return undefined;
    case "nopassword":
      return { kind: "nopassword" };
    case "algorithm":
      return { kind: "secret", secret: secretForAlgorithm(credential) };
    case "password":
      return { kind: "password", password: passwordOf(credential.password) };
    case "secret":
      return { kind: "secret", secret: secretOf(credential.secret) };
  }
}

function written(credential: UserCredential): Written | undefined {
  switch (credential.kind) {
    case "none":
      return undefined;
    case "nopassword":
      return credential;
    case "password":
      return { kind: "password", password: writtenOfUser(credential.password) };
    case "secret": {
      const toBeHashed = writtenForAlgorithm(credential.secret);
      return toBeHashed === undefined
        ? { kind: "secret", secret: writtenSecret(credential.secret) }
        : { kind: "algorithm", ...toBeHashed };
    }
  }
}

/** IOS says here that a password is in clear, and of other passwords does not. */
function writtenOfUser(password: HiddenPassword): WrittenPassword {
  const { kind, text } = writtenPassword(password);
  return { kind: kind === "clear" ? "0" : kind, text };
}
