import { RequestError } from "../../../domain/error.ts";
import { READY } from "../../../workers/pooled-worker.ts";
import type { FormAnswer, FormRequest } from "./parse.ts";
import { partsOf } from "./parts.ts";

declare const self: { onmessage: ((event: MessageEvent<FormRequest>) => void) | null };

self.onmessage = async ({ data: { bytes, type } }) => {
  try {
    const parts = await partsOf(bytes, type);
    const answer: FormAnswer = { ok: true, parts };
    postMessage(
      answer,
      parts.files.map(([, { bytes }]) => bytes.buffer as ArrayBuffer),
    );
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const answer: FormAnswer = { ok: false, code: error.code, message: error.message };
    postMessage(answer);
  }
};

postMessage(READY);
