export const SYSTEM = 'skillswap';
