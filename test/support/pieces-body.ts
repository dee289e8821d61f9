import type { TextBody, TextSink } from "../../src/upstream/contract.ts";

/** A body that arrives in these pieces, and then ends, or breaks with `broken`. It stops while it is paused. */
export const piecesBody = (pieces: readonly string[], broken?: Error): TextBody => {
  const left = [...pieces];
  let sink: TextSink | undefined;
  let isPaused = false;
  const push = () => {
    while (!isPaused && sink !== undefined) {
      const piece = left.shift();
      if (piece !== undefined) sink.text(piece);
      else {
        const into = sink;
        sink = undefined;
        if (broken === undefined) into.end();
        else into.fail(broken);
      }
    }
  };
  const leave = () => {
    sink = undefined;
  };
  return {
    pour: (into) => {
      sink = into;
      push();
    },
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
      push();
    },
    finish: leave,
    cancel: leave,
  };
};
