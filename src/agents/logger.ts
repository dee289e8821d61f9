/** Where an agent was when it did something that is logged. */
export interface AgentPlace {
  readonly agent: string;
  readonly node: string;
  readonly runId: string;
}

/** What agents report to an operator. */
export interface AgentLogger {
  /** A line of the agent's own. */
  logged(
    level: "debug" | "info" | "warn" | "error",
    place: AgentPlace,
    message: string,
    data: object | undefined,
  ): void;
  /** Whether lines of this level are written. */
  isLogged(level: "debug" | "info" | "warn" | "error"): boolean;
  /** Something was emitted after its node had returned or its run had ended. Logged once for each node. */
  emittedLate(place: AgentPlace): void;
  /**
   * The event loop stood still for `ms`. One place: this node did it. Several: they were under way, and one of them
   * did.
   */
  blockedLoop(places: readonly AgentPlace[], ms: number): void;
}
