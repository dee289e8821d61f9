import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { memoryStore } from "./pglite.ts";
import { freshDatabase } from "./postgres.ts";
import { type ScriptedModel, scriptedModel } from "./scripted-model.ts";
import { startService, type TestService } from "./service.ts";

/** Where requests are sent that belong together. */
export interface Place {
  readonly first: TestService<ScriptedModel>;
  /** Another replica, where there is one. */
  readonly second: TestService<ScriptedModel>;
  close(): Promise<void>;
}

const oneReplica = async (): Promise<Place> => {
  const store = await memoryStore();
  const service = await startService({ store });
  const close = async () => {
    await service.stop();
    await store.close();
  };
  return { first: service, second: service, close };
};

const twoReplicas = async (): Promise<Place> => {
  const url = await freshDatabase();
  const replica = (owner: string) =>
    startService({ store: postgresStore({ url, system: realSystem }), owner, model: scriptedModel() });
  const [first, second] = [await replica("a"), await replica("b")];
  const close = async () => {
    for (const service of [first, second]) {
      await service.stop();
      await service.store.close();
    }
  };
  return { first, second, close };
};

/** One service on the embedded store, and two on one Postgres, each with its own model: `describe.each(places)`. */
export const places: readonly (readonly [string, () => Promise<Place>])[] = [
  ["one replica", oneReplica],
  ["two replicas", twoReplicas],
];
