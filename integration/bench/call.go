package bench

// call is a request that is sent again and again, built once for each node of the target.
// The sequence number of a producer is counted up in place.
type call struct {
	requests [][]byte
	places   []digits // of the sequence number in each request; nil without producer headers
	seq      uint64
}

// newCall builds the requests that differ in their host only.
func newCall(t Target, method, path string, body []byte, fields ...field) *call {
	c := &call{}
	for _, host := range t.nodes {
		c.requests = append(c.requests, request(method, host, path, body, fields...))
	}
	return c
}

// numbered makes the call one of an idempotent producer. It was built with producerFields.
func (c *call) numbered() *call {
	for _, r := range c.requests {
		c.places = append(c.places, seqPlace(r))
	}
	return c
}

// to returns the request for a node, valid until the next call.
func (c *call) to(node int) []byte {
	if c.places != nil {
		c.places[node].set(c.seq)
	}
	return c.requests[node]
}

// accepted prepares the request after one that the server has.
func (c *call) accepted() { c.seq++ }
