export const SYSTEM = 'template';
