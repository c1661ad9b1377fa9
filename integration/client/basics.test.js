import { DurableStream, stream } from "@durable-streams/client";
import { expect, test } from "vitest";
import { create, direct, freshPath, json, numbers } from "./setup.js";

test("text comes back as it was appended", async () => {
  const path = freshPath();
  const handle = await create(path, { contentType: "text/plain" });
  await handle.append("hello, ");
  await handle.append("world");
  const response = await stream({ url: direct(path), live: false });
  expect(await response.text()).toBe("hello, world");
});

test("bytes come back as they were appended", async () => {
  const path = freshPath();
  const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
  const handle = await create(path, { contentType: "application/octet-stream" });
  await handle.append(bytes);
  const response = await stream({ url: direct(path), live: false });
  expect(await response.body()).toEqual(bytes);
});

test("a JSON batch is as many messages as it has elements", async () => {
  const path = freshPath();
  const handle = await create(path, { contentType: json });
  await Promise.all(numbers(50).map((item) => handle.append(JSON.stringify(item))));
  await handle.append(JSON.stringify([["nested"]]));
  const items = await (await stream({ url: direct(path), live: false })).json();
  expect(items).toHaveLength(51);
  expect(items.at(-1)).toEqual([["nested"]]);
  expect(new Set(items.slice(0, 50).map((item) => item.n)).size).toBe(50);
});

test("a read can begin at any offset that was given out", async () => {
  const path = freshPath();
  const handle = await create(path, { contentType: json });
  await handle.append(JSON.stringify({ n: 0 }));
  const { offset } = await handle.head();
  await handle.append(JSON.stringify({ n: 1 }));
  const items = await (await stream({ url: direct(path), offset, live: false })).json();
  expect(items).toEqual([{ n: 1 }]);
});

test("closure shows, and ends the appends", async () => {
  const path = freshPath();
  const handle = await create(path, { contentType: json });
  await handle.close({ body: JSON.stringify({ last: true }) });
  const head = await DurableStream.head({ url: direct(path) });
  expect(head.streamClosed).toBe(true);
  await expect(handle.append(JSON.stringify({}))).rejects.toThrow();
});

test("a deleted stream is gone", async () => {
  const path = freshPath();
  const handle = await create(path, { contentType: json });
  await handle.delete();
  expect(await DurableStream.head({ url: direct(path) })).toEqual({ exists: false });
});
