/**
 * V8 flags of the controller's process. It makes little garbage, most of it in the moment after a look: threads that help to
 * collect so little cost more than they save, and half the looks began a collection while the young generation was small.
 */
export const CONTROLLER_FLAGS: readonly string[] = [
  '--single-threaded-gc',
  '--min-semi-space-size=8',
  '--max-semi-space-size=8',
];
