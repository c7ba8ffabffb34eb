/**
 * Loaded before a managed process's own code (`--import`): ends it when whoever started it is gone, however that came.
 * The process itself knows nothing of it, and ends by itself as it would without.
 */
const end = () => process.exit(1);

process.once('disconnect', end);
if (process.connected === false) end(); // gone before we looked
// Listening alone would keep the event loop going for ever.
process.channel?.unref();
