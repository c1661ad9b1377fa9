package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
)

// maxGroups bounds a mistyped group count; a cluster is meant to have up to a thousand or so.
const maxGroups = 1 << 16

// Validate joins all that is wrong with c, each sentence beginning with the key's name.
func (c Config) Validate() error {
	return errors.Join(
		c.validateAddresses(),
		c.validateStorage(),
		c.validateTimes(),
		c.validateMarks(),
		c.Limits.validate(),
		c.validateCluster(),
		c.Traces.validate(),
	)
}

func (c Config) validateAddresses() error {
	problems := []error{address("listen", c.Listen), address("admin-listen", c.AdminListen)}
	if c.Listen == c.AdminListen && !portIsFree(c.Listen) {
		problems = append(problems, fmt.Errorf("admin-listen: %s is taken by listen", c.AdminListen))
	}
	return errors.Join(append(problems, baseURL("public-url", c.PublicURL, "https://streams.example.com"))...)
}

func address(name, hostPort string) error {
	_, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return fmt.Errorf("%s: %q is not host:port", name, hostPort)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%s: %q is not a port from 0 to 65535", name, port)
	}
	return nil
}

// portIsFree says whether the system picks the port, so that two equal addresses do not meet.
func portIsFree(hostPort string) bool {
	_, port, _ := net.SplitHostPort(hostPort)
	return port == "0"
}

// baseURL refuses what no path can be added to. Empty is none.
func baseURL(name, s, example string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%s: %q is not a URL such as %s", name, s, example)
	}
	return nil
}

func (c Config) validateStorage() error {
	var problems []error
	if c.Data == "" {
		problems = append(problems, errors.New("data: every engine needs a directory, if only for cold bytes"))
	}
	if c.Groups < 0 || c.Groups > maxGroups {
		problems = append(problems, fmt.Errorf("groups: %d is not between 0 and %d", c.Groups, maxGroups))
	}
	if c.SegmentBytes < mib {
		problems = append(problems, fmt.Errorf("segment-bytes: %s is below 1MiB", formatSize(c.SegmentBytes)))
	}
	if r := c.LeadRoom(); r.Low <= 0 || r.Low >= r.High {
		problems = append(problems, fmt.Errorf("unfit-below, fit-above: want 0 < unfit-below < fit-above, got %s, %s",
			formatSize(r.Low), formatSize(r.High)))
	}
	return errors.Join(problems...)
}

func (c Config) validateTimes() error {
	return errors.Join(
		positive("long-poll-timeout", c.LongPollTimeout),
		positive("sse-rotate", c.SSERotate),
		positive("sse-heartbeat", c.SSEHeartbeat),
		positive("drain-timeout", c.DrainTimeout),
	)
}

func (c Config) validateMarks() error {
	problems := []error{positive("hot-bytes", c.Hot.Bytes)}
	if h := c.Hot; h.FlushAt <= 0 || h.FlushAt >= h.ShedAt || h.ShedAt >= h.RejectAt || h.RejectAt > 1 {
		problems = append(problems, fmt.Errorf(
			"flush-at, shed-at, reject-at: want 0 < flush-at < shed-at < reject-at <= 1, got %s, %s, %s",
			formatFraction(h.FlushAt), formatFraction(h.ShedAt), formatFraction(h.RejectAt)))
	}
	return errors.Join(problems...)
}

func (l Limits) validate() error {
	problems := []error{
		positive("max-body", l.Body),
		positive("max-inflight-bytes", l.InflightBytes),
		positive("max-waiters", l.Waiters),
		positive("max-producers", l.Producers),
	}
	if l.HeaderBytes < 4*kib {
		problems = append(problems, fmt.Errorf("max-header-bytes: %s is below 4KiB", formatSize(l.HeaderBytes)))
	}
	if l.InflightBytes < l.Body {
		problems = append(problems, fmt.Errorf("max-inflight-bytes: %s is below max-body, %s: such a body could never be admitted",
			formatSize(l.InflightBytes), formatSize(l.Body)))
	}
	return errors.Join(problems...)
}

func (t Traces) validate() error {
	problems := []error{baseURL("otlp-endpoint", t.Endpoint, "http://127.0.0.1:4318")}
	if t.Sample < 0 || t.Sample > 1 {
		problems = append(problems, fmt.Errorf("trace-sample: %s is not between 0 and 1", formatFraction(t.Sample)))
	}
	return errors.Join(problems...)
}

func positive[T ~int | ~int64](name string, n T) error {
	if n <= 0 {
		return fmt.Errorf("%s: must be greater than zero", name)
	}
	return nil
}
