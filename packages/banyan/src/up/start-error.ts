/** Why `banyan up` could not start, and what to do. */
export class StartError extends Error {
  readonly where: string | undefined;
  readonly hint: string;
  constructor(message: string, hint: string, options: ErrorOptions & { where?: string } = {}) {
    super(message, options);
    this.name = 'StartError';
    this.where = options.where;
    this.hint = hint;
  }
}
