/** The executable, run from the sources by tests that start it as a process of its own. */
import { main } from "../../src/program/main.ts";

await main();
