/** What the files of a run use of processors, seconds; undefined where the system does not tell. */
import { listProcesses, type ProcessTime, timeBelow } from '../packages/harness/src/tour/processor-time.ts';

type FilesProcessorTime = {
  /** Of a file that starts now; what is returned is called as soon as it has ended. `server`: the process of a PostgreSQL that it has for itself meanwhile. */
  ofFile(server: number | undefined): () => number | undefined;
  /** All of this process and those below it until now, also of what was not a file's. */
  ofRun(): number | undefined;
};

export function startCountingFiles(
  list: () => readonly ProcessTime[] = listProcesses,
  self = process.pid,
): FilesProcessorTime {
  const read = () => {
    const all = list();
    const own = (pid: number | undefined) => all.find((one) => one.pid === pid);
    return { all, own };
  };
  // A process adds what those below it have used when it is waited for, which is once for each file: at its end.
  let ended = read().own(self)?.endedMs ?? 0;
  const ofServer = (pid: number | undefined, { all, own }: ReturnType<typeof read>) =>
    pid === undefined ? 0 : timeBelow(pid, [], all) + (own(pid)?.ownMs ?? 0);
  return {
    ofFile(server) {
      const before = ofServer(server, read());
      return () => {
        const now = read();
        const here = now.own(self);
        if (here === undefined) return undefined;
        const used = here.endedMs - ended + ofServer(server, now) - before;
        ended = here.endedMs;
        return used / 1_000;
      };
    },
    ofRun() {
      const { all, own } = read();
      const here = own(self);
      return here && (here.ownMs + timeBelow(self, [], all)) / 1_000;
    },
  };
}
