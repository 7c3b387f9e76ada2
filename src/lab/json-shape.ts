/** Reading a JSON value of an expected shape, with the place of what does not fit: `lab.json: links.mtu must be a number`. */

/** What does not fit. Caught where the file is read. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

export class JsonShape {
  readonly #value: unknown;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    this.#value = value;
    this.#path = path;
  }

  /** The value of `key`, which may be absent: then it fits nothing but `optional`. */
  at(key: string): JsonShape {
    const value = this.#record()[key];
    return new JsonShape(value, this.#path.endsWith(":") ? `${this.#path} ${key}` : `${this.#path}.${key}`);
  }

  has(key: string): boolean {
    return this.#record()[key] !== undefined;
  }

  /** Keys and values, each of which may be of any name. */
  entries(): [string, JsonShape][] {
    return Object.keys(this.#record()).map((key) => [key, this.at(key)]);
  }

  /** Demands that there is no key but these. */
  only(...keys: readonly string[]): this {
    for (const key of Object.keys(this.#record()))
      if (!keys.includes(key)) this.fail(`has no ${JSON.stringify(key)}; it has ${keys.join(", ")}`);
    return this;
  }

  items(): JsonShape[] {
    if (!Array.isArray(this.#value)) this.fail("must be a list");
    return (this.#value as readonly unknown[]).map((item, i) => new JsonShape(item, `${this.#path}[${i}]`)); // checked just above
  }

  text(): string {
    if (typeof this.#value !== "string") this.fail("must be a text in quotes");
    return this.#value as string; // checked just above
  }

  boolean(): boolean {
    return typeof this.#value === "boolean" ? this.#value : this.fail("must be true or false");
  }

  number(least: number, most: number): number {
    const value = this.#value;
    if (typeof value !== "number" || value < least || value > most)
      this.fail(`must be a number from ${least} to ${most}`);
    return value as number; // checked just above
  }

  fail(reason: string): never {
    throw new ShapeError(`${this.#path} ${reason}`);
  }

  #record(): Readonly<Record<string, unknown>> {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value))
      this.fail("must be an object in braces");
    return value as Readonly<Record<string, unknown>>; // checked just above
  }
}
