import type { Agent, Approvals, AskedCall, PersonsWord } from "../agents/contract.ts";
import { storableText } from "../domain/text.ts";
import type { Approval, NewApproval } from "../store/approvals/contract.ts";
import type { Fence } from "../store/log/contract-fence.ts";
import type { Toolbox } from "../tools/toolbox.ts";
import { type LiveRun, NOT_PERSISTED } from "./live-run.ts";
import type { WaitingRuns } from "./waiting-runs.ts";

interface RunApprovalsParts {
  readonly toolbox: Toolbox;
  readonly approvals: Pick<WaitingRuns, "request">;
}

/** Shared: most runs ask nobody. */
const NONE: ReadonlyMap<string, Approval> = new Map();
const NOTHING: ReadonlySet<string> = new Set();

/** The calls of one attempt at a run that wait for a person. */
export class RunApprovals implements Approvals {
  readonly canAsk = true;
  readonly #known: ReadonlyMap<string, Approval>;
  #waitsFor: ReadonlySet<string> = NOTHING;
  #underWay = 0;
  #needs: ((tool: string) => boolean) | undefined;

  /** `known`: the calls that earlier attempts have asked about. */
  constructor(
    private readonly live: LiveRun,
    private readonly fence: Fence,
    private readonly agent: Pick<Agent<never>, "approve">,
    known: readonly Approval[],
    private readonly parts: RunApprovalsParts,
  ) {
    this.#known = known.length === 0 ? NONE : new Map(known.map((approval) => [approval.toolCallId, approval]));
  }

  /** The calls without which the run cannot go on. */
  get waitsFor(): readonly string[] {
    return [...this.#waitsFor];
  }

  needs(tool: string): boolean {
    this.#needs ??= this.parts.toolbox.selects(this.agent.approve);
    return this.#needs(tool);
  }

  async request(calls: readonly AskedCall[]): Promise<void> {
    const { live, fence, parts } = this;
    if (!(await live.persisted)) throw NOT_PERSISTED;
    const stored = calls.map(
      ({ toolCallId, name, input, schema }): NewApproval => ({ toolCallId, name, input, schema }),
    );
    if (!(await parts.approvals.request(fence, stored, live.signal))) live.abort("lost");
    live.signal.throwIfAborted();
  }

  word({ toolCallId, input }: Pick<AskedCall, "toolCallId" | "input">): PersonsWord | null {
    const known = this.#known.get(toolCallId);
    // What was said about another input was not said about this.
    return known !== undefined && storableText(known.input) === storableText(input) ? known.decision : null;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await work();
    } finally {
      this.#underWay--;
      // What asked a person meanwhile has its turn first.
      queueMicrotask(() => this.#stopIfIdle());
    }
  }

  wait(toolCallIds: readonly string[]): Promise<never> {
    this.#waitsFor = new Set([...this.#waitsFor, ...toolCallIds]);
    this.#stopIfIdle();
    const { signal } = this.live;
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  #stopIfIdle(): void {
    if (this.#underWay === 0 && this.#waitsFor.size > 0) this.live.abort("waiting");
  }
}
