import type { System } from "../../domain/system.ts";
import type { TextBody } from "../../upstream/contract.ts";
import { silent } from "./failures.ts";

/**
 * Ends a connection on which nothing arrives. `signal` aborts with a ModelError once that has lasted for `ms`
 * milliseconds. Comments count as something: they are how a server says that it is still at work.
 */
export class Silence implements Disposable {
  readonly #over = new AbortController();
  readonly #silent = new AbortController();
  #heardAt: number;

  constructor(
    private readonly ms: number,
    private readonly system: Pick<System, "now" | "sleep">,
  ) {
    this.#heardAt = system.now();
    void this.#watch();
  }

  get signal(): AbortSignal {
    return this.#silent.signal;
  }

  /** Returns the same body, listened to. */
  of(body: TextBody): TextBody {
    return {
      pour: (into) =>
        body.pour({
          text: (piece) => {
            this.#heardAt = this.system.now();
            into.text(piece);
          },
          end: () => into.end(),
          fail: (thrown) => into.fail(thrown),
        }),
      pause: () => body.pause(),
      resume: () => body.resume(),
      finish: () => body.finish(),
      cancel: () => body.cancel(),
    };
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  async #watch(): Promise<void> {
    for (;;) {
      const left = this.#heardAt + this.ms - this.system.now();
      if (left <= 0) break;
      const isOver = await this.system.sleep(left, this.#over.signal).then(
        () => false,
        () => true,
      );
      if (isOver) return;
    }
    this.#silent.abort(silent(this.ms));
  }
}
