/** Errors of an API by stable code: status, and the text that clients see. */
export type ErrorTable = Readonly<Record<string, readonly [status: number, text: string]>>;

/** An error that clients are meant to see. */
export class StatedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly status: number;
  /** Where errors are answered as problem documents, it is answered as one. */
  readonly problem: { status: number };

  constructor(
    table: Record<Code, readonly [status: number, text: string]>,
    code: Code,
    options?: ErrorOptions,
  ) {
    const [status, text] = table[code];
    super(text, options);
    this.code = code;
    this.status = status;
    this.problem = { status };
  }
}

/** Statuses of these errors, for the OpenAPI. */
export function statusesIn(table: ErrorTable, codes: readonly string[]): number[] {
  return [...new Set(codes.map((code) => table[code]![0]))];
}
