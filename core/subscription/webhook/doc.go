// Package webhook carries one signed request to a webhook's endpoint and reads
// its answer, without letting whoever chose the URL reach the server's own
// network.
//
// A Policy judges a URL when it is registered. A Client judges every address
// again when it connects: it resolves the host itself, refuses the delivery if
// any answer is forbidden, and dials only addresses that it has judged, so that
// a name which changes its mind between two lookups gains nothing. Proxies from
// the environment and redirects are never followed.
//
// The package does not know subscriptions, keys or retries.
package webhook
