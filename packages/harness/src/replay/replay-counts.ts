/** What a replay can say for itself. */
export type ReplayCounts = {
  /** Times through the recording, the last one perhaps not to its end. */
  rounds: number;
  replayed: number;
  /** Requests that could not be made, by why. */
  left: Record<string, number>;
  /** Answers of another class than the recorded one, by what was asked and how: `onMonolith` before anything had moved. */
  different: Record<string, { onMonolith: number; later: number }>;
  /** Acknowledged writes whose effect no answer names, by what was asked. */
  untold: Record<string, number>;
  rows: { known: number; doubtful: number };
};
