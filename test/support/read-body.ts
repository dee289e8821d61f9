import type { TextBody } from "../../src/upstream/contract.ts";

/** Returns the whole body. Rejects with the error that broke it. */
export const textOf = (body: TextBody): Promise<string> =>
  new Promise((resolve, reject) => {
    let whole = "";
    body.pour({
      text: (piece) => {
        whole += piece;
      },
      end: () => resolve(whole),
      fail: reject,
    });
  });

/** Reads a body and lets a test wait for parts of it. */
export const tapped = (body: TextBody) => {
  let text = "";
  let waiting: { readonly part: string; resolve(): void }[] = [];
  const ended = Promise.withResolvers<void>();
  body.pour({
    text: (piece) => {
      text += piece;
      waiting = waiting.filter(({ part, resolve }) => !text.includes(part) || void resolve());
    },
    end: () => ended.resolve(),
    fail: (thrown) => ended.reject(thrown),
  });
  return {
    get text() {
      return text;
    },
    /** Resolves once the part has arrived. */
    until: (part: string): Promise<void> =>
      text.includes(part) ? Promise.resolve() : new Promise((resolve) => waiting.push({ part, resolve })),
    /** Resolves at the body's end, rejects with the error that broke it. */
    ended: ended.promise,
  };
};
