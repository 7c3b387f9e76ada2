/** The repository's own rules, as far as neither the compiler nor the linter can see them. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly lines: readonly string[];
}

function sources(root: string): SourceFile[] {
  return readdirSync(`${ROOT}/${root}`, { recursive: true, encoding: "utf8" })
    .map((name) => `${root}/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
    .map((path) => ({
      path,
      folder: path.split("/")[1] ?? "",
      lines: readFileSync(`${ROOT}/${path}`, "utf8").split("\n"),
    }));
}

const PRODUCT = sources("src").filter(({ path }) => !path.endsWith(".test.ts"));
const TABLES = /\/(numbers|catalogue|commands)\/|vendor-ids|modp-primes|sentences/;

function offences(
  files: readonly SourceFile[],
  pattern: RegExp,
  except: (line: string, before: string) => boolean = () => false,
): string[] {
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, i) => {
      const code = line
        .replace(/\/\/.*$/, "")
        .replace(/^\s*(\/?\*).*$/, "")
        .replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""');
      return pattern.test(code) && !except(line, lines[i - 1] ?? "")
        ? [`${path}:${i + 1}: ${line.trim()}`]
        : [];
    }),
  );
}

test("every source file fits in 400 lines, tables excepted", () => {
  const long = PRODUCT.filter(({ path, lines }) => lines.length > 401 && !TABLES.test(path));
  assert.deepEqual(
    long.map(({ path, lines }) => `${path} (${lines.length})`),
    [],
  );
});

test("every source file opens by saying what it is", () => {
  const silent = PRODUCT.filter(({ lines }) => !/^\/\*\*/.test(lines[0] ?? ""));
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  );
});

test("the pure layers have no clock and no entropy of their own", () => {
  const pure = PRODUCT.filter(({ folder }) => !["host", "program"].includes(folder));
  assert.deepEqual(
    offences(
      pure,
      /\b(Date\b|Math\.random|performance\.|process\.|console\.(?:log|error|warn|info|debug|trace)\b|setTimeout|setInterval|globalThis)/,
    ),
    [],
  );
});

test("crypto/ takes nothing from Node but node:crypto", () => {
  const files = PRODUCT.filter(({ folder }) => folder === "crypto");
  const found = files.flatMap(({ path, lines }) =>
    lines
      .filter((line) => /from "node:/.test(line) && !/from "node:crypto"/.test(line))
      .map((line) => `${path}: ${line}`),
  );
  assert.deepEqual(found, []);
});

test("errors are one of our own kinds", () => {
  assert.deepEqual(offences(PRODUCT, /new (Error|TypeError|RangeError)\(/), []);
});

test("there is no any, no non-null assertion, and no cast without a reason beside it", () => {
  assert.deepEqual(offences(PRODUCT, /\bas any\b|: any\b|<any>/), []);
  const cast = /\bas (?!const\b)[A-Z{(a-z]/;
  const reasoned = (line: string, before: string): boolean =>
    /\/\//.test(line) ||
    /^\s*(\/\/|\*|\/\*\*)/.test(before) ||
    /^\s*(import|export)\b/.test(line) ||
    /^\s*(type )?\w+ as \w+,?$/.test(line);
  assert.deepEqual(offences(PRODUCT, cast, reasoned), []);
});

test("laws try the same cases every time: who would see a failure again has their seed", () => {
  const unseeded = [...sources("src"), ...sources("test")].filter(({ lines }) => {
    const text = lines.join("\n");
    const laws = text.match(/\bfc\.(assert|check)\(/g)?.length ?? 0;
    const seeds = text.match(/\bseed: \d/g)?.length ?? 0;
    return seeds < laws && !/^fc\.configureGlobal\(\{ seed: \d/m.test(text);
  });
  assert.deepEqual(
    unseeded.map(({ path }) => path),
    [],
  );
});

test("the map in docs/ARCHITECTURE.md names every folder of src/", () => {
  const map = readFileSync(`${ROOT}/docs/ARCHITECTURE.md`, "utf8");
  for (const folder of new Set(PRODUCT.map(({ folder }) => folder)))
    assert.match(map, new RegExp(`\\b${folder}/`), folder);
});

test("vectors and captures come with their provenance", () => {
  for (const folder of ["test/vectors", "test/captures"]) {
    if (!existsSync(`${ROOT}/${folder}`)) continue;
    const provenance = readFileSync(`${ROOT}/${folder}/PROVENANCE.md`, "utf8");
    for (const name of readdirSync(`${ROOT}/${folder}`))
      if (name !== "PROVENANCE.md")
        assert.ok(provenance.includes(name), `${folder}/PROVENANCE.md does not name ${name}`);
  }
});
