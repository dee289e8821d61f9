import type { Upload } from "../../domain/document.ts";
import { RequestError } from "../../domain/error.ts";
import { isStorable } from "../../domain/text.ts";
import { addBodyNames, fairnessKeyOf } from "../identity/access-control.ts";
import { type Received, receiveBytes } from "./body.ts";
import { setFormDigest } from "./digest.ts";
import { formParts } from "./form/parse.ts";
import { ALLOWANCE } from "./form/parts.ts";
import { invalid } from "./validate.ts";

/** How many milliseconds a form may take to arrive: 20 MB over a slow uplink. */
const TIMEOUT_MS = 300_000;

export interface Multipart {
  /** Each name occurs once. */
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly Upload[];
}

export const isMultipart = (request: Request): boolean =>
  /^multipart\/form-data\s*(?:;|$)/i.test(request.headers.get("content-type") ?? "");

/**
 * Receives a `multipart/form-data` form into memory; `maxBytes` limits its files together. Throws `payload_too_large`,
 * `malformed_request`, `busy`, `invalid` for a repeated field, and what `receiveBytes` throws.
 */
export const receiveMultipart = async (
  request: Request,
  { maxBytes }: { readonly maxBytes: number },
): Promise<Received<Multipart>> => {
  const tooLarge = `The file is larger than ${maxBytes / 1024 / 1024} MiB.`;
  const bounds = { maxBytes: maxBytes + ALLOWANCE, timeoutMs: TIMEOUT_MS, tooLarge };
  const { body: bytes, account } = await receiveBytes(request, bounds);
  try {
    const type = request.headers.get("content-type") ?? "";
    const parts = await formParts({ bytes, type }, { userId: fairnessKeyOf(request), signal: request.signal });
    setFormDigest(request, parts.fields, parts.files);
    const fields = new Map<string, string>();
    for (const [field, text] of parts.fields) {
      if (fields.has(field)) throw invalid([{ path: `/${field}`, message: "must be given once" }]);
      fields.set(field, text);
    }
    const files = parts.files.map(([, file]) => file);
    if (files.reduce((size, file) => size + file.bytes.length, 0) > maxBytes) {
      throw new RequestError("payload_too_large", tooLarge);
    }
    // A browser sends every field of a form: an empty one does not identify a user.
    addBodyNames(request, Object.fromEntries([...parts.files, ...[...fields].filter(([, text]) => text !== "")]));
    return { body: { fields: Object.fromEntries(fields), files }, account };
  } catch (error) {
    account.close();
    throw error;
  }
};

/**
 * Returns the form's file, whatever the name of its field: clients differ. Null: there is none. Throws `invalid` when
 * there are several.
 */
export const onlyFile = ({ files }: Multipart): Upload | null => {
  const [file = null, another] = files;
  if (another !== undefined) throw invalid([{ path: "/file", message: "must be one file: each is sent by itself" }]);
  if (file !== null && !isStorable(file.name)) {
    throw invalid([{ path: "/file", message: "must have a name without NUL" }]);
  }
  return file;
};
