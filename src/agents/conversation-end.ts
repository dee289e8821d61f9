/**
 * The end of a node's conversation, which is stored unless the node ends with it. Otherwise another attempt would take
 * the answer for one that was cut off, and have the model go on with it.
 */
export class ConversationEnd {
  #save: (() => void) | undefined;
  #timer: ReturnType<typeof setImmediate> | undefined;

  /** A conversation is over. `save` is called before the node tells more, or when the event loop has had its turn. */
  set(save: () => void): void {
    this.save();
    this.#save = save;
    this.#timer = setImmediate(() => this.save());
  }

  /** The node is about to tell more. */
  save(): void {
    const save = this.#save;
    if (save === undefined) return;
    this.forget();
    save();
  }

  /** The node is over. */
  forget(): void {
    this.#save = undefined;
    if (this.#timer !== undefined) clearImmediate(this.#timer);
    this.#timer = undefined;
  }
}
