import { type FileMistake, mistakeText } from "../../domain/file-mistake.ts";
import type { LoadedAgents } from "./agent-files.ts";

/** What is logged of a reload that a signal requested. */
export interface AgentFilesLogger {
  /** The service offers these agents of the folder from now on. */
  reloaded(names: readonly string[]): void;
  /** The files that were read may hold these mistakes. Nothing keeps them from being used. */
  remarked(remarks: readonly string[]): void;
  /** Nothing has changed, because of these mistakes. */
  reloadRefused(mistakes: readonly string[]): void;
}

interface ReloadParts<Loaded extends LoadedAgents> {
  load(): Promise<Loaded>;
  /** Puts what was read in the place of what was there. May throw, and then must have changed nothing. */
  use(loaded: Loaded): void;
  readonly logger: AgentFilesLogger;
}

/** Reads the folder of agents again on request, one reading at a time. */
export class Reload<Loaded extends LoadedAgents = LoadedAgents> {
  #running: Promise<void> = Promise.resolve();
  /** A reading that has not begun. */
  #next: Promise<void> | null = null;

  constructor(private readonly parts: ReloadParts<Loaded>) {}

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
    const loaded = await load();
    const { agents, mistakes, remarks } = loaded;
    if (mistakes.length > 0) return logger.reloadRefused(mistakes.map((mistake: FileMistake) => mistakeText(mistake)));
    try {
      use(loaded);
    } catch (error) {
      return logger.reloadRefused([error instanceof Error ? error.message : "the agents could not be used"]);
    }
    logger.reloaded(agents.map(({ name }) => name));
    if (remarks.length > 0) logger.remarked(remarks.map((remark: FileMistake) => mistakeText(remark)));
  }
}
