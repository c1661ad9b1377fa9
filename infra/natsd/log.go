package natsd

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
)

// serverLog is the server's logger. What the server takes for an error, a peer
// that is away for example, is everyday life here, and what it cannot go on
// without is told by Start: all of it comes at debug level.
type serverLog struct {
	log    *slog.Logger
	secret string // left out of what is logged
}

var _ server.Logger = (*serverLog)(nil)

// newServerLog returns what SetLoggerV2 takes: the server formats its debug
// lines only if somebody will see them, and never traces messages.
func newServerLog(log *slog.Logger, secret string) (l server.Logger, debug, trace, sysTrace bool) {
	return &serverLog{log, secret}, log.Enabled(context.Background(), slog.LevelDebug), false, false
}

func (l *serverLog) write(format string, v []any) {
	if !l.log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	l.log.Debug("nats server", "line", strings.ReplaceAll(fmt.Sprintf(format, v...), l.secret, "[secret]"))
}

func (l *serverLog) Noticef(format string, v ...any) { l.write(format, v) }
func (l *serverLog) Warnf(format string, v ...any)   { l.write(format, v) }
func (l *serverLog) Errorf(format string, v ...any)  { l.write(format, v) }
func (l *serverLog) Debugf(format string, v ...any)  { l.write(format, v) }
func (l *serverLog) Tracef(format string, v ...any)  {}
func (l *serverLog) Fatalf(format string, v ...any)  { l.write(format, v) }
