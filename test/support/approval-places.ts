import { afterAll, beforeAll } from "bun:test";
import { realSystem } from "../../src/domain/system.ts";
import type { Store } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { approvingAgents, type Made } from "./approving.ts";
import { memoryStore } from "./pglite.ts";
import { freshDatabase } from "./postgres.ts";
import { type ScriptedModel, scriptedModel } from "./scripted-model.ts";
import { startService, type TestService } from "./service.ts";

export type Replica = TestService<ScriptedModel>;

/** A database, and services that share it. An embedded one has one service at a time. */
interface Place {
  readonly name: "Postgres" | "PGlite";
  replica(owner: string, env?: Readonly<Record<string, string>>): Promise<Replica>;
  stop(replica: Replica): Promise<void>;
}

/** Call it once in a file, outside of the tests. The model is the same for all: any replica may go on with a run. */
export const approvalPlaces = () => {
  const made: Made[] = [];
  const model = scriptedModel();
  let url: string;
  let embedded: Store;
  beforeAll(async () => {
    [url, embedded] = await Promise.all([freshDatabase(), memoryStore()]);
  }, 120_000);
  afterAll(() => embedded.close());
  const options = (owner: string, env: Readonly<Record<string, string>>) => ({
    ...{ owner: `${owner} ${realSystem.id()}`, env, model, ownAgents: approvingAgents(made) },
  });
  const places: readonly Place[] = [
    {
      name: "Postgres",
      replica: (owner, env = {}) =>
        startService({ ...options(owner, env), store: postgresStore({ url, system: realSystem }) }),
      stop: async (replica) => {
        await replica.drain();
        await replica.store.close();
      },
    },
    {
      name: "PGlite",
      replica: (owner, env = {}) => startService({ ...options(owner, env), store: embedded, isAlone: true }),
      stop: (replica) => replica.drain(),
    },
  ];
  return { made, model, places };
};
