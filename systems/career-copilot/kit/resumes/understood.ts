import type { Resume } from '../../api/resume.ts';

/** What of a résumé was understood, and how surely: by path, such as `work[0].position`. */
export type Understood = {
  resume: Resume;
  confidence: Record<string, number>;
};
