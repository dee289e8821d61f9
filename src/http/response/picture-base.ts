import type { Static } from "@sinclair/typebox";
import type { MessageShape } from "../../domain/message-shapes.ts";
import { invalid } from "../request/validate.ts";

const MAX_BASE = 2_048;
/** What a Markdown link and an attribute can hold without being ended by it, and what is neither query nor fragment. */
const SAFE = /^[^\s\p{C}"'`()<>\\?#]+$/u;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/**
 * An image of this service in Markdown, relative to the service's root: the target of a link, in angle brackets or not,
 * or of a reference (CommonMark §4.7, §6.3).
 */
const NAMED =
  /(\]\([ \t]{0,8}<?|^ {0,3}\[[^\]\n]{1,200}\]:[ \t]{1,8}<?)(?:\.?\/)?(?=api\/v1\/images\/[\w-]{1,128}[\s>)]|api\/v1\/images\/[\w-]{1,128}$)/gm;

/**
 * Reads the query's `base`, with a trailing slash: the URL of the service's root as the reader of the images reaches
 * it. Null when it is absent.
 */
export const baseIn = (request: Request): string | null => {
  const given = new URL(request.url).searchParams.getAll("base");
  const [base] = given;
  if (base === undefined) return null;
  if (given.length > 1 || base.length > MAX_BASE || !SAFE.test(base) || !isAddress(base)) {
    const message = "must be one http or https address or a path, without a query, such as https://example.com/ai/";
    throw invalid([{ path: "/base", message }]);
  }
  return base.endsWith("/") ? base : `${base}/`;
};

const isAddress = (base: string): boolean => {
  if (/^https?:\/\/[^/]/i.test(base)) return URL.canParse(base) && new URL(base).username === "";
  return !SCHEME.test(base) && !base.startsWith("//");
};

/** A message, or the answer so far of a run under way. */
type Shown = Pick<Static<typeof MessageShape>, "role" | "content" | "images">;

/** Returns the message with its images' URLs under `base`. A user's own text stays as it is. */
export const withBase = <Message extends Shown>(message: Message, base: string): Message => {
  if (message.role === "user") return message;
  const { content, images } = message;
  const under = (url: string): string => (/^api\/v1\/images\//.test(url) ? base + url : url);
  return {
    ...message,
    content: content.replace(NAMED, (_, before: string) => before + base),
    ...(images !== undefined && {
      images: images.map((image) => (image.url === undefined ? image : { ...image, url: under(image.url) })),
    }),
  };
};
