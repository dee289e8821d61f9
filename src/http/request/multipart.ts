import type { Upload } from "../../domain/document.ts";
import { RequestError } from "../../domain/error.ts";
import { isStorable } from "../../domain/text.ts";
import { bodyWasRead } from "../identity/door.ts";
import { readBytes } from "./body.ts";
import { invalid } from "./validate.ts";

/** A form may take so long to arrive, in milliseconds: 20 MB at a slow uplink. */
const PATIENCE_MS = 300_000;
/** What the fields and the wrapping may add to the files, in bytes. */
const ALLOWANCE = 1024 * 1024;
const FIELDS_TOO_LARGE = "The form's fields are larger than 1 MiB; send a file as a file.";
/** More parts than this are no form of ours. */
const MAX_PARTS = 100;

export interface Multipart {
  /** Each name once. */
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly Upload[];
}

export const isMultipart = (request: Request): boolean =>
  /^multipart\/form-data\s*(?:;|$)/i.test(request.headers.get("content-type") ?? "");

/**
 * A form of `multipart/form-data` (RFC 7578), held in memory: `maxBytes` bound its files together. An input for a file that
 * was left empty is no file. Throws `payload_too_large`, `malformed_request`, `invalid` for a field that is repeated, and
 * what `readBytes` throws.
 */
export const readMultipart = async (
  request: Request,
  { maxBytes }: { readonly maxBytes: number },
): Promise<Multipart> => {
  const tooLarge = `The file is larger than ${maxBytes / 1024 / 1024} MiB.`;
  const bytes = await readBytes(request, { maxBytes: maxBytes + ALLOWANCE, patienceMs: PATIENCE_MS, tooLarge });
  if (partsIn(bytes, request.headers.get("content-type") ?? "") > MAX_PARTS + 1)
    throw malformed(new Error("too many parts"));
  const form = await parse(bytes, request.headers.get("content-type") ?? "");
  const fields = new Map<string, string>();
  const files: Upload[] = [];
  const fileFields = new Map<string, Upload>();
  let size = 0;
  for (const [field, value] of form) {
    if (fields.size + files.length === MAX_PARTS) throw malformed(new Error("too many parts"));
    if (typeof value === "string") {
      if (fields.has(field)) throw invalid([{ path: `/${field}`, message: "must be given once" }]);
      fields.set(field, value);
      size += field.length + value.length;
      if (size > ALLOWANCE) throw new RequestError("payload_too_large", FIELDS_TOO_LARGE);
    } else {
      // Bun 1.4.5 leaves the name out where the form has an empty one.
      const name = "name" in value && typeof value.name === "string" ? value.name : "";
      if (value.size === 0 && name === "") continue;
      const file = { name, mediaType: value.type, bytes: await value.bytes() };
      files.push(file);
      fileFields.set(field, file);
    }
  }
  if (files.reduce((size, file) => size + file.bytes.length, 0) > maxBytes) {
    throw new RequestError("payload_too_large", tooLarge);
  }
  // A browser sends all that a form has: a field that was left empty names nobody.
  bodyWasRead(request, Object.fromEntries([...fileFields, ...[...fields].filter(([, text]) => text !== "")]));
  return { fields: Object.fromEntries(fields), files };
};

/** The form's file, whatever its field is called: clients differ. Null: it brings none. Throws `invalid` when it brings several. */
export const onlyFile = ({ files }: Multipart): Upload | null => {
  const [file = null, another] = files;
  if (another !== undefined) throw invalid([{ path: "/file", message: "must be one file: each is sent by itself" }]);
  if (file !== null && !isStorable(file.name)) {
    throw invalid([{ path: "/file", message: "must have a name without NUL" }]);
  }
  return file;
};

/** How many parts the boundary begins, up to two more than may be: a parser would make an object of each of a million. */
const partsIn = (bytes: Buffer, type: string): number => {
  const [, quoted, bare] = /boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(type.slice(0, 1_000)) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) return 0;
  const delimiter = Buffer.from(`\n--${boundary}`);
  // Those after the first, or after what stands before the first, each on a line of its own; the last one ends the form.
  let parts = 0;
  let at = bytes.indexOf(delimiter);
  for (; at >= 0 && parts <= MAX_PARTS + 1; at = bytes.indexOf(delimiter, at + 1)) parts += 1;
  return parts;
};

const parse = async (bytes: Buffer<ArrayBuffer>, type: string): Promise<Iterable<readonly [string, string | Blob]>> => {
  try {
    return await new Response(bytes, { headers: { "content-type": type } }).formData();
  } catch (cause) {
    throw malformed(cause);
  }
};

const malformed = (cause: unknown): RequestError =>
  new RequestError("malformed_request", "The body is not a valid multipart/form-data form.", { cause });
