import { freshDatabase } from "../support/postgres.ts";
import { type Cluster, type ClusterOptions, cluster } from "./cluster.ts";
import { type StandIn, standIn } from "./stand-in.ts";

/** A stand-in model and replicas that ask it. */
export interface Stage extends AsyncDisposable {
  readonly model: StandIn;
  readonly cluster: Cluster;
}

/** Without a `databaseUrl`: a new database of the server that all tests share. */
export const stage = async ({
  databaseUrl,
  ...options
}: Pick<ClusterOptions, "size" | "env" | "surroundings"> &
  Partial<Pick<ClusterOptions, "databaseUrl">>): Promise<Stage> => {
  const model = standIn();
  const replicas = await cluster({
    ...options,
    modelUrl: model.url,
    databaseUrl: databaseUrl ?? (await freshDatabase()),
  });
  return {
    model,
    cluster: replicas,
    [Symbol.asyncDispose]: async () => {
      await replicas[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
};
