// Package admin is the operator's way to a cluster: an HTTP API that every node
// serves on its admin port, its client, and goals to wait for.
//
//	GET    /v1/cluster                         Status
//	POST   /v1/cluster/members                 {"id": "4", "address": "host:port"}
//	DELETE /v1/cluster/members/{id}
//	POST   /v1/cluster/members/{id}/replace    {"id": "4", "address": "host:port"}; without id: the same id, which must not run
//	POST   /v1/cluster/members/{id}/drain
//	POST   /v1/cluster/members/{id}/undrain
//	POST   /v1/cluster/groups/{group}/transfer {"to": "2"}
//	POST   /v1/node/stop?boot=...              ends this very process
//	GET    /v1/node/groups/{group}/digest      Digest of this very replica; ?from=INDEX&wait=10s waits for an index
//
// A change of members is answered with 202 and the version of the roster that asks
// for it, as soon as that is written; how far the groups have come is in the
// status. What is below /v1/node is about the process that is asked. Every other
// request may be sent to any node, and again. Refusals are RFC 9457
// problem documents.
//
// The package owns the JSON forms and the table from errors to statuses. It does
// not know how a roster is stored or a leader found, and it asks nobody who he is:
// the admin port is for the operator only.
package admin
