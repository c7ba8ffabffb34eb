import { eventBridgeHarness } from '../../packages/events/src/bus/eventbridge/testing/harness.ts';
import { busContract } from '../../packages/events/src/bus/testing/suite.ts';
import { startMoto } from './moto.ts';

busContract('eventbridge on moto', async () => eventBridgeHarness(await startMoto()));
