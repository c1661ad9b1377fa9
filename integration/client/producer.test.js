import { IdempotentProducer, stream } from "@durable-streams/client";
import { expect, test } from "vitest";
import {
  answersLost, connect, create, direct, freshPath, json, lossy, numbers, tenaciousFetch,
} from "./setup.js";

// Small batches, several at a time: many requests, so many lost answers.
const options = { maxBatchBytes: 120, lingerMs: 1, maxInFlight: 5, fetch: tenaciousFetch };

async function produce(path, count, extra = {}) {
  const errors = [];
  const handle = connect(lossy(path), json);
  const producer = new IdempotentProducer(handle, "writer", {
    ...options, onError: (error) => errors.push(error), ...extra,
  });
  for (const item of numbers(count)) producer.append(JSON.stringify(item));
  await producer.flush();
  expect(errors).toEqual([]);
  return producer;
}

const readAll = async (path) => (await stream({ url: direct(path), live: false })).json();

test("every message is there once and in order, though answers get lost", async () => {
  const path = freshPath();
  await create(path, { contentType: json });
  const lostBefore = await answersLost();
  await produce(path, 500, { maxInFlight: 1 });
  expect(await answersLost()).toBeGreaterThan(lostBefore);
  expect(await readAll(path)).toEqual(numbers(500));
});

test("so it is with several batches in flight", async () => {
  const path = freshPath();
  await create(path, { contentType: json });
  const lostBefore = await answersLost();
  await produce(path, 500);
  expect(await answersLost()).toBeGreaterThan(lostBefore);
  expect(await readAll(path)).toEqual(numbers(500));
});

test("a final message closes the stream once", async () => {
  const path = freshPath();
  await create(path, { contentType: json });
  const producer = await produce(path, 20);
  await producer.close(JSON.stringify({ n: 20 }));
  const response = await stream({ url: direct(path), live: false });
  expect(await response.json()).toEqual(numbers(21));
  expect(response.streamClosed).toBe(true);
});

test("a new epoch shuts the old one out", async () => {
  const path = freshPath();
  await create(path, { contentType: json });
  await produce(path, 10);
  await produce(path, 10, { epoch: 1 });
  await expect(produce(path, 10)).rejects.toThrow();
  expect(await readAll(path)).toHaveLength(20);
});
