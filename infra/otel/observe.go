package otel

import (
	"context"

	"go.opentelemetry.io/otel/metric"
)

// observe makes an instrument of each row of the catalog. They share one
// callback, so that a scrape takes one snapshot and its figures fit together.
func observe(meter metric.Meter, snapshot func() (Snapshot, bool)) error {
	figures := catalog()
	instruments := make([]metric.Int64Observable, len(figures))
	observables := make([]metric.Observable, len(figures))
	for i := range figures {
		instrument, err := figures[i].instrument(meter)
		if err != nil {
			return err
		}
		instruments[i], observables[i] = instrument, instrument
	}
	_, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		s, ok := snapshot()
		if !ok {
			return nil
		}
		for i := range figures {
			o.ObserveInt64(instruments[i], figures[i].value(&s))
		}
		return nil
	}, observables...)
	return err
}

func (f *figure) instrument(meter metric.Meter) (metric.Int64Observable, error) {
	if f.grows {
		return meter.Int64ObservableCounter(f.name, metric.WithUnit(f.unit), metric.WithDescription(f.help))
	}
	return meter.Int64ObservableGauge(f.name, metric.WithUnit(f.unit), metric.WithDescription(f.help))
}
