/** A shorter secret is a word that stands everywhere, such as `ollama` for a server that wants no key. */
const SHORTEST = 8;
const REDACTED = "[redacted]";

/** Takes secrets out of texts that others have written: a provider that refuses a request may quote its key. */
export class Redactor {
  readonly #secrets: readonly string[];

  /** Each is found as it is, as JSON writes it, and as a URL does. */
  constructor(secrets: readonly string[]) {
    const forms = secrets
      .filter(({ length }) => length >= SHORTEST)
      .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
    // The longest first: one may hold another.
    this.#secrets = [...new Set(forms)].sort((one, other) => other.length - one.length);
  }

  /** Linear in the text's length. */
  redact(text: string): string {
    return this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, REDACTED), text);
  }
}
