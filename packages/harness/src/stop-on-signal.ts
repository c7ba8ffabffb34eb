import { whenStarterIsGone } from '@banyan/banyan/operate';

/** Aborts when somebody wants the run to end, or when who started it is gone; whoever asks a second time wants it at once. */
export function stopOnSignal(): AbortController {
  const stopper = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stopper.signal.aborted) process.exit(130);
      stopper.abort();
    });
  }
  whenStarterIsGone(() => stopper.abort());
  return stopper;
}
