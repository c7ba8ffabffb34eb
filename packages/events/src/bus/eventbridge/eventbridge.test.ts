import { busContract } from '../contract/suite.ts';
import { startAwsDouble } from './aws-double.ts';
import { eventBridgeHarness } from './harness.ts';

// Against a double of their protocols; `npm run judges` has a judge of others.
busContract('eventbridge', async () => eventBridgeHarness(await startAwsDouble()));
