/** Why a service cannot be written; nothing was. `hint` says what to do about it. */
export class NewServiceError extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.name = 'NewServiceError';
    this.hint = hint;
  }
}
