import { type Static, Type } from "@sinclair/typebox";
import { NotBlank, nullable, OptionalUserField } from "../../dialects/fields.ts";
import { Collection, DEFAULT_COLLECTION, type Upload } from "../../domain/document.ts";
import { IS_REQUIRED } from "../../domain/error.ts";
import { hasLength } from "../../domain/text.ts";
import { Text } from "../../domain/text-field.ts";
import { MAX_UPLOAD_BYTES } from "../../reading/reader.ts";
import type { NewDocument } from "../../retrieval/contract.ts";
import { type Received, receiveJson } from "./body.ts";
import { callerOrDefault } from "./caller.ts";
import { isMultipart, type Multipart, onlyFile, receiveMultipart } from "./multipart.ts";
import { invalid, validator } from "./validate.ts";

/** In characters of JSON. The metadata is shown with every passage of the document. */
const MAX_METADATA = 16_384;

/** The fields that describe a document, in every format. */
const About = {
  collection: nullable(Collection, `${Collection.description}; defaults to ${DEFAULT_COLLECTION}`),
  metadata: nullable(Type.Record(Type.String(), Type.Unknown()), "a JSON object, or null"),
  user_id: OptionalUserField,
};
const Title = Text({ ...NotBlank, maxLength: 300, description: "1 to 300 characters that are not all blank" });

export const DocumentText = Type.Object({
  title: Title,
  content: NotBlank,
  media_type: nullable(
    Text({ maxLength: 128 }),
    "what the content is, such as text/markdown; null or left out to decide by the title",
  ),
  ...About,
});
export const DocumentForm = Type.Object({ title: nullable(Title, "a title; left out for the file's own"), ...About });

export interface UploadedDocument {
  readonly userId: string;
  readonly document: NewDocument;
  /** The field that the content came in, for error messages about it. */
  readonly field: `/${string}`;
}

const checkText = validator(DocumentText);
const checkForm = validator(DocumentForm);

/** Returns the document in a request: JSON, or a form with a file. Throws a RequestError. */
export const uploadedDocument = (request: Request): Promise<Received<UploadedDocument>> =>
  isMultipart(request)
    ? receiveMultipart(request, { maxBytes: MAX_UPLOAD_BYTES }).then((form) => checked(form, request, uploaded))
    : receiveJson(request, MAX_UPLOAD_BYTES).then((json) => checked(json, request, written));

/** Closes the account of a body that is refused: it is not held any longer. */
const checked = <T>(
  { body, account }: Received<T>,
  request: Request,
  documentIn: (body: T, request: Request) => UploadedDocument,
): Received<UploadedDocument> => {
  try {
    return { body: documentIn(body, request), account };
  } catch (error) {
    account.close();
    throw error;
  }
};

const written = (sent: unknown, request: Request): UploadedDocument => {
  const body = checkText(sent);
  const { title, content, media_type: mediaType } = body;
  // The text extracted from a PDF is not a PDF, even if its title says so.
  const name = /\.pdf$/i.test(title) ? "" : title;
  const upload = { name, mediaType: mediaType ?? "", bytes: new TextEncoder().encode(content) };
  return { userId: callerOrDefault(request), document: described(title, body, upload), field: "/content" };
};

const uploaded = (sent: Multipart, request: Request): UploadedDocument => {
  const { metadata, ...others } = sent.fields;
  const given = Object.entries(others).filter(([, text]) => text !== "");
  const form = checkForm({ ...Object.fromEntries(given), ...(metadata && { metadata: jsonIn(metadata) }) });
  const upload = onlyFile(sent);
  if (upload === null) throw invalid([{ path: "/file", message: `${IS_REQUIRED}: send one file` }]);
  return {
    userId: callerOrDefault(request),
    document: described(form.title ?? null, form, upload),
    field: "/file",
  };
};

const described = (
  title: string | null,
  { collection, metadata }: Pick<Static<typeof DocumentForm>, "collection" | "metadata">,
  upload: Upload,
): NewDocument => {
  if (!hasLength(JSON.stringify(metadata ?? {}), 0, MAX_METADATA)) throw tooMuchMetadata();
  return { collection: collection ?? DEFAULT_COLLECTION, title, metadata: metadata ?? {}, upload };
};

const jsonIn = (text: string): unknown => {
  if (!hasLength(text, 0, MAX_METADATA)) throw tooMuchMetadata();
  try {
    return JSON.parse(text);
  } catch {
    throw invalid([{ path: "/metadata", message: "must be a JSON object, as text" }]);
  }
};

const tooMuchMetadata = () =>
  invalid([{ path: "/metadata", message: `must be at most ${MAX_METADATA} characters of JSON` }]);
