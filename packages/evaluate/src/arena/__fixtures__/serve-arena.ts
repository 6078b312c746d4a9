import { startArena } from "../arena-server.ts";

/**
 * A process of its own that serves an arena: options as JSON in its only argument. Prints the
 * address.
 */
const arena = await startArena(JSON.parse(process.argv[2] ?? "{}"));
process.stdout.write(`${arena.url}\n`);
