import { IdempotentProducer, stream } from "@durable-streams/client";
import { describe, expect, test } from "vitest";
import {
  connect, create, direct, freshPath, json, killAndRestart, numbers, readToClosure, tenaciousFetch,
} from "./setup.js";

const total = 300;
const restartAt = new Set([60, 140, 220]);

function producerFor(path) {
  return new IdempotentProducer(connect(direct(path), json), "writer", {
    maxBatchBytes: 120, lingerMs: 1, maxInFlight: 1, fetch: tenaciousFetch,
  });
}

describe.each(["long-poll", "sse"])("a live reader by %s", (live) => {
  test("sees everything up to the closure", async () => {
    const path = freshPath();
    await create(path, { contentType: json });
    const reading = readToClosure(path, live);
    const producer = producerFor(path);
    for (const item of numbers(total)) {
      producer.append(JSON.stringify(item));
      if (item.n % 10 === 0) await producer.flush();
    }
    await producer.close();
    expect(await reading).toEqual(numbers(total));
  });

  // The reader triggers each kill by what it has read, so that it is in the
  // middle of the stream, with the writer at work, whenever the server dies.
  test("loses and doubles nothing when the server is killed", async () => {
    const path = freshPath();
    await create(path, { contentType: json });
    const restarts = [];
    const reading = readToClosure(path, live, (item) => {
      if (restartAt.has(item.n)) restarts.push(killAndRestart());
    });
    const producer = producerFor(path);
    for (const item of numbers(total)) {
      producer.append(JSON.stringify(item));
      if (item.n % 10 === 0) await producer.flush();
    }
    await producer.flush();
    await producer.close();
    const items = await reading;
    await Promise.all(restarts);
    const stored = await (await stream({ url: direct(path), live: false })).json();
    expect(stored).toEqual(numbers(total));
    expect(items).toEqual(stored);
    expect(restarts).toHaveLength(restartAt.size);
  });
});
