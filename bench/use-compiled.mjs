// Benchmarks are TypeScript that tsx runs, but what they measure is what is published: imports from src/ lead to dist/. tsx keeps the
// names of functions by a property of each, which costs closures hundreds of octets.
import { register } from "node:module";

const [sources, compiled] = ["../src/", "../dist/"].map((folder) => new URL(folder, import.meta.url).href);
const hook = `export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  if (!found.url.startsWith(${JSON.stringify(sources)}) || !/\\.ts(\\?|$)/.test(found.url)) return found;
  const path = found.url.slice(${sources.length}).replace(/\\.ts(\\?.*)?$/, ".js");
  return { url: ${JSON.stringify(compiled)} + path, format: "module", shortCircuit: true };
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
