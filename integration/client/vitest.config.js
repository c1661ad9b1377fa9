import { defineConfig } from "vitest/config";

// One file after the other: the live tests have the server killed.
export default defineConfig({
  test: { include: ["*.test.js"], passWithNoTests: false, fileParallelism: false, testTimeout: 60_000 },
});
