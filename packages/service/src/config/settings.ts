/** What the control plane and services both know of flags and settings; brings nothing else along. */
export {
  checkFlag,
  type Evaluation,
  evaluate,
  Flag,
  type FlagProblem,
  type FlagSet,
  type FlagValue,
} from '../flags/flag.ts';
export { checkSetting, type Setting } from './setting.ts';
