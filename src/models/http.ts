import type { ModelContext, ModelError } from "./contract.ts";
import { failureOfStatus, type Place, unreachable } from "./failure.ts";

/** How much of an error's body is read, in bytes. Its code stands at the start; the log needs no more. */
const MAX_ERROR_BODY = 16_384;

/**
 * `fetch` for model calls. It follows no redirect: one could carry the key to an address nobody configured. It has no time
 * limit: a model may think for long (Bun 1.4.5 waited through 330 s of silence, before the headers and after), and a run has
 * its timeout.
 */
export const modelFetch = (url: string | URL | Request, init?: RequestInit): Promise<Response> =>
  fetch(url, { ...init, redirect: "manual" });

export interface Call {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly place: Place;
}

/** Posts JSON and gives the response, which is a 2xx; any other is thrown as a ModelError, an abort as its reason. */
export const post = async ({ url, headers, place }: Call, body: string, context: ModelContext): Promise<Response> => {
  const response = await send(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body,
    signal: context.signal,
  });
  if (response.ok) return response;
  throw await failureOfResponse(response, place);
};

/**
 * Asks for a list of models: it costs nothing, and it wants the key. A server that keeps no such list (404, 405) has been
 * reached all the same. Throws as `post` does.
 */
export const reach = async ({ url, headers, place }: Call, context: ModelContext): Promise<void> => {
  const response = await send(url, { headers, signal: context.signal });
  const reached = response.ok || response.status === 404 || response.status === 405;
  if (!reached) throw await failureOfResponse(response, place);
  await response.body?.cancel();
};

const send = async (url: string, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> => {
  try {
    return await modelFetch(url, init);
  } catch (error) {
    throw init.signal.aborted ? init.signal.reason : unreachable(error);
  }
};

const failureOfResponse = async (response: Response, place: Place): Promise<ModelError> =>
  failureOfStatus(
    {
      status: response.status,
      header: (name) => response.headers.get(name),
      body: await startOf(response),
    },
    place,
  );

/** The first bytes of a body as text; what a broken connection had left of it. */
const startOf = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      if (text.length >= MAX_ERROR_BODY) break;
    }
  } catch {
    // The status alone says enough.
  }
  return text;
};
