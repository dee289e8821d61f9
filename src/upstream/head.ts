import { Chunked } from "./chunked.ts";
import { checkCoding } from "./coding.ts";
import { Counted, type Framing, UntilClose } from "./framing.ts";
import { Lines } from "./lines.ts";

/** The most bytes of a head, including interim responses before it. */
const MAX_HEAD = 80 * 1024;

const STATUS = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: .*)?$/;
/** A field name (RFC 9110 §5.1), without white space before the colon. */
const NAME = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):/;
/** Characters that a field value must not contain (RFC 9110 §5.5). */
const BROKEN = /[\r\0]/;
const LENGTH = /^\d{1,15}$/;

/**
 * Parses the status and the headers of a response line by line, and derives its body's framing and the connection's
 * reuse.
 */
export class Head {
  status = 0;
  readonly #lines = new Lines(MAX_HEAD);
  #isOld = false;
  #last: string | undefined;
  #fields = new Map<string, string>();

  /**
   * Reads from `at`. Returns the position to continue at, and `isWhole` once the head has ended. Skips interim
   * responses (1xx). Throws an Error when the bytes are not a valid head.
   */
  read(bytes: Buffer, at: number): { readonly at: number; readonly isWhole: boolean } {
    let from = at;
    while (from < bytes.length) {
      const line = this.#lines.next(bytes, from);
      from = this.#lines.at;
      if (line === null) break;
      if (this.status === 0) this.#begin(line);
      else if (line !== "") this.#field(line);
      else if (this.status >= 200) return { at: from, isWhole: true };
      else this.#interim();
    }
    return { at: from, isWhole: false };
  }

  /** Returns a header's value, several joined into one list; null when it is absent. */
  field(name: string): string | null {
    return this.#fields.get(name.toLowerCase()) ?? null;
  }

  /** Whether the server accepts another request after the body has been read. */
  get isReusable(): boolean {
    return !(this.#isOld || this.#list("connection").includes("close") || (this.#isChunked && this.#hasLength));
  }

  /** Returns the body's framing (RFC 9112 §6.3). Throws an Error when it is ambiguous or not supported. */
  framing(): Framing {
    checkCoding(this.status, this.field("content-encoding"));
    if (this.status === 204 || this.status === 304) return new Counted(0);
    if (this.#isChunked) return new Chunked();
    if (this.field("transfer-encoding") !== null)
      throw new Error("The server's transfer-encoding is something other than chunked.");
    if (!this.#hasLength) return new UntilClose();
    const [length = "", ...others] = this.#list("content-length");
    if (!LENGTH.test(length) || others.some((other) => other !== length)) {
      throw new Error("The server's content-length is not a number.");
    }
    return new Counted(Number(length));
  }

  get #isChunked(): boolean {
    return this.field("transfer-encoding")?.toLowerCase() === "chunked";
  }

  get #hasLength(): boolean {
    return this.field("content-length") !== null;
  }

  #list(name: string): readonly string[] {
    return (this.field(name) ?? "").split(",").map((member) => member.trim().toLowerCase());
  }

  #begin(line: string): void {
    const [, minor, status] = STATUS.exec(line) ?? [];
    if (status === undefined) throw new Error("The server's response is not HTTP/1.1.");
    // The request asked for no other protocol.
    if (status === "101") throw new Error("The server switched to another protocol.");
    this.status = Number(status);
    this.#isOld = minor === "0";
  }

  #field(line: string): void {
    // A line that starts with white space continues the previous one (RFC 9112 §5.2).
    const isFolded = line.startsWith(" ") || line.startsWith("\t");
    const name = isFolded ? this.#last : NAME.exec(line)?.[1];
    if (name === undefined || BROKEN.test(line)) throw new Error("The server sent a header that cannot be read.");
    const value = withoutBlanks(line, isFolded ? 0 : name.length + 1);
    const key = name.toLowerCase();
    const before = this.#fields.get(key);
    const between = isFolded ? " " : ", ";
    this.#fields.set(key, before === undefined ? value : before + between + value);
    this.#last = key;
  }

  #interim(): void {
    this.status = 0;
    this.#last = undefined;
    this.#fields = new Map();
  }
}

/** Trims blanks from `start` on. By hand: a pattern for trailing blanks would backtrack at each blank in the middle. */
const withoutBlanks = (line: string, start: number): string => {
  let [from, to] = [start, line.length];
  while (from < to && isBlank(line.charCodeAt(from))) from += 1;
  while (to > from && isBlank(line.charCodeAt(to - 1))) to -= 1;
  return line.slice(from, to);
};

const isBlank = (code: number): boolean => code === 32 || code === 9;
