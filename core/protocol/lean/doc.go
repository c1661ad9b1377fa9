// Package lean serves small, plain HTTP/1.1 requests on TCP connections itself
// and hands every other connection to net/http.
//
// It owns a listener, its connections until they are handed over, and the
// framing of the requests and responses on them. The handler is the one that
// net/http serves too; there is one implementation of the rules.
//
// A request is plain when its head is in memory as a whole and everything in it
// has one reading: see parse.go for the rules. At the first request that is not
// plain the connection goes to net/http for the rest of its life, with all bytes
// of that request unread, so that nothing is ever answered twice or in part.
// Whatever needs net/http is found this way: TLS, HTTP/2, chunked bodies, heads
// that arrive in pieces, live readers.
//
// Invariants: what the handler sees is what net/http would have shown it;
// requests of one connection are served one after another, by one goroutine;
// between requests a connection holds no buffer.
//
// A handler must keep neither the request nor its Header, URL or Body after it
// returns, nor the response's Header; strings taken from them may be kept, and
// values of the request's Header must not be changed in place. The request's
// context is the connection's: it ends when the connection's goroutine does or
// at Close, not when the client goes away while the handler runs. The
// ResponseWriter can be flushed. It cannot be hijacked, has no deadlines and
// sends no trailers, no transfer encodings of the handler's own and no 1xx
// responses.
//
// The package does not know the protocol above HTTP, apart from the name of the
// query parameter that asks for a live reader.
package lean
