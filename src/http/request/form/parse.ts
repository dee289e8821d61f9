import { RequestError, type RequestErrorCode } from "../../../domain/error.ts";
import type { JobOwner } from "../../../workers/worker-pool.ts";
import { LargeBodies } from "../large-bodies.ts";
import { type FormParts, partsOf } from "./parts.ts";

export interface FormRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}
export type FormAnswer =
  | { readonly ok: true; readonly parts: FormParts }
  | { readonly ok: false; readonly code: RequestErrorCode; readonly message: string };

/** Forms of up to this many bytes are parsed on the event loop: some milliseconds at worst. */
const SMALL = 256 * 1024;

const entry = {
  source: new URL("./worker.ts", import.meta.url).href,
  embedded: "./http/request/form/worker.ts",
} as const;
const onMessage = (answer: FormAnswer) => {
  if (answer.ok) return { value: answer.parts };
  throw new RequestError(answer.code, answer.message);
};
const threads = new LargeBodies<FormRequest, FormAnswer>(entry);

/**
 * As `partsOf`, but parses a large form in a worker thread: 20 MiB, copied twice, block the event loop for some 50 ms,
 * and forty such forms for the sum of that. The bytes are transferred. Throws what `partsOf` throws, or `busy` when too
 * many requests wait.
 */
export const formParts = async (
  request: FormRequest,
  owner: Pick<JobOwner, "userId" | "signal">,
): Promise<FormParts> => {
  const { bytes, type } = request;
  return bytes.length <= SMALL ? partsOf(bytes, type) : threads.run(request, bytes, onMessage, owner);
};
