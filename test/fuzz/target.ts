export type Random = () => number;

/** What is fuzzed: how inputs are made, tried and made smaller. */
export type Target<Input = unknown> = {
  name: string;
  /** How many inputs are tried at once. */
  lanes: number;
  open(): Promise<Session<Input>>;
  generate(random: Random): Input;
  /** Smaller inputs that may fail too, the smallest first. */
  smaller(input: Input): Input[];
  /** The input as text, for the report of a failure. */
  show(input: Input): string;
};

export type Session<Input = unknown> = {
  /** Null: every promise held; else which one did not. */
  run(input: Input): Promise<string | null>;
  /** What was seen beside the answers since the last call (a worker that ended, a client that waited): any is a failure. */
  complaints(): string[];
  /** Can it try more inputs after a complaint? */
  usable(): boolean;
  /** Looks at memory and the event loop, and complains of them. */
  look(): Promise<void>;
  /** Figures for the report, in words. */
  figures(): string;
  close(): Promise<void>;
};

export function defineTarget<Input>(target: Target<Input>): Target {
  return target as Target;
}
