package devstack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// EmulatorOptions say how a stand-in for a service of AWS is started.
type EmulatorOptions struct {
	// Dir is its folder, on the terms of PostgresOptions.Dir.
	Dir string
	// Memory keeps the data in memory alone: they end with the emulator.
	Memory bool
	// Port is where it listens. 0 takes any free one, the same as last time where
	// possible.
	Port int
	// Log may be nil.
	Log *slog.Logger
}

// Emulator is a running stand-in, which takes any credentials. Its methods may be
// called from several goroutines.
type Emulator struct {
	name   string
	log    *slog.Logger
	folder *folder
	// command answers how to start it on a port.
	command func(port int) command

	mu       sync.Mutex // held while it starts or stops
	port     int
	logFile  *logFile
	proc     *process
	closed   bool
	done     chan struct{}
	doneOnce sync.Once
}

// answerLimit bounds how long an emulator may take until it answers.
const answerLimit = time.Minute

func startEmulator(ctx context.Context, name string, o EmulatorOptions, prepare func(*folder) (func(port int) command, error)) (*Emulator, error) {
	e := &Emulator{name: name, log: o.Log, done: make(chan struct{})}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if e.folder, err = openFolder(o.Dir); err != nil {
		return nil, fmt.Errorf("folder of %s: %w", name, err)
	}
	if e.command, err = prepare(e.folder); err == nil {
		e.logFile, err = e.folder.openLog(name)
	}
	if err == nil {
		err = e.start(ctx, o.Port)
	}
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// start gives a port up that somebody took between probe and start, unless it was
// asked for.
func (e *Emulator) start(ctx context.Context, want int) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.endOrphan(ctx); err != nil {
		return err
	}
	var failed error
	for range 3 {
		port, err := e.folder.port(e.name, want)
		if err != nil {
			return err
		}
		if failed = e.launch(ctx, port); failed == nil {
			return nil
		}
		if want != 0 || ctx.Err() != nil || probe(port) == nil {
			break
		}
	}
	return fmt.Errorf("start %s: %w", e.name, failed)
}

func (e *Emulator) launch(ctx context.Context, port int) error {
	c := e.command(port)
	c.account, c.output = e.folder.account, e.logFile
	c.orphan = cmp.Or(c.orphan, syscall.SIGKILL)
	proc, err := startProcess(c)
	if err != nil {
		return err
	}
	e.port, e.proc = port, proc
	err = errors.Join(e.folder.write(e.name+".pid", strconv.Itoa(proc.pid())+"\n"), e.folder.rememberPort(e.name, port))
	if err == nil {
		err = e.ready(ctx)
	}
	if err != nil {
		return errors.Join(err, proc.end(context.WithoutCancel(ctx), syscall.SIGKILL))
	}
	e.log.DebugContext(ctx, "emulator started", slog.String("emulator", e.name), slog.Int("port", port))
	go e.watch(proc)
	return nil
}

// ready waits until it answers HTTP, whatever it answers.
func (e *Emulator) ready(ctx context.Context) error {
	client := &http.Client{Timeout: time.Second}
	defer client.CloseIdleConnections()
	err := until(ctx, answerLimit, func() bool {
		if !e.proc.running() {
			return true
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.Endpoint(), nil)
		if err != nil {
			return false
		}
		answer, err := client.Do(request)
		if err == nil {
			_ = answer.Body.Close()
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	if !e.proc.running() {
		return fmt.Errorf("it ended (%w); the end of %s says: %s", e.proc.err, e.logFile.path, e.logFile.tail())
	}
	return nil
}

func (e *Emulator) watch(proc *process) {
	<-proc.ended
	if proc.asked.Load() {
		return
	}
	e.log.ErrorContext(context.Background(), "emulator ended", slog.String("emulator", e.name), slog.Any("error", proc.err), slog.String("log", e.logFile.path))
	e.doneOnce.Do(func() { close(e.done) })
}

// Done is closed when it ended though nobody here told it to.
func (e *Emulator) Done() <-chan struct{} { return e.done }

// Endpoint is its URL. It stays the same while it runs.
func (e *Emulator) Endpoint() string {
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(e.port))
}

// Kill ends it at once, as a crash would: Restart brings it back. It is no reason for
// Done.
func (e *Emulator) Kill(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.proc.end(ctx, syscall.SIGKILL)
}

// Restart brings a killed emulator back on its port, without what it kept in memory.
func (e *Emulator) Restart(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return errors.New(e.name + " is closed")
	}
	if e.proc.running() {
		return nil
	}
	return e.launch(ctx, e.port)
}

// Close ends it, waits for it, and lets go of its folder. Further calls do nothing.
func (e *Emulator) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	var errs []error
	if e.proc != nil {
		errs = append(errs, e.proc.end(context.Background(), syscall.SIGTERM))
	}
	if e.logFile != nil {
		errs = append(errs, e.logFile.close())
	}
	return errors.Join(append(errs, e.folder.close())...)
}

// endOrphan makes way where a killed run left its emulator.
func (e *Emulator) endOrphan(ctx context.Context) error { return e.folder.endEmulator(ctx, e.name) }

// endEmulator ends an orphan by the id that it left. Its command line names the
// folder or its port, and a later process with the same id does not.
func (f *folder) endEmulator(ctx context.Context, name string) error {
	pid := f.number(name + ".pid")
	port := f.number(name + ".port")
	if pid <= 1 || port == 0 {
		return nil
	}
	return endOrphan(ctx, pid, func() bool {
		line := commandOf(pid)
		return strings.Contains(line, name) && strings.Contains(line, strconv.Itoa(port))
	})
}

// endEmulators ends those that a killed run left in a folder.
func (f *folder) endEmulators(ctx context.Context) error {
	files, err := filepath.Glob(f.join("*.pid"))
	for _, path := range files {
		err = errors.Join(err, f.endEmulator(ctx, strings.TrimSuffix(filepath.Base(path), ".pid")))
	}
	return err
}
