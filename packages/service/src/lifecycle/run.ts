import { ConfigError } from '../config/config.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * The life of a service process: start, SIGTERM or SIGINT, graceful end. A second signal ends it at once, and so does
 * the time limit. Exit codes: 0 stopped well, 1 not stopped well or in time, 2 bad configuration.
 */
export async function runProcess(
  start: (env: NodeJS.ProcessEnv) => Promise<{ close(): Promise<void>; shutdownMs: number }>,
): Promise<void> {
  try {
    const { close, shutdownMs } = await start(process.env);
    const stop = () => {
      // The next signal finds no handler and kills.
      for (const signal of SIGNALS) process.off(signal, stop);
      setTimeout(() => {
        console.error(`Not stopped within ${shutdownMs} ms`);
        process.exit(1);
      }, shutdownMs).unref();
      close().catch((error: unknown) => {
        console.error(error);
        process.exitCode = 1;
      });
    };
    for (const signal of SIGNALS) process.on(signal, stop);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
