import { ChatError } from "@chatnest/api";

/** Most bytes of a body. */
export const bodyBytesMax = 256 * 1024;
/** Most levels of arrays and objects in a JSON text. */
export const jsonDepthMax = 32;
/** Most fields and items in a JSON text. */
export const jsonValuesMax = 10_000;

const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;
const decoder = new TextDecoder("utf-8", { fatal: true });
// Codes of characters, which are compared faster than the characters.
const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** How a body is read. */
export interface BodyOptions {
  /** Whether an empty body is an empty object. @default false */
  isOptional?: boolean | undefined;
}

/**
 * Reads a body, which must be a JSON object.
 * @throws ChatError `bad_request`, `payload_too_large`, `unsupported_media_type` or `validation_failed`
 */
export async function readJsonObject(
  request: Request,
  { isOptional = false }: BodyOptions = {},
): Promise<Record<string, unknown>> {
  const text = await readJsonText(request);
  if (text === "" && isOptional) return {};
  if (text === "") throw new ChatError("bad_request", "the body is missing");
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuseBody("invalid_type", "the body must be a JSON object");
  }
  return value as Record<string, unknown>;
}

/**
 * Reads a body, which must be JSON, as a text that is safe to parse; empty when there is none.
 * @throws ChatError `bad_request`, `payload_too_large`, `unsupported_media_type` or `validation_failed`
 */
export async function readJsonText(request: Request): Promise<string> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return "";
  checkJsonType(request.headers);
  const text = decode(bytes);
  checkShape(text);
  return text;
}

/**
 * Makes sure that a JSON text is neither nested too deeply nor made of too many values: each costs far more to parse and to
 * validate than to count.
 * @throws ChatError `validation_failed`
 */
export function checkShape(text: string): void {
  let depth = 0;
  let values = 1;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === backslash) index++;
      else if (character === quote) inString = false;
    } else if (character === quote) inString = true;
    else if (character === closeArray || character === closeObject) depth--;
    else if ((character === openArray || character === openObject) && ++depth > jsonDepthMax) {
      throw refuseBody("too_deep", `nested more than ${jsonDepthMax} levels deep`);
    } else if (character === comma && ++values > jsonValuesMax) {
      throw refuseBody("too_big", `more than ${jsonValuesMax} fields and items`);
    }
  }
}

function checkJsonType(headers: Headers): void {
  if (!jsonType.test(headers.get("content-type") ?? "")) {
    throw new ChatError("unsupported_media_type", "the content type must be application/json");
  }
  if ((headers.get("content-encoding") ?? "identity") !== "identity") {
    throw new ChatError("unsupported_media_type", "the body must not be compressed");
  }
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const length = request.headers.get("content-length");
  if (Number(length) > bodyBytesMax) throw tooLarge();
  try {
    // Node cuts a body at its declared length, and reading it whole is faster.
    if (length !== null) return new Uint8Array(await request.arrayBuffer());
    return await readChunks(request);
  } catch (error) {
    if (error instanceof ChatError) throw error;
    throw new ChatError("bad_request", "the body ended early", { cause: error });
  }
}

async function readChunks(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > bodyBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new ChatError("bad_request", "the body is not UTF-8", { cause: error });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ChatError("bad_request", "the body is not JSON", { cause: error });
  }
}

function tooLarge(): ChatError {
  return new ChatError("payload_too_large", `the body is larger than ${bodyBytesMax} bytes`);
}

function refuseBody(code: string, message: string): ChatError {
  return new ChatError("validation_failed", message, { issues: [{ path: "", code, message }] });
}
