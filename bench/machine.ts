import { availableParallelism, cpus } from 'node:os';

/** On what figures were measured. */
export const MACHINE = `${availableParallelism()} x ${cpus()[0]?.model.trim()}, Node ${process.version}`;
