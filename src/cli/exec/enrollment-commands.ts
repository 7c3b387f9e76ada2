/** Commands of configuration mode that obtain certificates and exchange keys: understood, and not in effect yet. */
import { value } from "../sentence.ts";
import { NAME } from "../value-types.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, later } from "./command.ts";

const NAME_OF_AUTHORITY = value("name", NAME, "CA Server Name");

/** Entered in configuration mode, where they would be done at once. */
export const ENROLLMENT_COMMANDS: readonly Command[] = [
  ...["crypto ca", "crypto pki"].flatMap((words) => [
    later([...phrase(`${words} authenticate`, "Get the CA certificate"), NAME_OF_AUTHORITY]),
    later([...phrase(`${words} enroll`, "Request a certificate from a CA"), NAME_OF_AUTHORITY]),
  ]),
  later(phrase("crypto key exchange dss", "Exchange DSS keys")),
];
