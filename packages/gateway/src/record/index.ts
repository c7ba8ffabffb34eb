/** Recordings of traffic, for who asks for them and who replays them. */
export {
  pathOf,
  RECORDING_PATH,
  RECORDING_VERSION,
  type RecordedBody,
  type RecordedRequest,
  type RecordingHead,
  type RecordingTail,
  type RecordingWish,
} from './recording.ts';
export { lastSegment } from './scrub.ts';
export { standIns } from './stand-ins.ts';
