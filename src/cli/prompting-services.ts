/** A router's services for a console that writes its prompt again when what takes its time is over. */
import type { RouterServices } from "./services.ts";

export function promptingServices(router: RouterServices, prompt: () => void): RouterServices {
  return {
    configuration: () => router.configuration(),
    commit: (next) => router.commit(next),
    view: () => router.view(),
    request: (request) => router.request(request),
    machine: () => router.machine(),
    rsaKeys: () => router.rsaKeys(),
    generateRsaKeys: (wishes, done) =>
      router.generateRsaKeys(wishes, (problem) => {
        done(problem);
        prompt();
      }),
    zeroizeRsaKeys: () => router.zeroizeRsaKeys(),
    configKey: () => router.configKey(),
    setConfigKey: (key) => router.setConfigKey(key),
    files: () => router.files(),
    restart: (startup) => router.restart(startup),
    pending: () => router.pending(),
    after: (span, act) =>
      router.after(span, () => {
        act();
        prompt();
      }),
    log: (line) => router.log(line),
    forwarding: () => router.forwarding(),
    terminalLines: () => router.terminalLines(),
    clearLine: (kind, number) => router.clearLine(kind, number),
    logging: () => router.logging(),
    clearLogging: () => router.clearLogging(),
    debugFlags: () => router.debugFlags(),
    setDebug: (flag, on) => router.setDebug(flag, on),
    debugConditions: () => router.debugConditions(),
    setDebugConditions: (conditions) => router.setDebugConditions(conditions),
    traceroute: (options, print, done) =>
      router.traceroute(options, print, () => {
        done();
        prompt();
      }),
    ping: (options, print, done) =>
      router.ping(options, print, () => {
        done();
        prompt();
      }),
  };
}
