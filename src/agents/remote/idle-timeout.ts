import type { System } from "../../domain/system.ts";
import type { TextBody } from "../../upstream/contract.ts";
import { idle } from "./failures.ts";

/**
 * The idle timeout of a connection. `signal` aborts with a ModelError once nothing has arrived for `ms` milliseconds.
 * Comments count: servers send them to show that they are still at work.
 */
export class IdleTimeout implements Disposable {
  readonly #over = new AbortController();
  readonly #idle = new AbortController();
  #receivedAt: number;

  constructor(
    private readonly ms: number,
    private readonly system: Pick<System, "now" | "sleep">,
  ) {
    this.#receivedAt = system.now();
    void this.#watch();
  }

  get signal(): AbortSignal {
    return this.#idle.signal;
  }

  /** Returns the same body; what it brings restarts the timeout. */
  of(body: TextBody): TextBody {
    return {
      pour: (into) =>
        body.pour({
          text: (piece) => {
            this.#receivedAt = this.system.now();
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
      const left = this.#receivedAt + this.ms - this.system.now();
      if (left <= 0) break;
      const isOver = await this.system.sleep(left, this.#over.signal).then(
        () => false,
        () => true,
      );
      if (isOver) return;
    }
    this.#idle.abort(idle(this.ms));
  }
}
