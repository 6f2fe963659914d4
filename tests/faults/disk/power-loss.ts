import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { DiskRecord } from "./records.ts";

// Disks write sectors of this size in one go. https://www.sqlite.org/psow.html
const sectorBytes = 512;

/** A random number below 1. */
type Random = () => number;

/**
 * A disk, as what was recorded leaves it. What was written before a sync began is on it once that has ended. Of the rest each
 * sector may be on it or not, whatever was written before it; files are created and removed in order, up to some moment.
 */
export class RecordedDisk {
  readonly #files = new Map<string, RecordedFile>();
  /** Files that were created or removed since their folder was synced. */
  #names: { path: string; exists: boolean }[] = [];
  readonly #existing = new Set<string>();
  readonly #begun = new Map<number, () => void>();

  add({ act, path, at, bytes }: DiskRecord): void {
    const file = this.#file(path);
    switch (act) {
      case "write":
        this.#create(path, file);
        file.pending.push({ at, bytes });
        break;
      case "truncate":
        this.#create(path, file);
        file.pending.push({ at });
        break;
      case "unlink":
        this.#names.push({ path, exists: false });
        file.exists = false;
        break;
      case "sync":
        this.#begun.set(at, this.#syncOf(path, file));
        break;
      case "synced":
        this.#begun.get(at)?.();
        break;
    }
  }

  /** Writes to a folder what is on the disk if the power is lost now. */
  async save(to: (path: string) => string, random: Random): Promise<void> {
    const existing = new Set(this.#existing);
    for (const { path, exists } of this.#names.slice(0, random() * (this.#names.length + 1))) {
      if (exists) existing.add(path);
      else existing.delete(path);
    }
    for (const path of existing) {
      await mkdir(dirname(to(path)), { recursive: true });
      await writeFile(to(path), this.#file(path).afterLoss(random));
    }
  }

  #file(path: string): RecordedFile {
    const file = this.#files.get(path) ?? new RecordedFile();
    this.#files.set(path, file);
    return file;
  }

  #create(path: string, file: RecordedFile): void {
    if (file.exists) return;
    this.#files.set(path, file);
    file.begin();
    this.#names.push({ path, exists: true });
  }

  /** Returns what a sync does that begins now. */
  #syncOf(path: string, file: RecordedFile): () => void {
    const names = [...this.#names];
    const pending = [...file.pending];
    return () => {
      file.settle(pending);
      for (const name of names.filter((each) => dirname(each.path) === path)) {
        if (name.exists) this.#existing.add(name.path);
        else this.#existing.delete(name.path);
        this.#names = this.#names.filter((each) => each !== name);
      }
    };
  }
}

/** A write, or a cut to a length. */
interface Change {
  at: number;
  bytes?: Buffer;
}

class RecordedFile {
  exists = false;
  pending: Change[] = [];
  #durable = Buffer.alloc(0);
  #length = 0;

  begin(): void {
    this.exists = true;
    this.pending = [];
    this.#length = 0;
  }

  settle(changes: readonly Change[]): void {
    for (const change of changes) this.#apply(change);
    this.pending = this.pending.filter((change) => !changes.includes(change));
  }

  /** Returns its bytes if of some part of what is not synced each sector is on the disk with some probability. */
  afterLoss(random: Random): Buffer {
    const rate = random() < 0.5 ? 1 : random();
    const [from, to] = random() < 0.5 ? [0, 1] : [random(), 1 + random()];
    const part = this.pending.slice(from * this.pending.length, to * this.pending.length);
    const copy = new RecordedFile();
    copy.#durable = Buffer.from(this.#durable);
    copy.#length = this.#length;
    for (const { at, bytes } of part) {
      if (!bytes) {
        if (random() < rate) copy.#apply({ at });
        continue;
      }
      for (let start = 0; start < bytes.length; ) {
        const end = Math.min(bytes.length, start + sectorBytes - ((at + start) % sectorBytes));
        if (random() < rate) copy.#apply({ at: at + start, bytes: bytes.subarray(start, end) });
        start = end;
      }
    }
    return copy.#durable.subarray(0, copy.#length);
  }

  #apply({ at, bytes }: Change): void {
    if (!bytes) {
      this.#durable.fill(0, at);
      this.#length = Math.min(this.#length, at);
      return;
    }
    const end = at + bytes.length;
    if (end > this.#durable.length) {
      this.#durable = Buffer.concat([this.#durable], 2 * end);
    }
    bytes.copy(this.#durable, at);
    this.#length = Math.max(this.#length, end);
  }
}
