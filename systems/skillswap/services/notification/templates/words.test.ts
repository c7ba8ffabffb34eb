import { wordsContract } from '@banyan/notifications/testing';
import { skillswap } from '../skillswap.ts';

wordsContract(skillswap);
