import type { TextBody } from "../../src/upstream/contract.ts";

/** The whole of a body. Rejects with what broke it. */
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

/** A body in a test's hands: what has come so far, and waiting for more. */
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
    /** Resolves once the part has come. */
    until: (part: string): Promise<void> =>
      text.includes(part) ? Promise.resolve() : new Promise((resolve) => waiting.push({ part, resolve })),
    /** Resolves with the body's end, rejects with what broke it. */
    ended: ended.promise,
  };
};
