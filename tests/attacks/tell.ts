/** Prints what an attack did and met, in one line that CI's output keeps. */
export function tell(attack: string, ...figures: readonly string[]): void {
  process.stdout.write(`ATTACK ${attack}: ${figures.join(", ")}\n`);
}
