import { READY } from "../../../workers/pooled-worker.ts";
import type { ParseAnswer } from "./parse.ts";

declare const self: { onmessage: ((event: MessageEvent<Uint8Array>) => void) | null };

self.onmessage = ({ data }) => {
  let answer: ParseAnswer;
  try {
    answer = { ok: true, value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data)) };
  } catch (error) {
    answer = { ok: false, isText: !(error instanceof TypeError) };
  }
  postMessage(answer);
};

postMessage(READY);
