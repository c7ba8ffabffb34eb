/** Other sides of channels, and what every channel, and every system's words, have to do. */
export { type ChannelHarness, channelContract } from './channel-contract.ts';
export {
  NUMBERS,
  type OtherSide,
  type Subscribed,
  startFcm,
  startPushService,
  startSns,
  startTwilio,
  subscribe,
} from './other-sides.ts';
export { headerOf, type SmtpDouble, startSmtp } from './smtp.ts';
export { wordsContract } from './words-contract.ts';
