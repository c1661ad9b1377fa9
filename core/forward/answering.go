package forward

import (
	"context"
	"sync"
)

// Ask answers MethodAsk. Where more voters than the sender have to agree they are
// asked, for all groups at the same time.
func (s *Server) Ask(ctx context.Context, from string, payload []byte) ([]byte, error) {
	if len(payload)%questionBytes != 0 {
		return nil, errWire
	}
	answers, open := s.judge(from, payload)
	var asked sync.WaitGroup
	for _, i := range open {
		asked.Go(func() { s.prove(ctx, from, payload[i*questionBytes:], answers[i*answerBytes:]) })
	}
	asked.Wait()
	return answers, nil
}

// AskPromptly is Ask where the sender's word is enough for every answer; ok says
// that it is. It waits for nothing.
func (s *Server) AskPromptly(from string, payload []byte) (answers []byte, ok bool) {
	if len(payload)%questionBytes != 0 {
		return nil, false
	}
	answers, open := s.judge(from, payload)
	return answers, len(open) == 0
}

// judge answers what can be answered at once; open are the places of questions to
// a leader that needs the word of further voters.
func (s *Server) judge(from string, payload []byte) (answers []byte, open []int) {
	answers = make([]byte, len(payload)/questionBytes*answerBytes)
	for i := range len(payload) / questionBytes {
		q := decodeQuestion(payload[i*questionBytes:])
		g := s.node.Local(q.group)
		if g == nil {
			continue // and nothing is said
		}
		a := answer{agrees: g.CurrentTerm() <= q.term}
		if p, ok := g.Witnessed(from, q.term); ok {
			a.leads, a.at, a.clock = true, p, s.node.Clock()
		} else if g.Leads() {
			open = append(open, i)
		} else {
			a.tells, a.end = true, g.LogEnd()
		}
		a.encode(answers[i*answerBytes:])
	}
	return answers, open
}

// prove completes the answer to a question that takes more than the sender's word.
func (s *Server) prove(ctx context.Context, from string, question, said []byte) {
	q, a := decodeQuestion(question), decodeAnswer(said)
	if p, err := s.node.Local(q.group).ReadIndex(ctx, from, q.term); err == nil {
		a.leads, a.at, a.clock = true, p, s.node.Clock()
		a.encode(said)
	}
}
