import type { RunFile } from "../domain/document.ts";
import type { ModelSettings } from "../domain/model-settings.ts";
import type { Locale, RunInput } from "../domain/run.ts";
import type { System } from "../domain/system.ts";
import type { Model } from "../models/contract.ts";
import type { Tool } from "../tools/contract.ts";
import type { AgentLog, Context, Documents } from "./context.ts";
import { documentsOf } from "./documents.ts";
import { meteredModel } from "./metered-model.ts";
import type { NodeScope } from "./node-scope.ts";
import { readFile, readPage } from "./pages.ts";
import { withCaller } from "./with-caller.ts";

/**
 * A node's context as a view of its scope: a run under way would otherwise hold a dozen functions, most of which its
 * agent never calls. Each member may be taken out of it (`const { step } = context`).
 */
export class ScopedContext implements Context {
  readonly #scope: NodeScope;
  #model: Model | undefined;

  constructor(scope: NodeScope) {
    this.#scope = scope;
  }

  get agent(): string {
    return this.#scope.engine.agent;
  }
  get node(): string {
    return this.#scope.engine.node;
  }
  get input(): RunInput {
    return this.#scope.engine.input;
  }
  get file(): RunFile | null {
    return this.#scope.engine.file;
  }
  get userId(): string {
    return this.#scope.engine.userId;
  }
  get threadId(): string {
    return this.#scope.engine.threadId;
  }
  get runId(): string {
    return this.#scope.engine.runId;
  }
  get locale(): Locale {
    return this.#scope.engine.locale;
  }
  get system(): System {
    return this.#scope.engine.system;
  }
  get settings(): ModelSettings {
    return this.#scope.engine.settings;
  }
  get tools(): readonly Tool[] {
    return this.#scope.engine.tools;
  }
  get history(): Context["history"] {
    return this.#scope.engine.history;
  }
  get signal(): AbortSignal {
    return this.#scope.signal;
  }

  get model(): Model {
    const { engine, signal } = this.#scope;
    this.#model ??= meteredModel({ model: engine.model, spend: engine.spend, runId: engine.runId, signal });
    return this.#model;
  }

  get retrieval(): Documents {
    const { engine, parts, signal } = this.#scope;
    return documentsOf(parts.retrieval, parts.collections, { userId: engine.userId, signal, system: engine.system });
  }

  get log(): AgentLog {
    return this.#scope.log;
  }

  get converse(): Context["converse"] {
    return (options) => this.#scope.converse(options);
  }
  get complete(): Context["complete"] {
    return (options) => this.#scope.complete(options);
  }
  get step(): Context["step"] {
    return (name, fn) => this.#scope.step(name, fn);
  }
  get emit(): Context["emit"] {
    return (name, data) => this.#scope.emit(name, data);
  }
  get spend(): Context["spend"] {
    return (usage) => this.#scope.spend(usage);
  }
  get approve(): Context["approve"] {
    return (request) => this.#scope.approve(request);
  }
  get fetchPage(): Context["fetchPage"] {
    return (url) => withCaller(() => readPage(url, this.#scope.parts, this.#owner()));
  }
  get readFile(): Context["readFile"] {
    return () => withCaller(() => readFile(this.#scope.parts, this.#owner()));
  }

  #owner() {
    const { engine, signal } = this.#scope;
    return { userId: engine.userId, file: engine.file, signal };
  }
}

const MEMBERS = Object.entries(Object.getOwnPropertyDescriptors(ScopedContext.prototype)).flatMap(([name, { get }]) =>
  get === undefined ? [] : name,
) as (keyof Context)[];

/** Returns the same as an object with properties of its own, which code may copy with `{ ...context }`. */
export const ownProperties = (context: Context): Context =>
  Object.fromEntries(MEMBERS.map((name) => [name, context[name]])) as unknown as Context;
