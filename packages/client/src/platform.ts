/** Ends a call early; every `AbortSignal` is one. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** What a request is made of. */
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
  /** Read by subscriptions alone. */
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

/** The platform's own `fetch` where its types are known, else the part of it that the client uses. */
export type Fetch = typeof globalThis extends { fetch: (...args: infer TArgs) => infer TResult }
  ? (...args: TArgs) => TResult
  : FetchLike;

interface Platform {
  fetch: FetchLike;
  crypto: { getRandomValues(bytes: Uint8Array<ArrayBuffer>): Uint8Array };
  /** Goes as timers do, whatever becomes of the clock. */
  performance: { now(): number };
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  queueMicrotask(callback: () => void): void;
  /** Only where there is a window, or a worker of a browser. */
  addEventListener?(type: "online", listener: () => void): void;
  removeEventListener?(type: "online", listener: () => void): void;
  /** Where a page is, and what its URLs are relative to; a worker has no document, and Node neither. */
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

// Browsers, Workers and Node declare these each in their own way, some consumers not at all, so the client declares its part.
export const platform = globalThis as unknown as Platform;
