package oteltest

import (
	"encoding/hex"
	"strconv"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
)

// Span is one span, with what it is made of as text.
type Span struct {
	Trace, ID, Parent string // in hexadecimal; Parent is empty for a root
	Name, Kind        string
	Service, Instance string
	State             string // tracestate
	Failed            bool
	Began, Ended      uint64 // Unix nanoseconds
	Attributes        map[string]string
}

func read(s *spans.Span, about map[string]string) Span {
	return Span{
		Trace: hex.EncodeToString(s.TraceId), ID: hex.EncodeToString(s.SpanId), Parent: hex.EncodeToString(s.ParentSpanId),
		Name: s.Name, Kind: s.Kind.String(), State: s.TraceState,
		Service: about["service.name"], Instance: about["service.instance.id"],
		Failed: s.Status.GetCode() == spans.Status_STATUS_CODE_ERROR,
		Began:  s.StartTimeUnixNano, Ended: s.EndTimeUnixNano,
		Attributes: texts(s.Attributes),
	}
}

// texts are attributes as text.
func texts(attributes []*common.KeyValue) map[string]string {
	said := make(map[string]string, len(attributes))
	for _, a := range attributes {
		switch v := a.Value.Value.(type) {
		case *common.AnyValue_StringValue:
			said[a.Key] = v.StringValue
		case *common.AnyValue_IntValue:
			said[a.Key] = strconv.FormatInt(v.IntValue, 10)
		}
	}
	return said
}
