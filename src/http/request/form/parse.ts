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

/** A form of so many bytes is taken apart where it stands: some milliseconds at the worst. */
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
 * `partsOf`, a large one's in a thread: 20 MiB, copied twice, hold the event loop for some 50 ms, and forty of them for all of
 * that together. The bytes are given away. Throws what `partsOf` throws, or `busy` when too much waits already.
 */
export const formParts = async (
  request: FormRequest,
  owner: Pick<JobOwner, "userId" | "signal">,
): Promise<FormParts> => {
  const { bytes, type } = request;
  return bytes.length <= SMALL ? partsOf(bytes, type) : threads.run(request, bytes, onMessage, owner);
};
