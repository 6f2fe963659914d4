/** The part of an `AbortSignal` that the client uses. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The options that the client passes to `fetch`. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignalLike;
}

/** The part of `fetch` that the client uses. */
export type FetchLike = (url: string, init: FetchInit) => Promise<ResponseLike>;

/** The part of a `Response` that the client reads. */
export interface ResponseLike {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** Read only by subscriptions. */
  readonly body: ByteStream | null;
  text(): Promise<string>;
}

/** The part of a `ReadableStream` of bytes that the client uses. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    cancel(): Promise<void>;
  };
}

/** The type of the platform's own `fetch` where it is declared, else the part that the client uses. */
export type Fetch = typeof globalThis extends { fetch: (...args: infer TArgs) => infer TResult }
  ? (...args: TArgs) => TResult
  : FetchLike;

interface Platform {
  fetch: FetchLike;
  crypto: { getRandomValues(bytes: Uint8Array<ArrayBuffer>): Uint8Array };
  /** Monotonic, as timers are: it does not change with the clock. */
  performance: { now(): number };
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  queueMicrotask(callback: () => void): void;
  /** Only in windows and workers of browsers. */
  addEventListener?(type: "online", listener: () => void): void;
  removeEventListener?(type: "online", listener: () => void): void;
  /** What relative URLs are relative to: workers have no `document`, Node has neither. */
  location?: { href: string };
  document?: { baseURI: string };
  URL: new (url: string, base?: string) => { href: string };
  atob(base64: string): string;
  AbortController: new () => { readonly signal: AbortSignalLike; abort(reason?: unknown): void };
  TextDecoder: new (
    encoding?: string,
    options?: { ignoreBOM: boolean },
  ) => {
    decode(bytes?: Uint8Array, options?: { stream: boolean }): string;
  };
}

// Browsers, Workers and Node declare these in their own ways, some consumers not at all: the client declares its part.
export const platform = globalThis as unknown as Platform;
