import type { Model } from "../../src/models/contract.ts";
import type { TestService } from "./service.ts";

type Fields = Readonly<Record<string, string | File>>;

/** POSTs a form, as a browser or curl does. */
export const postForm = (
  service: TestService<Model>,
  path: string,
  fields: Fields,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return fetch(service.url + path, { method: "POST", body, headers });
};
