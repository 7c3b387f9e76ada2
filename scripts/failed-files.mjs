/** A reporter for node's test runner: the path of each test file in which something failed, a line each. */
// biome-ignore lint/style/noDefaultExport: a reporter is its module's default export
export default async function* failedFiles(source) {
  const failed = new Set();
  for await (const { type, data } of source) if (type === "test:fail") failed.add(data.file ?? data.name);
  for (const file of failed) yield `${file}\n`;
}
