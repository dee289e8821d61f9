/** A shorter secret may occur anywhere as a word, such as `ollama` for a server that requires no key. */
const SHORTEST = 8;
const REDACTED = "[redacted]";

/** Removes secrets from texts of other services: a provider that refuses a request may quote its key. */
export class Redactor {
  #secrets: readonly string[] = [];

  constructor(secrets: readonly string[]) {
    this.add(secrets);
  }

  /** Each secret is matched as it is, as JSON escapes it, and as a URL does. */
  add(secrets: readonly string[]): void {
    const forms = secrets
      .filter(({ length }) => length >= SHORTEST)
      .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
    // The longest first: one may contain another.
    this.#secrets = [...new Set([...this.#secrets, ...forms])].sort((one, other) => other.length - one.length);
  }

  /** Linear in the text's length. */
  redact(text: string): string {
    return this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, REDACTED), text);
  }
}
