/** `skeyid run`: this machine as the router of a configuration, until it is told to stop. */
import { formatProblem } from "../cli/check.ts";
import { loadConfiguration } from "../cli/load.ts";
import { compile, type Problem, type RouterPolicy } from "../config/compile.ts";
import { routerName } from "../config/compile-ike.ts";
import { commandHelp } from "./arguments.ts";
import { configKeyFileOf, loadConfigKey } from "./config-key-file.ts";
import { DirectoryFiles } from "./directory-files.ts";
import { keyFileOf, loadRsaKeys } from "./rsa-key-file.ts";
import { type Survey, surveyMachine, whoRunsAlready } from "./run-machine.ts";
import { RUN_SYNTAX, type RunOptions, readRunOptions } from "./run-options.ts";
import type { RouterInFiles } from "./run-router.ts";
import { runUntilStopped } from "./run-service.ts";
import { stateDirectoryOf } from "./state-directory.ts";
import { EXIT, PROCESS_TERMINAL, type Terminal } from "./terminal.ts";

/** Answers with the exit code: 2 for a wrong command line, 1 for what is in the way of running. */
export async function runCommand(
  args: readonly string[],
  terminal: Terminal = PROCESS_TERMINAL,
): Promise<number> {
  const read = readRunOptions(args);
  if (read.kind === "help") {
    terminal.print(commandHelp(RUN_SYNTAX));
    return EXIT.fine;
  }
  if (read.kind === "problem") {
    terminal.complain([`skeyid run: ${read.problem}; see skeyid run --help`]);
    return EXIT.misused;
  }
  const { options } = read;
  const loaded = load(options.file, terminal);
  if (loaded === undefined) return EXIT.found;
  return options.check
    ? await check(loaded, options, terminal)
    : await runUntilStopped({
        ...loaded,
        options,
        stateDirectory: stateDirectoryOf(options.stateDirectory),
        terminal,
      });
}

interface Loaded extends RouterInFiles {
  readonly policy: RouterPolicy;
}

/** Undefined, and said why, where it cannot run. A line that IOS would refuse is refused here: half a policy is none. */
function load(file: string, terminal: Terminal): Loaded | undefined {
  const read = terminal.readFile(file);
  if (read.kind === "problem") {
    terminal.complain([`skeyid run: ${read.problem}`]);
    return undefined;
  }
  const { configuration, problems } = loadConfiguration(new TextDecoder().decode(read.bytes), file);
  const keyFile = keyFileOf(file);
  const rsaKeys = loadRsaKeys(keyFile, routerName(configuration));
  if (typeof rsaKeys === "string") {
    terminal.complain([`skeyid run: ${rsaKeys}`]);
    return undefined;
  }
  const configKeyFile = configKeyFileOf(file);
  const configKey = loadConfigKey(configKeyFile);
  if (configKey.kind === "problem") {
    terminal.complain([`skeyid run: ${configKey.problem}`]);
    return undefined;
  }
  const compiled = compile(configuration, { rsaKeys, configKey: configKey.key });
  const errors = [...problems, ...compiled.problems].filter(isError);
  if (errors.length === 0 && compiled.policy !== undefined)
    return {
      ...{ configuration, rsaKeys, keyFile, configKeyFile },
      files: new DirectoryFiles(file),
      configKey: configKey.key,
      policy: compiled.policy,
    };
  terminal.complain([
    ...errors.flatMap((problem) => formatProblem(problem, file)),
    `skeyid run: nothing is started: ${errors.length === 1 ? "1 error" : `${errors.length} errors`} in ${file}`,
  ]);
  return undefined;
}

async function check({ policy }: Loaded, options: RunOptions, terminal: Terminal): Promise<number> {
  if (options.userspace) {
    terminal.print([`${options.file} can run in userspace`]);
    return EXIT.fine;
  }
  const running = whoRunsAlready(stateDirectoryOf(options.stateDirectory));
  const survey = running === undefined ? await surveyMachine(policy, options) : problems(running);
  if (survey.kind === "problems") {
    terminal.complain(survey.problems.map((line) => `skeyid run: ${line}`));
    return EXIT.found;
  }
  terminal.print([...survey.remarks, `${options.file} can run on this machine; nothing was changed`]);
  return EXIT.fine;
}

function problems(line: string): Survey {
  return { kind: "problems", problems: [line] };
}

function isError({ severity }: Problem): boolean {
  return severity === "error";
}
