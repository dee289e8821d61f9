import type { Upload } from "../../../domain/document.ts";
import { RequestError } from "../../../domain/error.ts";

/** How many bytes the fields and the boundaries may add to the files. */
export const ALLOWANCE = 1024 * 1024;
/** No form of this API has more parts. */
const MAX_PARTS = 100;

/** The parts of a form, each with its field's name, in their order. */
export interface FormParts {
  readonly fields: readonly (readonly [string, string])[];
  readonly files: readonly (readonly [string, Upload])[];
}

/**
 * Parses a `multipart/form-data` form (RFC 7578); `type` is its content type. A file input that was left empty is not a
 * file. Takes as long as a few copies of the form. Throws `malformed_request`, or `payload_too_large` for its fields.
 */
export const partsOf = async (bytes: Uint8Array<ArrayBuffer>, type: string): Promise<FormParts> => {
  // Checked first: the parser would make an object of each of a million parts.
  if (countParts(bytes, type) > MAX_PARTS + 1) throw malformed(new Error("too many parts"));
  const fields: [string, string][] = [];
  const files: [string, Upload][] = [];
  let size = 0;
  for (const [field, value] of await parse(bytes, type)) {
    if (fields.length + files.length === MAX_PARTS) throw malformed(new Error("too many parts"));
    if (typeof value === "string") {
      fields.push([field, value]);
      size += field.length + value.length;
      if (size > ALLOWANCE)
        throw new RequestError(
          "payload_too_large",
          "The form's fields are larger than 1 MiB. Send files as file parts.",
        );
    } else {
      // Bun 1.4.5 omits the name when the form has an empty one.
      const name = "name" in value && typeof value.name === "string" ? value.name : "";
      if (value.size === 0 && name === "") continue;
      files.push([field, { name, mediaType: value.type, bytes: await value.bytes() }]);
    }
  }
  return { fields, files };
};

/** Counts the parts that the boundary begins, up to two above the limit. */
const countParts = (bytes: Uint8Array, type: string): number => {
  const [, quoted, bare] = /boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(type.slice(0, 1_000)) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) return 0;
  const delimiter = Buffer.from(`\n--${boundary}`);
  const form = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // Each delimiter after the first is on a line of its own; so is the first when anything precedes it. The last one
  // ends the form.
  let parts = 0;
  let at = form.indexOf(delimiter);
  for (; at >= 0 && parts <= MAX_PARTS + 1; at = form.indexOf(delimiter, at + 1)) parts += 1;
  return parts;
};

const parse = async (
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<Iterable<readonly [string, string | Blob]>> => {
  try {
    return await new Response(bytes, { headers: { "content-type": type } }).formData();
  } catch (cause) {
    throw malformed(cause);
  }
};

const malformed = (cause: unknown): RequestError =>
  new RequestError("malformed_request", "The body is not a valid multipart/form-data form.", { cause });
