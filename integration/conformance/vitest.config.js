import { defineConfig } from "vitest/config";

// Some tests of the suite run for seconds, close to the 5 s that vitest allows by itself.
export default defineConfig({
  test: { include: ["*.test.js"], passWithNoTests: false, testTimeout: 60_000 },
});
