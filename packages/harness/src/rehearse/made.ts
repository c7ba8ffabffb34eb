type Undo = { what: string | null; run: () => Promise<unknown> };

/** What a run has made: undone in the opposite order, all of it, whatever fails meanwhile. */
export class Made {
  readonly #undo: Undo[] = [];
  readonly #tell: (text: string) => void;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** `what` is told when its turn comes; null: nothing that anybody waits for. */
  undoBy(what: string | null, run: () => Promise<unknown>): void {
    this.#undo.push({ what, run });
  }

  async undo(): Promise<void> {
    for (const { what, run } of this.#undo.splice(0).reverse()) {
      if (what !== null) this.#tell(`${what} …`);
      try {
        await run();
      } catch (error) {
        this.#tell(`${what ?? 'stopping'} failed: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
}
