import type { LinkedService } from '@banyan/plan';
import { loadFacts } from '../applier/facts.ts';
import type { PreflightFinding } from './finding.ts';

/** Whether what the plan says of the service's facts can be loaded, and their outbox written by the role of the plan. */
export async function checkFacts(service: LinkedService): Promise<PreflightFinding[]> {
  const finding = { severity: 'error', where: `services.${service.name}.facts` } as const;
  try {
    const facts = await loadFacts(service);
    await facts?.tryOut();
    return [];
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (code !== 'OUTBOX_PRIVILEGE')
      return [
        {
          ...finding,
          code: 'facts_unusable',
          message: `The facts of ${service.name} cannot be made: ${message}`,
          hint: 'Correct the module that the plan names, or leave `facts` out.',
        },
      ];
    const [hint, says] = message.split(' (says: ');
    return [
      {
        ...finding,
        code: 'outbox_privilege',
        message: `The role of services.${service.name}.database may not write into the outbox: ${says?.replace(/\)$/, '')}.`,
        hint: hint!,
      },
    ];
  }
}
