import { SourceReader } from './source-reader.ts';

/** The sources that links of one process read together. */
export class Readers {
  readonly #system: string;
  readonly #bySource = new Map<string, Promise<SourceReader>>();

  /** `system` names the shared slots. */
  constructor(system: string) {
    this.#system = system;
  }

  /** Rejects while the source is away; then it is asked again. */
  of(source: string): Promise<SourceReader> {
    let reader = this.#bySource.get(source);
    if (!reader) {
      reader = SourceReader.begin(source, this.#system);
      this.#bySource.set(source, reader);
      reader.catch(() => this.#bySource.delete(source));
    }
    return reader;
  }

  /** After the links have ended: resolves when no shared slot is left. */
  async close(): Promise<void> {
    const readers = await Promise.allSettled(this.#bySource.values());
    await Promise.all(readers.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined)));
  }
}
