import pino from 'pino';
import { startApplier } from '../applier/applier.ts';
import { type BankDatabases, bankPlan } from './bank-plan.ts';

/** A process that runs the applier of a plan with facts, to be killed. Its argument: URLs of the databases, and of the facts, as JSON. */
const { databases, facts } = JSON.parse(process.argv[2]!) as { databases: BankDatabases; facts?: string };
// Of a slow machine: only what hangs is to run into it.
const plan = bankPlan(databases, { fenceLimitMs: 20_000, facts });
await startApplier({ plan, log: pino({ level: 'silent' }) });
process.on('disconnect', () => process.exit());
process.send!('started');
