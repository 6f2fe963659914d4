import { clientTimeoutMs } from "./send.ts";

/** A request to any of the servers. */
export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: object;
}

/** Makes a request; `undefined` when its outcome is not known: the connection failed, it took too long, or the answer is 503. */
export async function callOnce(
  url: string,
  { method, path, body }: Call,
): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(url + path, {
      method,
      ...(body && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
      signal: AbortSignal.timeout(clientTimeoutMs),
    });
    const text = await response.text();
    return response.status === 503 ? undefined : { status: response.status, text };
  } catch {
    return undefined;
  }
}
