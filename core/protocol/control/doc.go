// Package control serves the reserved control paths under a stream root,
// "{root}/__ds/...": subscriptions, their leases and callbacks, and the public
// keys of webhook signatures (PROTOCOL.md sections 6 and 7).
//
// It owns the JSON forms of requests, the limits on them, and the one table
// that turns a refusal into a status and an error code. Every error answer is a
// problem document with the member "error": {"code", "message", ...}.
//
// It does not know how subscriptions are stored, driven or delivered.
package control
