import { RequestError } from "../../domain/error.ts";

const MIB = 1024 * 1024;
/** How many bytes of each body are free of charge. Requests come in hundreds, and nearly all are smaller. */
export const FREE_BYTES = 64 * 1024;
const BOUNDS = { bytes: 320 * MIB, bytesPerCaller: 160 * MIB };

/**
 * Limits the bytes of all bodies that are being received, until their consumer takes them over, in total and per
 * caller: fifty uploads at once are a gigabyte.
 */
export class BodyBudget {
  #taken = 0;
  readonly #byCaller = new Map<string, number>();

  constructor(private readonly bounds: { readonly bytes: number; readonly bytesPerCaller: number } = BOUNDS) {}

  /** Opens the account of one body. Close it when the body is refused, or when another part accounts for it. */
  open(caller: string): BodyAccount {
    let [size, counted, isClosed] = [0, 0, false];
    return {
      add: (bytes) => {
        const more = Math.max(0, size + bytes - FREE_BYTES) - counted;
        const own = (this.#byCaller.get(caller) ?? 0) + more;
        if (this.#taken + more > this.bounds.bytes || own > this.bounds.bytesPerCaller) throw tooMuch();
        size += bytes;
        if (more === 0 || isClosed) return;
        counted += more;
        this.#taken += more;
        this.#byCaller.set(caller, own);
      },
      close: () => {
        if (isClosed) return;
        isClosed = true;
        this.#taken -= counted;
        const left = (this.#byCaller.get(caller) ?? 0) - counted;
        if (left > 0) this.#byCaller.set(caller, left);
        else this.#byCaller.delete(caller);
      },
    };
  }
}

export interface BodyAccount {
  /** Throws `busy` when there is no room for `bytes` more. */
  add(bytes: number): void;
  /** May be called more than once. */
  close(): void;
}

const tooMuch = (): RequestError =>
  new RequestError("busy", "Too many large requests are being received. Try again shortly.", { retryAfter: 5 });
