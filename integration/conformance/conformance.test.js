// The address comes in a variable of its own: vitest sets BASE_URL in its workers.
import { runConformanceTests } from "@durable-streams/server-conformance-tests";

const baseUrl = process.env.URSULA_TEST_URL;
if (!baseUrl) throw new Error("URSULA_TEST_URL is not set: which server should be tested?");

runConformanceTests({
  baseUrl,
  longPollTimeoutMs: 60_000, // only how long a test of long polls may take
  subscriptions: true,
});
