// Package keys owns the secrets of subscriptions: the Ed25519 keys that sign
// webhook requests, and the secret behind the tokens of callbacks and claims.
//
// They are made once, with a compare-and-set that lets one of several racing
// nodes win, and live in the records of the cluster, so that a restart or
// another node signs with the same key. Nothing is cached: every use reads the
// record, and a rotation is in force everywhere when its commit returns.
//
// After a rotation the old private key is forgotten, and the old public key
// stays published while a request that it signed may still be verified.
//
// The package does not know subscriptions beyond the names inside a token.
package keys
