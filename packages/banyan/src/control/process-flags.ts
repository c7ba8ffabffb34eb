/**
 * V8 flags of the controller's process. It makes little garbage, most of it in the moment after a look: threads that help to
 * collect so little cost more than they save, and half the looks began a collection while the young generation was small. A
 * process that rests three seconds at a time looks idle to V8, which would collect the whole heap again and again to make it
 * smaller: that was a third of all its CPU time.
 */
export const CONTROLLER_FLAGS: readonly string[] = [
  '--single-threaded-gc',
  '--no-memory-reducer',
  '--min-semi-space-size=8',
  '--max-semi-space-size=8',
];
