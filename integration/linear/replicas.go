package linear

// checkReplicas wants all nodes to say the same about a stream in the end.
func (s *story) checkReplicas(f *faults) {
	for _, other := range s.finals[min(1, len(s.finals)):] {
		one := s.finals[0]
		switch {
		case one.Present != other.Present || one.Closed != other.Closed || one.Tail != other.Tail:
			f.add(Diverged, "node %d says present %v closed %v tail %d, node %d present %v closed %v tail %d",
				one.Node, one.Present, one.Closed, one.Tail, other.Node, other.Present, other.Closed, other.Tail)
		case one.Content != other.Content:
			f.add(Diverged, "node %d has %d bytes, node %d has %d, the same up to %d",
				one.Node, len(one.Content), other.Node, len(other.Content), common(one.Content, other.Content))
		}
	}
}
