/** Starts a worker thread, whether we are compiled or run from the sources. */
import { Worker } from "node:worker_threads";

/**
 * A thread that runs `script`. Sources need a loader where Node does not read TypeScript by itself, and a thread does not
 * inherit that of its parent: it starts tsx, with which sources are run in development, itself.
 */
export function startThread(script: URL): Worker {
  // Not in the types of the oldest Node that we run on: absent there, false or the name of a way in later ones.
  const readsTypeScript = Boolean(Reflect.get(process.features, "typescript"));
  if (readsTypeScript || !script.pathname.endsWith(".ts")) return new Worker(script);
  const source = `import("tsx/esm/api").then(({ register }) => {
    register();
    return import(${JSON.stringify(script.href)});
  });`;
  return new Worker(source, { eval: true });
}
