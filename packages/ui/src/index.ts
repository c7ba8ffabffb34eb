/** What pages are made of. */
export {};
