import { busContract } from '../../packages/events/src/bus/contract/suite.ts';
import { eventBridgeHarness } from '../../packages/events/src/bus/eventbridge/harness.ts';
import { startMoto } from './moto.ts';

busContract('eventbridge on moto', async () => eventBridgeHarness(await startMoto()));
