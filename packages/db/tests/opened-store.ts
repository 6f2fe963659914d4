import type { ChatStore } from "../src/store.ts";

/** An open store; disposing of it closes it, every other one opened on its data, and removes the data. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: ChatStore;
  /** Opens another store on the same data. */
  openAgain(): Promise<ChatStore>;
}

/** Opens a store on data of its own, empty. */
export type OpenStore = () => Promise<OpenedStore>;

/** A store whose clock a test moves; disposing of it also brings back the real time. */
export interface ClockedStore extends OpenedStore {
  /** Lets all that was written be quiet for long enough, and settles it. Other calls may be made meanwhile. */
  settle(): Promise<void>;
}

/** One kind of store, and what the contract needs to know of it. */
export interface StoreKind {
  open: OpenStore;
  openClocked: () => Promise<ClockedStore>;
  /** Who may open the data again: nobody (it is gone), one after the other, or many at once. */
  data: "gone" | "exclusive" | "shared";
  /** How many random interleavings to try. */
  interleavings: number;
}
