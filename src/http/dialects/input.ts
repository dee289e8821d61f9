import type { RunFile } from "../../domain/document.ts";
import { MAX_UPLOAD_BYTES } from "../../reading/reader.ts";
import { receiveJson } from "../request/body.ts";
import { isMultipart, onlyFile, receiveMultipart } from "../request/multipart.ts";
import { invalid } from "../request/validate.ts";

/** The content of a request, not validated yet. */
export interface RequestInput {
  readonly body: unknown;
  /** The file of a form. */
  readonly file: RunFile | null;
  /**
   * Called when the request is refused, or its run is stored: the body no longer counts against what callers may have in
   * memory. The file of a stored run counts until its own `release`.
   */
  readonly release: () => void;
}

/**
 * Reads a question in its endpoint's form: the query of a GET, otherwise JSON or, with `takesFile`, a multipart form.
 * Throws a RequestError.
 */
export const readInput = async (request: Request, takesFile: boolean): Promise<RequestInput> => {
  if (request.method === "GET") return { body: queryOf(request), file: null, release: () => {} };
  if (takesFile && isMultipart(request)) return formOf(request);
  const { body, account } = await receiveJson(request);
  return { body, file: null, release: () => account.close() };
};

/** An empty field counts as absent: a browser sends all fields of a form. */
const formOf = async (request: Request): Promise<RequestInput> => {
  const { body: form, account } = await receiveMultipart(request, { maxBytes: MAX_UPLOAD_BYTES });
  try {
    const body = Object.fromEntries(Object.entries(form.fields).filter(([, text]) => text !== ""));
    const file = onlyFile(form);
    const release = () => account.close();
    return { body, file: file && { ...file, release }, release };
  } catch (error) {
    account.close();
    throw error;
  }
};

/** More parameters than any question has. */
const MAX_PARAMETERS = 100;

/** A repeated parameter becomes a list, which no query schema accepts. */
const queryOf = (request: Request): unknown => {
  const { searchParams } = new URL(request.url);
  if (searchParams.size > MAX_PARAMETERS) {
    throw invalid([{ path: "", message: `must ask with at most ${MAX_PARAMETERS} parameters` }]);
  }
  const named = Map.groupBy(searchParams, ([name]) => name);
  return Object.fromEntries(
    Array.from(named, ([name, values]) => [
      name,
      values.length === 1 ? values[0]?.[1] : values.map(([, value]) => value),
    ]),
  );
};
