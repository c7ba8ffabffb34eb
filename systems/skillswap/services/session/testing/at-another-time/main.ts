/** The service as a process that lives in another time: that at which the file `CLOCK_FILE` was changed. */
import { statSync } from 'node:fs';
import { sessionBy } from '../../main.ts';

const file = process.env.CLOCK_FILE ?? '';
await sessionBy(() => statSync(file).mtimeMs).run();
