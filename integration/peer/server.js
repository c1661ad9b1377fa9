// Starts the reference server on a free port and prints its address. With a
// directory as its argument it stores files there, else it keeps memory only.
import { DurableStreamTestServer } from "@durable-streams/server";

const server = new DurableStreamTestServer({ port: 0, host: "127.0.0.1", dataDir: process.argv[2] });
console.log(`listening ${await server.start()}`);
