import type { System } from "../domain/system.ts";
import { cannotListen } from "../http/cannot-listen.ts";
import type { ProcessLogger } from "./contract.ts";
import { spawnWorker } from "./spawn-worker.ts";
import { Supervisor } from "./supervisor.ts";

interface Address {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

export interface TogetherOptions extends Address {
  /** How many processes serve. */
  readonly count: number;
  readonly command: readonly string[];
  /** The environment of a worker, by its number and the port that it listens on. */
  readonly envOf: (worker: number, port: number) => Readonly<Record<string, string | undefined>>;
  readonly system: System;
  readonly logger: ProcessLogger;
}

/** For processes that share a port. Throws when somebody else listens on it. */
export const openSupervisor = ({ count, command, envOf, system, logger, ...address }: TogetherOptions): Supervisor => {
  const port = freePort(address);
  const start = (worker: number) => spawnWorker({ command, env: envOf(worker, port) });
  return new Supervisor({ count, start, system, logger });
};

/** Workers share the port among themselves, and would share it with a stranger's as well: nobody may listen on it. */
const freePort = (address: Address): number => {
  try {
    const probe = Bun.listen({ hostname: address.host, port: address.port, socket: { data: () => {} } });
    const found = probe.port;
    probe.stop(true);
    return found;
  } catch (error) {
    throw cannotListen(address, error);
  }
};
