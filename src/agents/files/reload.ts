import { type FileMistake, mistakeText } from "../../domain/file-mistake.ts";
import type { DefinedAgent, LoadedAgents } from "./agent-files.ts";

/** What an operator is told of a reading that a signal asked for. */
export interface AgentFilesLogger {
  /** The service offers these agents of the folder from now on. */
  reloaded(names: readonly string[]): void;
  /** Nothing has changed, because of these mistakes. */
  reloadRefused(mistakes: readonly string[]): void;
}

interface ReloadParts {
  load(): Promise<LoadedAgents>;
  /** Puts the agents in the place of the earlier ones. May throw, and then must have changed nothing. */
  use(agents: readonly DefinedAgent[]): void;
  readonly logger: AgentFilesLogger;
}

/** Reads the folder of agents again on request, one reading at a time. */
export class Reload {
  #running: Promise<void> = Promise.resolve();
  /** A reading that has not begun. */
  #next: Promise<void> | null = null;

  constructor(private readonly parts: ReloadParts) {}

  /**
   * Reads the folder. Requests that come while a reading is under way are answered by one more, because that one may
   * have read their files already. Resolves after a reading that began later than the call. Never throws.
   */
  request(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      this.#running = this.#read();
      return this.#running;
    });
    return this.#next;
  }

  async #read(): Promise<void> {
    const { load, use, logger } = this.parts;
    const { agents, mistakes } = await load();
    if (mistakes.length > 0) return logger.reloadRefused(mistakes.map((mistake: FileMistake) => mistakeText(mistake)));
    try {
      use(agents);
    } catch (error) {
      return logger.reloadRefused([error instanceof Error ? error.message : "the agents could not be used"]);
    }
    logger.reloaded(agents.map(({ name }) => name));
  }
}
