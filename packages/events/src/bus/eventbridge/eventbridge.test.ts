import { busContract } from '../testing/suite.ts';
import { startAwsDouble } from './testing/aws-double.ts';
import { eventBridgeHarness } from './testing/harness.ts';

// Against a double of their protocols; `npm run judges` has a judge of others.
busContract('eventbridge', async () => eventBridgeHarness(await startAwsDouble()));
