/** Numbers those who are here, from 1. Who comes later takes the lowest number that is free, so that there are never more. */
export class Places<TMember extends object> {
  readonly #members: (TMember | undefined)[] = [];

  /** Returns the place of a member, which gets one if it has none. */
  of(member: TMember): string {
    const known = this.#members.indexOf(member);
    if (known >= 0) return String(known + 1);
    const free = this.#members.indexOf(undefined);
    const index = free >= 0 ? free : this.#members.length;
    this.#members[index] = member;
    return String(index + 1);
  }

  /** Frees the place of a member. */
  free(member: TMember): void {
    const index = this.#members.indexOf(member);
    if (index >= 0) this.#members[index] = undefined;
  }
}
