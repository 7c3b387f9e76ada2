/** `show version`, `clock`, `processes`, `interfaces`: the machine that the router runs on. */
import { INTERFACE_NAME } from "../interface-names.ts";
import { flag, optional, value } from "../sentence.ts";
import { showDescriptions, showInterfaces } from "../views/interfaces.ts";
import { showClock, showMemory, showProcessor, showVersion } from "../views/system.ts";
import { phrase } from "../vocabulary.ts";
import { type Command, command } from "./command.ts";

export const SHOW_SYSTEM_COMMANDS: readonly Command[] = [
  command(phrase("show version", "System hardware and software status"), ({ print, services }) =>
    print(showVersion(services.configuration(), services.machine())),
  ),
  command(
    [
      ...phrase("show clock", "Display the system clock"),
      flag("detail", "detail", "Display detailed information"),
    ],
    ({ print, services }, { detail }) => {
      print(showClock(services.machine().clock, detail === true, services.configuration().logging));
    },
  ),
  command(
    [...phrase("show interfaces"), optional(value("name", INTERFACE_NAME, "Interface"))],
    ({ print, services }, { name }) =>
      print(showInterfaces(services.configuration(), services.machine(), name)),
  ),
  command(phrase("show interfaces description", "Show interface description"), ({ print, services }) =>
    print(showDescriptions(services.configuration(), services.machine())),
  ),
  command(phrase("show processes", "Active process statistics"), ({ print, services }) => {
    const { health } = services.machine();
    print([...showProcessor(health), ...(health === undefined ? [] : ["", ...showMemory(health)])]);
  }),
  command(phrase("show processes cpu", "Show CPU use per process"), ({ print, services }) =>
    print(showProcessor(services.machine().health)),
  ),
  command(phrase("show processes memory", "Show memory use per process"), ({ print, services }) =>
    print(showMemory(services.machine().health)),
  ),
];
