import { Type } from 'typebox';
import type { ServicePart } from '../parts/part.ts';
import { scannerAt } from './open.ts';
import type { Scanner } from './scanner.ts';

const ScannerConfig = Type.Object({
  /** Who looks into files for harm: `clamd://<host>:<port>`, or `off`. */
  VIRUS_SCANNER: Type.String({ minLength: 1, default: 'off' }),
});

/** Who looks into files for harm, as a part of a service: `use: { scanner: virusScan() }`. Undefined where it is off, which the log says. */
export function virusScan(): ServicePart<Scanner | undefined, typeof ScannerConfig> {
  return {
    config: ScannerConfig,
    async start({ config, log }) {
      const provided = scannerAt(config.VIRUS_SCANNER);
      if (!provided) log.info('nothing looks into files for harm: VIRUS_SCANNER is off');
      return { provided, close: async () => {} };
    },
  };
}
