/** How long a store remembers that a member left, in ms: 30 days. */
export const leavingsKeptMs = 30 * 24 * 3_600_000;
