// Package subscriptiontest has stand-ins for what a subscription.Manager needs,
// for tests: records and streams in memory, and an endpoint for webhooks.
//
// They keep the contracts of the ports, report appends to listeners the way a
// group does, and can be told to fail. Nothing here is for production.
package subscriptiontest
