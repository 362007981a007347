package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/app"
)

// Both sides of the reads run in processes of their own, alike: a server of Go's
// standard library with Connect on it. The process that measures starts them,
// tells them what to do on their standard input, and they end when it closes.

// sideCommand is the argument that makes this program a side.
const sideCommand = "side"

// order is the first line that a side reads.
type order struct {
	// Bare names one of the bare sides; empty for ours.
	Bare     string
	Settings app.Settings
	// Work has ours run jobs and counts as well.
	Work bool
	Log  string
	// Campaign is the one whose board a bare side has.
	Campaign uuid.UUID
	// InMemory are the ids of those of which a bare side has the answers in its memory.
	InMemory []string
}

// side is a running one.
type side struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	addr string
}

func startSide(ctx context.Context, o order) (*side, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, sideCommand)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &side{cmd: cmd, in: in}
	if err := json.NewEncoder(in).Encode(o); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	if s.addr, err = bufio.NewReader(out).ReadString('\n'); err != nil {
		return nil, errors.Join(fmt.Errorf("a side did not start: %w", err), s.stop())
	}
	s.addr = strings.TrimSpace(s.addr)
	return s, nil
}

// profile makes the side write a CPU profile of the next so many seconds.
func (s *side) profile(path string, length time.Duration) error {
	_, err := fmt.Fprintf(s.in, "%d %s\n", length.Milliseconds(), path)
	return err
}

func (s *side) stop() error {
	_ = s.in.Close()
	return s.cmd.Wait()
}

// runSide is the life of a side.
func runSide(ctx context.Context) error {
	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer stop()
		obey(in)
	}()
	if o.Bare != "" {
		return runBare(ctx, o)
	}
	return runOurs(ctx, o)
}

// obey writes the profiles that are asked for, until its input ends.
func obey(in *bufio.Reader) {
	for {
		var ms int64
		var path string
		if _, err := fmt.Fscanf(in, "%d %s\n", &ms, &path); err != nil {
			return
		}
		f, err := os.Create(path)
		if err != nil {
			slog.Error("cannot profile", slog.Any("error", err))
			continue
		}
		if err := pprof.StartCPUProfile(f); err == nil {
			time.Sleep(time.Duration(ms) * time.Millisecond)
			pprof.StopCPUProfile()
		}
		_ = f.Close()
	}
}

// runOurs is `throng serve` as it comes, its log in a file; with a worker in it, if that is asked for.
func runOurs(ctx context.Context, o order) error {
	f, err := os.OpenFile(o.Log, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	a, err := app.New(ctx, o.Settings, app.Role{Serve: true, Work: o.Work}, app.NewLogger(o.Settings, f))
	if err != nil {
		return err
	}
	defer a.Close()
	fmt.Println(a.Addr())
	return a.Run(ctx)
}

// bareSides open the bare handlers by their names. What one has open it lets go of by
// the function that it answers.
var bareSides = map[string]func(context.Context, order) (http.Handler, func(), error){
	bareHomeSide:    newBareHome,
	bareCheckInSide: newBareCheckIn,
	bareBoardSide:   newBareBoard,
	bareReviewSide:  newBareReview,
	bareWeatherSide: newBareWeather,
}

// runBare serves a bare handler.
func runBare(ctx context.Context, o order) error {
	h, done, err := bareSides[o.Bare](ctx, o)
	if err != nil {
		return err
	}
	defer done()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: tellingWho(h), ReadHeaderTimeout: patience}
	fmt.Println(socket.Addr())
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type bareReaderKey struct{}

// tellingWho puts who asks into the context.
func tellingWho(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), bareReaderKey{}, r.Header.Get(readerHeader))))
	})
}

// whoAsks reads it there.
func whoAsks(ctx context.Context) (uuid.UUID, error) {
	text, _ := ctx.Value(bareReaderKey{}).(string)
	return uuid.Parse(text)
}

// profiles makes two sides write profiles of the rounds to come, where that is asked
// for.
func (o options) profiles(name string, ours, bare *side) error {
	if o.profile == "" {
		return nil
	}
	length := time.Duration(2*o.rounds) * o.length
	return errors.Join(ours.profile(filepath.Join(o.profile, name+".ours.pprof"), length), bare.profile(filepath.Join(o.profile, name+".bare.pprof"), length))
}
