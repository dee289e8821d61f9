import type { Store } from "../../src/store/contract.ts";
import type { HintListener } from "../../src/store/hints/contract.ts";
import { StoreError } from "../../src/store/store-error.ts";

/** The hints of a store, delivered in memory when the test says so. */
export interface HintNetwork {
  readonly store: Pick<Store, "hints">;
  /** What has been sent, oldest first. */
  readonly sent: readonly string[];
  /** Delivers to all that listen, in turns, until nobody has anything to say. */
  settle(): Promise<void>;
  /** `deaf`: what is sent reaches nobody. `away`: nothing can be sent. */
  state: "up" | "deaf" | "away";
  /** The connections that listen are lost, and are back. */
  reconnect(): void;
  /** How many listen. */
  readonly listening: number;
}

export const hintNetwork = (): HintNetwork => {
  const listeners = new Set<HintListener>();
  const sent: string[] = [];
  let queue: string[] = [];
  const network = {
    state: "up" as HintNetwork["state"],
    sent,
    get listening() {
      return listeners.size;
    },
    reconnect: () => {
      for (const { listening } of listeners) listening();
    },
    settle: async () => {
      do {
        await new Promise(setImmediate);
        const payloads = queue;
        queue = [];
        for (const payload of payloads) for (const { received } of listeners) received(payload);
        await new Promise(setImmediate);
      } while (queue.length > 0);
    },
    store: {
      hints: {
        send: async (payload: string) => {
          if (network.state === "away") throw new StoreError("unavailable", "away");
          sent.push(payload);
          if (network.state === "up") queue.push(payload);
        },
        listen: async (listener: HintListener) => {
          if (network.state === "away") throw new StoreError("unavailable", "away");
          listeners.add(listener);
          listener.listening();
          return () => void listeners.delete(listener);
        },
      },
    },
  };
  return network;
};
