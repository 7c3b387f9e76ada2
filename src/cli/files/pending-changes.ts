/** What a router will do of its own accord unless it is called off: a reload, and going back to the configuration of before. */
import { after, elapsed, type Instant, type Milliseconds } from "../../base/time.ts";
import type { Configuration } from "../../config/configuration.ts";
import type { RouterServices } from "../services.ts";

export interface Pending {
  readonly at: Instant;
  cancel(): void;
}

export interface PendingRevert extends Pending {
  /** The configuration that comes back. */
  readonly before: Configuration;
}

/** Of a router, whichever session asked. */
export class PendingChanges {
  reload: Pending | undefined;
  revert: PendingRevert | undefined;
}

/** In so many milliseconds; another reload that waits is called off. */
export function scheduleReload(services: RouterServices, span: Milliseconds, reload: () => void): void {
  const pending = services.pending();
  pending.reload?.cancel();
  const timer = services.after(span, () => {
    pending.reload = undefined;
    reload();
  });
  pending.reload = { at: after(services.view().now, span), cancel: timer.cancel };
}

/** The configuration of before comes back in so many milliseconds, unless it is confirmed. */
export function scheduleRevert(services: RouterServices, before: Configuration, span: Milliseconds): void {
  const pending = services.pending();
  pending.revert?.cancel();
  const timer = services.after(span, () => revert(services));
  pending.revert = { before, at: after(services.view().now, span), cancel: timer.cancel };
}

/** Goes back at once; false where nothing waits. */
export function revert(services: RouterServices): boolean {
  const { revert: waiting } = services.pending();
  if (waiting === undefined) return false;
  confirm(services);
  services.commit(waiting.before);
  services.log("%SKEYID-5-ROLLBACK: the configuration was not confirmed: that of before is back");
  return true;
}

/** What is configured stays; false where nothing waits. */
export function confirm(services: RouterServices): boolean {
  const pending = services.pending();
  const isThere = pending.revert !== undefined;
  pending.revert?.cancel();
  pending.revert = undefined;
  return isThere;
}

/** `5 minutes 3 seconds`. */
export function timeLeft(services: RouterServices, { at }: Pending): string {
  const seconds = Math.max(0, Math.ceil(elapsed(services.view().now, at) / 1000));
  const minutes = Math.floor(seconds / 60);
  return [
    ...(minutes > 0 ? [`${minutes} ${minutes === 1 ? "minute" : "minutes"}`] : []),
    ...(seconds % 60 > 0 || minutes === 0 ? [`${seconds % 60} seconds`] : []),
  ].join(" ");
}
