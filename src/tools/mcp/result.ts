import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/client";
import { imageSize } from "image-size";
import type { CallOutcome, ReturnedImage } from "./messages.ts";
import { MAX_RESULT_CHARS, shortened } from "./shortened.ts";

const MAX_IMAGES = 8;
/** Of a result with its links and notes, in characters of JSON. The addresses of pictures fit beside it. */
const MAX_CHARS = 18_500;
/** Of the type of something that was left out, in characters: the server chose it. */
const MAX_TYPE = 100;
/** Of one picture, in bytes. */
const MAX_IMAGE_BYTES = 5 * 1024 * 1024;
/**
 * What each picture must be, as its bytes say. Pictures only: SVG is a document that may hold scripts, and pictures are
 * served from our own address.
 */
const IMAGE_TYPES: ReadonlyMap<string, string> = new Map([
  ["image/png", "png"],
  ["image/jpeg", "jpg"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
]);

/**
 * Turns a tool's result into what the model receives: its structured content where it has any, else its text. With
 * links and notes beside it, it becomes an object. Long texts are shortened, which the result then says.
 */
export const outcomeOf = ({ content = [], structuredContent, isError }: CallToolResult): CallOutcome => {
  const texts: string[] = [];
  const links: object[] = [];
  const notes: string[] = [];
  const images: ReturnedImage[] = [];
  for (const block of content) read(block, { texts, links, notes, images });
  const text = texts.join("\n\n");
  if (isError) return { isError: true, message: shortened(text) || "The tool reported an error without words." };
  const main = structuredContent === undefined ? shortened(text) : shortenedJson(structuredContent);
  const isPlain = links.length === 0 && notes.length === 0;
  return { isError: false, output: isPlain ? main : { result: main, ...besides(links, notes, main) }, images };
};

/** The first links and notes, as many as fit beside the result. */
const besides = (links: readonly object[], notes: readonly string[], main: unknown): object => {
  let left = MAX_CHARS - JSON.stringify(main).length;
  const isShown = (item: object | string): boolean => {
    left -= JSON.stringify(item).length + 1;
    return left >= 0;
  };
  const firstLinks = links.filter(isShown);
  const firstNotes = notes.filter(isShown);
  const leftOut = links.length - firstLinks.length + notes.length - firstNotes.length;
  if (leftOut > 0) firstNotes.push(`${leftOut} more links and notes were left out.`);
  return { ...(firstLinks.length > 0 && { links: firstLinks }), ...(firstNotes.length > 0 && { notes: firstNotes }) };
};

interface Parts {
  readonly texts: string[];
  readonly links: object[];
  readonly notes: string[];
  readonly images: ReturnedImage[];
}

const read = (block: ContentBlock, { texts, links, notes, images }: Parts): void => {
  switch (block.type) {
    case "text":
      texts.push(block.text);
      break;
    case "image": {
      const image = images.length < MAX_IMAGES ? imageIn(block.data, block.mimeType) : null;
      if (image === null)
        notes.push(
          `A picture (${block.mimeType.slice(0, MAX_TYPE)}) was left out: it is too large, of an unsupported type, or not of its declared type.`,
        );
      else images.push(image);
      break;
    }
    case "resource_link": {
      const { uri, name, description, mimeType } = block;
      links.push({ uri, name, ...(description && { description }), ...(mimeType && { mimeType }) });
      break;
    }
    case "resource":
      if ("text" in block.resource) texts.push(block.resource.text);
      else
        links.push({ uri: block.resource.uri, ...(block.resource.mimeType && { mimeType: block.resource.mimeType }) });
      break;
    default:
      notes.push(`Content of the type ${block.type} was left out.`);
  }
};

/** Null when it is none that can be shown. */
const imageIn = (base64: string, mediaType: string): ReturnedImage | null => {
  const kind = IMAGE_TYPES.get(mediaType);
  if (kind === undefined || base64.length > (MAX_IMAGE_BYTES * 4) / 3 + 4) return null;
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  try {
    const { width, height, type } = imageSize(bytes);
    return type !== kind ? null : { mediaType, bytes, width, height };
  } catch {
    return null;
  }
};

const shortenedJson = (value: unknown): unknown => {
  const json = JSON.stringify(value);
  return json.length <= MAX_RESULT_CHARS ? value : shortened(json);
};
