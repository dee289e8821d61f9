import { READY } from "../workers/pooled-worker.ts";
import { ToolError } from "./contract.ts";

/** The kinds of job that a worker runs, with the request and the result of each. */
export type Jobs = Readonly<Record<string, { readonly request: object; readonly result: unknown }>>;

export type JobRequest<J extends Jobs> = {
  [K in keyof J]: { readonly kind: K } & J[K]["request"];
}[keyof J];

export type JobAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

type Handlers<J extends Jobs> = {
  readonly [K in keyof J]: (request: J[K]["request"]) => J[K]["result"] | Promise<J[K]["result"]>;
};

declare const self: { onmessage: ((event: MessageEvent<JobRequest<Jobs>>) => void) | null };

/**
 * Makes this worker thread serve a `ToolWorkers`. The message of a handler's ToolError goes to the model, as does that
 * of an error for which `isAdvice` returns true. Any other error becomes a general message, since a solver may run out
 * of stack or memory for its input.
 */
export const serveJobs = <J extends Jobs>(handlers: Handlers<J>, isAdvice = (_: Error): boolean => false): void => {
  self.onmessage = async ({ data }) => {
    let answer: JobAnswer;
    try {
      answer = { ok: true, value: await handlers[data.kind as keyof J]?.(data) };
    } catch (error) {
      const isForModel = error instanceof Error && (error instanceof ToolError || isAdvice(error));
      const message = isForModel ? error.message : "This is too much for the tool; simplify it or split it into parts.";
      answer = { ok: false, message };
    }
    postMessage(answer);
  };
  postMessage(READY);
};
