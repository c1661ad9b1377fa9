package natsd

// DropClient ends the client's connection to the server of its own node.
func (n *Node) DropClient() error { return n.conn.ForceReconnect() }
