import { type Static, Type } from "@sinclair/typebox";
import type { RunErrorCode } from "./error.ts";
import type { ModelSettings } from "./model-settings.ts";
import type { ThreadKey } from "./thread.ts";

export const RunStatus = Type.Union(
  [
    Type.Literal("queued"),
    Type.Literal("running"),
    /** For a person's word on tool calls. No replica has it. */
    Type.Literal("waiting"),
    Type.Literal("succeeded"),
    Type.Literal("failed"),
    Type.Literal("cancelled"),
  ],
  { title: "RunStatus" },
);
export type RunStatus = Static<typeof RunStatus>;

/** A run as the lines of the operator's log name it. */
export interface RunName {
  readonly runId: string;
  readonly threadKey: ThreadKey;
}

/** What model calls have used. Counts that a provider does not report are absent, not 0. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input tokens: those that the provider read from its cache. */
  readonly cachedTokens?: number;
  /** Of the output tokens: those that the model reasoned with. */
  readonly reasoningTokens?: number;
  /** True when a call's counts were estimated from its text, because the provider reported none. */
  readonly isEstimated?: boolean;
}
export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0 };
/** The most that a run's row can hold, and more than any run uses. */
export const MAX_TOKENS = 2 ** 31 - 1;
/** The most that a report of usage may say: ten times the largest context window on offer. */
const MAX_REPORTED_TOKENS = 100_000_000;
/** Whether a count of tokens from elsewhere may be true. Users are charged by it. */
export const isTokenCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_REPORTED_TOKENS;
export const addUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: sum(a.inputTokens, b.inputTokens),
  outputTokens: sum(a.outputTokens, b.outputTokens),
  ...optional("cachedTokens", a, b),
  ...optional("reasoningTokens", a, b),
  ...((a.isEstimated || b.isEstimated) && { isEstimated: true }),
});

const sum = (a: number, b: number): number => Math.min(MAX_TOKENS, a + b);

const optional = <K extends "cachedTokens" | "reasoningTokens">(key: K, a: Usage, b: Usage): Partial<Usage> =>
  a[key] === undefined && b[key] === undefined ? {} : { [key]: sum(a[key] ?? 0, b[key] ?? 0) };

/** One credit pays for 1,000 input tokens or 250 output tokens: the usual 1 to 4 between the two prices. */
export const creditsOf = (usage: Usage): number => (usage.inputTokens + 4 * usage.outputTokens) / 1000;

/** The request of a run, as its row stores it. Nothing here is secret: an auth token never gets this far. */
export interface RunInput {
  /** The user's text, which becomes the thread's user message. */
  readonly message: string;
  readonly images: readonly string[];
  /** False: the answer is one token event at the end. */
  readonly streamTokens: boolean;
  /** BCP 47 primary language of texts meant for people, when the message itself does not show it. */
  readonly locale: Locale;
  /** Options that only the agent interprets. */
  readonly options: Readonly<Record<string, unknown>>;
  /** How the model should answer, where the request says so. */
  readonly settings?: ModelSettings;
  /** Facts that the caller keeps with the run. No model sees them. */
  readonly metadata?: Metadata;
}

/** A caller's own facts about a run: JSON. */
export type Metadata = Readonly<Record<string, unknown>>;

/** What a run's row stores of its request: the input, and what is needed to ask again. */
export interface StoredInput extends RunInput {
  /** The id of the model that answers. Absent in rows of the first release. */
  readonly model?: string;
  /** Whether the request chose that model; otherwise it was the agent's. */
  readonly choseModel?: boolean;
  /** Whether a file came with the request. It is not stored. */
  readonly hadFile?: boolean;
}
export type Locale = "en" | "ko";

export interface Run {
  readonly runId: string;
  readonly threadKey: ThreadKey;
  readonly agent: string;
  /** The id of its model. Null in rows of the first release. */
  readonly model: string | null;
  readonly metadata: Metadata;
  readonly status: RunStatus;
  /** How many times a replica has started it; 0 while queued. */
  readonly attempt: number;
  /** The thread's last seq before the run's first event. Null while it is queued. */
  readonly startSeq: number | null;
  readonly traceId: string;
  readonly usage: Usage | null;
  readonly error: { readonly code: RunErrorCode; readonly message: string } | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
  /** The run that took this one's place in its thread; null while the turn stands. */
  readonly supersededBy: string | null;
}

const UNFINISHED: ReadonlySet<RunStatus> = new Set<RunStatus>(["queued", "running", "waiting"]);
export const hasEnded = (status: RunStatus): boolean => !UNFINISHED.has(status);
