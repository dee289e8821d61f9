import type { AnyAgent } from "../../src/agents/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { type Harness, harness, logOf } from "./harness.ts";
import { JUDGE_MS } from "./replicas.ts";
import { until } from "./stepped-agent.ts";

type Options = NonNullable<Parameters<typeof harness>[0]>;

/** A replica that has the agents and loses its runs as soon as another looks, because nothing renews its lease. */
export const dyingReplica = (store: Store, options: Options = {}): Promise<Harness> =>
  harness({ store, leaseTtlMs: 1, ...options });

/** A replica that takes over runs of these agents. */
export const livingReplica = (store: Store, agents: readonly AnyAgent[], options: Options = {}): Promise<Harness> =>
  harness({ store, leaseTtlMs: JUDGE_MS, agents, ...options });

/** Runs lease and recovery as the service does, repeatedly, until the condition holds. */
export const recovering = ({ lease, recovery }: Harness, hasHappened: () => Promise<boolean>): Promise<void> =>
  until(async () => {
    await lease.renew();
    await recovery.tick();
    return hasHappened();
  });

/** Whether the run's log has an event of that type. */
export const hasEvent = (store: Store, key: Parameters<typeof logOf>[1], type: string) => async (): Promise<boolean> =>
  (await logOf(store, key)).some((event) => event.type === type);
