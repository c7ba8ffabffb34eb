import { wordsContract } from '@banyan/notifications/testing';
import { careerCopilot } from '../career-copilot.ts';

wordsContract(careerCopilot);
