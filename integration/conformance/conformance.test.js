// The address comes in a variable of its own: vitest sets BASE_URL in its workers.
import { runConformanceTests } from "@durable-streams/server-conformance-tests";

const baseUrl = process.env.URSULA_TEST_URL;
if (!baseUrl) throw new Error("URSULA_TEST_URL is not set: which server should be tested?");

runConformanceTests({
  baseUrl,
  longPollTimeoutMs: Number(process.env.URSULA_TEST_LONG_POLL_MS ?? 500),
  subscriptions: true,
});
