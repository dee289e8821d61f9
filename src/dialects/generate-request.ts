import { type Static, Type } from "@sinclair/typebox";
import type { RunFile } from "../domain/document.ts";
import { IS_REQUIRED, RequestError } from "../domain/error.ts";
import { beginning, hasLength, isStorable } from "../domain/text.ts";
import type { TilOptions } from "../domain/til-draft.ts";
import { ProviderChoice } from "../models/spec.ts";
import type { RunRequest } from "../runs/contract.ts";
import type { Caller } from "./contract.ts";
import { readDataUrl } from "./data-url.ts";
import { flag, isOn, nullable, OptionalUserField } from "./fields.ts";

/** Code points of a text that the thread stores as its user's message. The full text is not stored. */
const MAX_MESSAGE = 2_000;
const MAX_URL = 4_096;
/** Of a file's name, in code points. */
const MAX_NAME = 255;

const InputType = Type.Union([Type.Literal("text"), Type.Literal("url"), Type.Literal("file")]);
const Flag = flag("true, false or null; defaults to true");

export const GenerateRequest = Type.Object({
  input_type: nullable(InputType, "text, url or file; optional when a form includes a file"),
  content: nullable(
    Type.String(),
    "text for text, an http or https URL for url, a data: URL for file; absent when a form includes a file",
  ),
  provider: nullable(
    ProviderChoice,
    `${ProviderChoice.anyOf.map(({ const: name }) => name).join(", ")} or null; defaults to the configured model`,
  ),
  auto_day_number: Flag,
  auto_tags: Flag,
  auto_excerpt: Flag,
  user_id: OptionalUserField,
});
type GenerateRequest = Static<typeof GenerateRequest>;

/**
 * Turns the request into a run of the agent `til`, each in a new thread. Throws `invalid` when there is nothing to
 * write a note from.
 */
export const generateRun = (body: GenerateRequest, caller: Caller): RunRequest => {
  const { source, message, file } = inputOf(body, caller.file);
  const options: TilOptions = {
    source,
    dayNumber: isOn(body.auto_day_number) ?? true,
    excerpt: isOn(body.auto_excerpt) ?? true,
    tags: isOn(body.auto_tags) ?? true,
  };
  const provider = body.provider ?? null;
  return {
    userId: caller.userId,
    threadId: null,
    input: { message, images: [], streamTokens: true, locale: caller.locale, options },
    model: provider === null ? null : { name: null, provider, path: "/provider" },
    agent: null,
    file,
  };
};

/** The source of the note, and the user's message that stands for it in the thread. */
interface Input {
  readonly source: TilOptions["source"];
  readonly message: string;
  readonly file: RunFile | null;
}

const inputOf = ({ input_type, content }: GenerateRequest, sent: RunFile | null): Input => {
  const type = input_type ?? (sent === null ? null : "file");
  if (type === null) throw wrong("input_type", `${IS_REQUIRED}: text, url or file`);
  if (sent !== null) {
    if (type !== "file") throw wrong("input_type", "must be file when a form includes one");
    return fileInput(sent, "file");
  }
  if (content === undefined || content === null || content.trim() === "") {
    const form = type === "file" ? ", or sent as a form (multipart/form-data) with the file" : "";
    const rule = content == null ? `${IS_REQUIRED}:` : "must be";
    throw wrong("content", `${rule} ${EXPECTED[type]}${form}`);
  }
  return type === "text"
    ? textInput(content)
    : type === "url"
      ? urlInput(content.trim())
      : fileInput(dataIn(content), "content");
};

const EXPECTED: Readonly<Record<Input["source"], string>> = {
  text: "text that is not blank",
  url: "a complete http or https URL, such as https://example.com/page",
  file: "a data: URL (data:text/markdown;base64,…)",
};

/** The text is sent as a file: the thread needs no second copy of a megabyte. */
const textInput = (text: string): Input => {
  // As many units as that many code points can take, and one more to see whether there are more.
  const letters = [...text.slice(0, 2 * MAX_MESSAGE + 1)];
  const message = letters.length > MAX_MESSAGE ? `${letters.slice(0, MAX_MESSAGE).join("")}…` : text;
  return {
    source: "text",
    message,
    file: { name: "", mediaType: "text/plain", bytes: new TextEncoder().encode(text), release: notCounted },
  };
};

const urlInput = (address: string): Input => {
  const url = hasLength(address, 0, MAX_URL) ? URL.parse(address) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") throw wrong("content", `must be ${EXPECTED.url}`);
  return { source: "url", message: address, file: null };
};

const fileInput = (file: RunFile, field: "file" | "content"): Input => {
  if (file.bytes.length === 0) throw wrong(field, "must be a file that is not empty");
  const name = beginning(file.name.toWellFormed(), MAX_NAME);
  return { source: "file", message: name || file.mediaType || "file", file };
};

const dataIn = (content: string): RunFile => {
  const file = readDataUrl(content);
  if (file === null || !isStorable(file.name)) throw wrong("content", `must be ${EXPECTED.file}`);
  return { ...file, release: notCounted };
};

/** What came in JSON is at most a mebibyte, and was never counted. */
const notCounted = (): void => {};

const wrong = (field: string, message: string): RequestError =>
  new RequestError("invalid", `${field} ${message}.`, { details: [{ path: `/${field}`, message }] });
