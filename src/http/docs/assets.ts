import license from "swagger-ui-dist/LICENSE" with { type: "file" };
import notice from "swagger-ui-dist/NOTICE" with { type: "file" };
import style from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import script from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import { CachedDocument } from "./cached-document.ts";
import { START } from "./page.ts";

const file = (path: string, mediaType: string): CachedDocument =>
  new CachedDocument(mediaType, async () => new Uint8Array(await Bun.file(path).arrayBuffer()));

/** The files that the page loads, by name, and Swagger UI's license. Read on the first request. */
export const assets: ReadonlyMap<string, CachedDocument> = new Map([
  ["swagger-ui.js", file(script, "text/javascript; charset=utf-8")],
  ["swagger-ui.css", file(style, "text/css; charset=utf-8")],
  ["start.js", new CachedDocument("text/javascript; charset=utf-8", async () => START)],
  ["LICENSE", file(license, "text/plain; charset=utf-8")],
  ["NOTICE", file(notice, "text/plain; charset=utf-8")],
]);
