/** A JSON value of the document. */
export type Json = Readonly<Record<string, unknown>>;

/** Keywords that hold values, not schemas. */
const VALUES: ReadonlySet<string> = new Set(["const", "default", "enum", "examples"]);

/** The schemas that the document names, so that each appears once. */
export class Components {
  readonly #named = new Map<string, { readonly text: string; readonly schema: Json }>();

  /** Returns the schema as plain JSON Schema, with a reference in place of each one that has a title. */
  place(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((item) => this.place(item));
    if (typeof schema !== "object" || schema === null) return schema;
    const placed = Object.fromEntries(
      Object.entries(schema).map(([key, value]) => [key, VALUES.has(key) ? value : this.place(value)]),
    );
    // A property may be named `title` too, but then its value is a schema.
    return typeof placed.title === "string" ? this.#name(placed.title, placed) : placed;
  }

  all(): Json {
    const byName = [...this.#named].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(byName.map(([name, { schema }]) => [name, schema]));
  }

  #name(title: string, schema: Json): Json {
    const name = pascal(title);
    const text = JSON.stringify(schema);
    const known = this.#named.get(name);
    if (known !== undefined && known.text !== text) throw new Error(`two schemas are called ${name}`);
    this.#named.set(name, { text, schema });
    return { $ref: `#/components/schemas/${name}` };
  }
}

/** Converts `llm.token.delta` to `LlmTokenDelta`. */
export const pascal = (text: string): string =>
  text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join("");
