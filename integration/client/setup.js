// What the client tests share: addresses given by the Go test, and a fetch that
// keeps trying. The addresses have names of their own because vitest sets
// BASE_URL in its workers.
import { randomUUID } from "node:crypto";
import { DurableStream } from "@durable-streams/client";

function need(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run these tests by go test`);
  return value;
}

const server = need("URSULA_TEST_URL");
const proxy = need("URSULA_TEST_PROXY_URL");
const control = need("URSULA_TEST_CONTROL_URL");

// How soon, in milliseconds, a reader or a producer tries again.
const eager = { initialDelay: 10, maxDelay: 100, multiplier: 1.3, maxRetries: Infinity };

const address = (base, path) => `${base}/v1/stream/client/${path}`;

export const freshPath = () => randomUUID();
export const direct = (path) => address(server, path);
export const lossy = (path) => address(proxy, path);

export const json = "application/json";

export const create = (path, options = {}) =>
  DurableStream.create({ url: direct(path), backoffOptions: eager, ...options });

export const connect = (url, contentType) =>
  new DurableStream({ url, contentType, backoffOptions: eager });

export const answersLost = async () => Number(await (await fetch(`${control}/lost`)).text());

// Returns when the server was killed and its next life is ready.
export async function killAndRestart() {
  const response = await fetch(`${control}/revive`, { method: "POST" });
  if (!response.ok) throw new Error(`the server did not come back: ${await response.text()}`);
}

// The producer leaves retries to its fetch. This one sends the same request
// until there is an answer that is not a failure of the server.
export async function tenaciousFetch(...request) {
  for (;;) {
    try {
      const response = await fetch(...request);
      if (response.status < 500) return response;
      await response.arrayBuffer();
    } catch (error) {
      if (request[1]?.signal?.aborted) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

// Reads every item from the start to the closure of a stream. When a connection
// is lost, it goes on from the offset of the last batch that it was given.
export async function readToClosure(path, live, onItem = () => {}) {
  const items = [];
  let offset = "-1";
  for (let closed = false; !closed; ) {
    try {
      const response = await connect(direct(path)).stream({ offset, live, json: true });
      await new Promise((resolve, reject) => {
        response.subscribeJson(async (batch) => {
          items.push(...batch.items);
          offset = batch.offset;
          closed ||= batch.streamClosed;
          batch.items.forEach(onItem);
        });
        response.closed.then(resolve, reject);
      });
      closed ||= response.streamClosed;
    } catch (error) {
      if (error.status >= 400 && error.status < 500) throw error;
    }
  }
  return items;
}

export const numbers = (count) => Array.from({ length: count }, (_, n) => ({ n }));
