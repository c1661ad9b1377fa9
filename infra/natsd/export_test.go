package natsd

// DropClient ends the client's connection to the server of its own node.
func (n *Node) DropClient() error { return n.conn.ForceReconnect() }

// RoutePort is where the server listens for routes.
func (n *Node) RoutePort() string { return n.server.ClusterAddr().String() }

// Door is where the server dials to reach a peer.
func (n *Node) Door(peer string) string { return n.tunnels.peer(peer).door.Addr().String() }

// Secret is what the server shows there.
func (n *Node) Secret() string { return n.secret }
